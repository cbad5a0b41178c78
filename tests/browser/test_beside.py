"""A camera beside the two people, from the therapist's page for it to everybody who sees that it is there."""

import re

import aiohttp
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import VideoStreamTrack
from playwright.async_api import Page, expect

from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import TOUCH_PX, look
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.call, LOOP]
PHONE_PX = 360


async def publish(endpoint: str, token: str) -> RTCPeerConnection:
    """A camera of another program, on air."""
    camera = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    camera.addTrack(VideoStreamTrack())
    await camera.setLocalDescription(await camera.createOffer())
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(endpoint, data=camera.localDescription.sdp, headers=headers) as answer,
    ):
        assert answer.status == 201
        await camera.setRemoteDescription(RTCSessionDescription(await answer.text(), "answer"))
    return camera


async def devices_page(therapist: Page) -> Page:
    """What the link in the call opens, in a tab of its own."""
    await therapist.get_by_test_id("devices").click()
    async with therapist.context.expect_page() as opened:
        await therapist.get_by_test_id("add-device").click()
    page = await opened.value
    await expect(page.get_by_test_id("devices-page")).to_be_visible()
    return page


async def test_a_camera_is_added_seen_by_all_and_stopped(site: Site, visitor: Visitor) -> None:
    call = await people.meet(site, visitor, PHONE_PX)
    await expect(call.client.locator(".call-until")).to_contain_text(re.compile(r"\d\d:\d\d"))
    await expect(call.client.get_by_test_id("add-device")).to_have_count(0)
    page = await devices_page(call.therapist)
    await page.get_by_test_id("let-in-publish").click()
    endpoint = await page.get_by_test_id("grant-endpoint").input_value()
    token = await page.get_by_test_id("grant-token").input_value()
    await look(page, "devices-grant")
    await page.set_viewport_size({"width": PHONE_PX, "height": 740})
    header = await page.get_by_role("banner").bounding_box()
    assert header is not None
    assert header["height"] < 3 * TOUCH_PX  # the account, and a row with the pages

    camera = await publish(endpoint, token)
    await expect(page.get_by_test_id("device")).to_have_count(1)
    await expect(page.get_by_test_id("grant")).to_have_count(0)
    shown = '[data-testid="beside"] [data-purpose="publish"]'
    for one in (call.client, call.therapist):
        await expect(one.locator(shown)).to_be_visible()
    staff = await visitor("ja")
    await people.sign_in(staff, site, site.demo["staff"]["email"], site.demo["staff"]["password"])
    room = staff.get_by_test_id("staff-room").filter(has_text=call.appointment.client_name)
    await expect(room.get_by_test_id("staff-device")).to_be_visible()
    await look(staff, "staff-with-a-device")

    await page.get_by_test_id("stop-device").click()
    await expect(page.get_by_test_id("device")).to_have_count(0)
    for one in (call.client, call.therapist):
        await expect(one.locator(shown)).to_have_count(0)
    await camera.close()
