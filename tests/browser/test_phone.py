"""A call on a small screen: everything can be read and reached at 360 px."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, LOOP]

PHONE_PX = 360
# A browser that was told "never": it opens nothing and names no device.
FORBID = """() => {
  const devices = navigator.mediaDevices;
  devices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  devices.enumerateDevices = () => Promise.resolve([]);
}"""


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
