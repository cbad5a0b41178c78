"""A call on a small screen: everything can be read and reached at 360 px."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Dialog, Locator, Page, expect

from tests.browser import people
from tests.browser.chromium import sees_and_hears
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look, picture
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.call, LOOP]

Act = Callable[[], Awaitable[object]]
PHONE_PX = 360
# A browser that was told "never": it opens nothing and names no device.
FORBID = """() => {
  const devices = navigator.mediaDevices;
  devices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  devices.enumerateDevices = () => Promise.resolve([]);
}"""

# An on-screen keyboard, which no desktop browser has: the part of the window that it leaves, px.
KEYBOARD = """() => {
  const viewport = Object.assign(new EventTarget(), {height: innerHeight, offsetTop: 0, scale: 1});
  Object.defineProperty(window, 'visualViewport', {value: viewport});
  window.showKeyboard = (height) => {
    viewport.height = height;
    viewport.dispatchEvent(new Event('resize'));
  };
}"""
PHONE_HEIGHT_PX = 740
LEFT_BY_KEYBOARD_PX = 400


async def edges(element: Locator) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of an element that is to be seen, px."""
    box = await element.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


async def overlap(one: Locator, other: Locator) -> bool:
    left, top, right, bottom = await edges(one)
    other_left, other_top, other_right, other_bottom = await edges(other)
    return left < other_right and other_left < right and top < other_bottom and other_top < bottom


async def test_a_small_call_can_be_read_and_reached(site: Site, visitor: Visitor) -> None:
    call = await people.meet(site, visitor, PHONE_PX)
    client = call.client
    await client.get_by_test_id("camera").click()
    await client.get_by_test_id("mute").click()
    muted, camera_off = client.get_by_test_id("self-muted"), client.get_by_test_id("self-camera-off")
    await expect(muted).to_be_visible()
    await expect(camera_off).to_be_visible()
    assert not await overlap(muted, camera_off)
    await look(client, "call-small-off")


async def hold_phone(page: Page) -> None:
    await page.set_viewport_size({"width": PHONE_PX, "height": PHONE_HEIGHT_PX})


async def sees_the_other_beside_the_chat(page: Page) -> None:
    """The other person's picture is above the chat, as wide as the screen, and moves."""
    left, top, right, bottom = await edges(page.get_by_test_id("remote-video"))
    assert (left, right) == (0, PHONE_PX)
    assert top >= 0
    assert bottom - top >= 100
    assert bottom <= (await edges(page.get_by_test_id("chat")))[1]
    before = await sees_and_hears(page)
    await sees_and_hears(page, frames=before["frames"] + 10)


async def test_the_other_person_stays_in_view_while_one_writes(site: Site, visitor: Visitor) -> None:
    call = await people.meet(site, visitor, PHONE_PX, script=f"({KEYBOARD})()")
    page = call.client
    await hold_phone(page)
    await people.say(call.therapist, "肩をゆっくり回してください。")
    await expect(page.get_by_test_id("chat-unread")).to_be_visible()
    await page.get_by_test_id("chat-toggle").click()
    chat = page.get_by_test_id("chat")
    await expect(chat).to_be_focused()
    await people.has_read(page, "肩をゆっくり回してください。")
    await sees_the_other_beside_the_chat(page)
    for name in ("mute", "camera", "hangup"):
        assert not await overlap(page.get_by_test_id(name), chat)
        assert not await overlap(page.get_by_test_id(name), page.locator(".self"))
    await look(page, "call-chat")

    await hold_phone(page)
    await page.get_by_test_id("chat-input").click()
    await page.evaluate("(height) => window.showKeyboard(height)", LEFT_BY_KEYBOARD_PX)
    await sees_the_other_beside_the_chat(page)
    for name in ("chat-input", "chat-send", "chat-message"):
        assert (await edges(page.get_by_test_id(name)))[3] <= LEFT_BY_KEYBOARD_PX
    await picture(page, "call-chat-keyboard-ja-360")
    await page.evaluate("(height) => window.showKeyboard(height)", PHONE_HEIGHT_PX)
    assert (await edges(page.get_by_test_id("chat-input")))[3] > LEFT_BY_KEYBOARD_PX


async def test_the_chat_on_a_phone_closes_by_button_escape_and_back(site: Site, visitor: Visitor) -> None:
    page = (await people.meet(site, visitor, PHONE_PX)).client
    chat, toggle = page.get_by_test_id("chat"), page.get_by_test_id("chat-toggle")
    ways: list[Act] = [
        page.get_by_test_id("chat-close").click,
        lambda: page.keyboard.press("Escape"),
        page.go_back,
    ]
    for close in ways:
        await toggle.click()
        await expect(chat).to_be_visible()
        await page.get_by_test_id("chat-input").fill("あ")
        await close()
        await expect(chat).to_be_hidden()
        await expect(toggle).to_be_focused()
    await expect(page.get_by_test_id("hangup-confirm")).to_be_hidden()


async def test_back_asks_before_it_ends_a_call(site: Site, visitor: Visitor) -> None:
    call = await people.meet(site, visitor, PHONE_PX)
    page, confirm = call.client, call.client.get_by_test_id("hangup-confirm")
    ways: list[Act] = [page.get_by_test_id("hangup-stay").click, page.go_back]
    for stay in ways:
        await page.go_back()
        await expect(confirm).to_be_visible()
        await stay()
        await expect(confirm).to_be_hidden()
    await look(page, "call-small")
    before = await sees_and_hears(page)
    await sees_and_hears(page, frames=before["frames"] + 10)

    asked: list[str] = []

    async def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    page.on("dialog", leave)
    await page.reload()
    assert asked == ["beforeunload"]
    await sees_and_hears(page, frames=10)
    await page.go_back()
    await confirm.click()
    await expect(page.get_by_test_id("end-page")).to_be_visible()
    await page.go_back()
    await expect(page).to_have_url("about:blank")
    assert asked == ["beforeunload"]


async def test_help_for_forbidden_devices_is_not_covered(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja", width=PHONE_PX)
    await page.add_init_script(f"({FORBID})()")
    await page.goto((await site.appointment()).join_link)
    await expect(page.get_by_test_id("device-help")).to_be_visible()
    await page.get_by_test_id("retry-devices").scroll_into_view_if_needed()
    assert not await overlap(page.get_by_test_id("device-help"), page.get_by_test_id("join-button"))
    for source in ("camera", "microphone"):
        await expect(page.get_by_test_id(f"switch-{source}")).to_have_class(re.compile("round-off"))
        await expect(page.get_by_test_id(f"pick-{source}")).to_have_text("許可されていません")
    await look(page, "device-check-forbidden")
