"""Who has no mouse, or is made dizzy by what moves, comes into a call like everybody else."""

import pytest
from playwright.async_api import Page, expect

from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.site import PASSWORD, Site

pytestmark = [pytest.mark.browser, pytest.mark.call, LOOP]

# What has the focus, and whether it can be seen: nothing else lies over its middle.
FOCUSED = """() => {
  const focused = document.activeElement;
  const box = focused.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return [focused.dataset.testid || focused.tagName, focused === top || focused.contains(top)];
}"""
# Where the focus is while a dialog is open; BODY: in the browser's own controls, between two rounds.
PLACE = """() => {
  const focused = document.activeElement;
  return focused.closest('dialog[open]') ? 'dialog' : focused.tagName;
}"""
MOVING = """() => document.getAnimations()
  .filter((each) => each.playState === 'running' && each.effect.getTiming().iterations === Infinity).length"""


async def tab_through(page: Page, last: str) -> list[str]:
    """The stops of the Tab key up to `last`, each of which is to be seen."""
    stops: list[str] = []
    while last not in stops:
        await page.keyboard.press("Tab")
        name, seen = await page.evaluate(FOCUSED)
        assert seen, f"{name} has the focus and is covered"
        assert name not in stops, f"went round without {last}: {stops}"
        stops.append(name)
    return stops


@pytest.mark.parametrize("width", [1280, 360])
async def test_the_focus_goes_through_the_device_check_from_top_to_bottom(
    site: Site, visitor: Visitor, width: int
) -> None:
    page = await visitor("ja", width=width)
    await page.goto((await site.appointment()).join_link)
    await people.check_devices(page)
    await expect(page.locator("h1")).to_be_focused()
    assert await tab_through(page, "join-button") == [
        "switch-microphone",
        "switch-camera",
        "pick-camera",
        "pick-microphone",
        "pick-speaker",
        "test-tone",
        "join-button",
    ]
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("waiting-room")).to_be_visible()


async def test_a_dialog_keeps_the_focus_and_gives_it_back(site: Site, visitor: Visitor) -> None:
    page = (await people.meet(site, visitor)).client
    for opener, inside in (("devices", "test-tone"), ("hangup", "hangup-stay")):
        button = page.get_by_test_id(opener)
        await button.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id(inside)).to_be_visible()
        places = set()
        for _ in range(12):
            places.add(await page.evaluate(PLACE))
            await page.keyboard.press("Tab")
        assert "dialog" in places
        assert places <= {"dialog", "BODY"}
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id(inside)).to_be_hidden()
        await expect(button).to_be_focused()


async def test_keys_alone_open_the_chat_write_and_hang_up(site: Site, visitor: Visitor) -> None:
    call = await people.meet(site, visitor)
    page = call.client
    await page.keyboard.press("c")  # it was open: closed
    await expect(page.get_by_test_id("chat")).to_be_hidden()
    await page.keyboard.press("c")
    await expect(page.get_by_test_id("chat-input")).to_be_focused()
    await page.keyboard.type("cmv")
    await page.keyboard.press("Enter")
    await people.has_read(call.therapist, "cmv")
    await expect(page.get_by_test_id("mute")).not_to_have_attribute("data-off", "true")
    await page.get_by_test_id("hangup").focus()
    await page.keyboard.press("Enter")
    await page.get_by_test_id("hangup-confirm").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("end-page")).to_be_visible()


async def test_nothing_moves_for_whom_movement_is_turned_off(site: Site, visitor: Visitor) -> None:
    appointment = await site.appointment()
    client, therapist = await visitor("ja"), await visitor("en")
    await people.join(client, appointment.join_link, "waiting-room")
    await people.sign_in(therapist, site, appointment.therapist_email, PASSWORD)
    await people.join(therapist, appointment.therapist_link, "lobby")
    await expect(client.get_by_test_id("peer-presence")).to_have_attribute("data-present", "true")
    for page in (client, therapist):
        assert await page.evaluate(MOVING) > 0
        await page.emulate_media(reduced_motion="reduce")
        assert await page.evaluate(MOVING) == 0
