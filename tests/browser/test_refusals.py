"""Every way in that fails says what to do next, with a button that does it; no wait is without help."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, WebSocketRoute, expect

from tests.browser import people
from tests.browser.chromium import sees_and_hears
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import PASSWORD, Site, running

pytestmark = [pytest.mark.browser, pytest.mark.call, LOOP]

LASTING_MS = 20_000  # help comes after eight seconds
REFUSALS = {
    "link_unknown": 404,
    "link_expired": 410,
    "link_revoked": 410,
    "booking_cancelled": 410,
    "session_over": 410,
    "room_ended": 410,
    "unavailable": 503,
    "too_many": 429,
    "unauthenticated": 401,
}
# A computer that has neither camera nor microphone.
NO_DEVICES = """() => {
  const devices = navigator.mediaDevices;
  devices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotFoundError'));
  devices.enumerateDevices = () => Promise.resolve([]);
}"""
# A network that lets no media pass: the relay's addresses are never tried.
NO_WAY_THROUGH = """() => {
  const take = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function (offer) {
    return take.call(this, {type: offer.type, sdp: offer.sdp.replace(/a=candidate:.*\\r\\n/g, '')});
  };
}"""


async def refuse(page: Page, path: str, code: str) -> None:
    """The server refuses what is asked under `path`; or there is no network."""

    async def answer(route: Route) -> None:
        if code == "network_failed":
            await route.abort()
        else:
            body = json.dumps({"code": code, "status": REFUSALS[code]})
            await route.fulfill(status=REFUSALS[code], content_type="application/problem+json", body=body)

    await page.route(f"**/api{path}", answer)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/links/exchange", "link_unknown"),
        ("/links/exchange", "link_expired"),
        ("/links/exchange", "link_revoked"),
        ("/rooms/door/*", "booking_cancelled"),
        ("/rooms/door/*", "session_over"),
        ("/rooms/door/*", "room_ended"),
    ],
)
async def test_who_cannot_come_in_again_is_led_on(site: Site, visitor: Visitor, path: str, code: str) -> None:
    page = await visitor("ja", width=360)
    await page.goto(site.demo["booking_link"])
    await expect(page.get_by_test_id("booking-therapist").first).to_be_visible()
    await refuse(page, path, code)
    await page.goto((await site.appointment()).join_link)
    await expect(page.get_by_test_id("error-screen")).to_have_attribute("data-code", code)
    await look(page, f"refused-{code}")
    way, where = ("to-start", f"{site.address}/") if code == "link_unknown" else ("book-again", None)
    await page.get_by_test_id(way).click()
    await expect(page).to_have_url(where or site.demo["booking_link"])


@pytest.mark.parametrize("code", ["network_failed", "unavailable", "too_many", "unauthenticated"])
async def test_who_cannot_come_in_just_now_tries_again(site: Site, visitor: Visitor, code: str) -> None:
    page = await visitor("en", width=360)
    await refuse(page, "/rooms/door/*", code)
    await page.goto((await site.appointment()).join_link)
    screen = page.get_by_test_id("error-screen")
    await expect(screen).to_have_attribute("data-code", code)
    await look(page, f"refused-{code}")
    await page.unroute_all()
    await screen.get_by_role("button").click()
    await people.check_devices(page)


async def test_somebody_without_camera_and_microphone_still_comes_to_the_call(
    site: Site, visitor: Visitor
) -> None:
    appointment = await site.appointment()
    client, therapist = await visitor("ja", width=360), await visitor("en")
    await client.add_init_script(f"({NO_DEVICES})()")
    await client.goto(appointment.join_link)
    await expect(client.get_by_test_id("device-help")).to_be_visible()
    await look(client, "device-check-none")
    await client.get_by_test_id("join-button").click()
    await expect(client.get_by_test_id("waiting-room")).to_be_visible()
    await people.sign_in(therapist, site, appointment.therapist_email, PASSWORD)
    await people.join(therapist, appointment.therapist_link, "lobby")
    await people.admit(therapist, client)
    await sees_and_hears(client, frames=10)
    await people.peer_note(therapist, "camera_off")


async def test_who_finds_no_place_on_the_relay_is_told_and_waits(tmp_path: Path, visitor: Visitor) -> None:
    with running(tmp_path, more_config="max_participants = 1\n") as site:
        appointment = await site.appointment()
        client, therapist = await visitor("ja", width=360), await visitor("en")
        await people.join(client, appointment.join_link, "waiting-room")
        await people.sign_in(therapist, site, appointment.therapist_email, PASSWORD)
        await people.join(therapist, appointment.therapist_link, "lobby")
        await therapist.get_by_test_id("admit").click()
        trouble = client.get_by_test_id("trouble")
        no_place = re.compile("no_relay|relay_full")
        await expect(trouble).to_have_attribute("data-code", no_place)
        await look(client, "relay-full")
        await client.get_by_test_id("reload").click()
        await expect(trouble).to_have_attribute("data-code", no_place)


async def test_who_cannot_reach_the_room_is_helped_after_a_while(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja", width=360)
    reachable = False

    async def connect(socket: WebSocketRoute) -> None:
        if reachable:
            socket.connect_to_server()
        else:
            await socket.close()

    await page.route_web_socket("**/socket.io/**", connect)
    await page.goto((await site.appointment()).join_link)
    await people.check_devices(page)
    await page.get_by_test_id("join-button").click()
    await expect(page.get_by_test_id("still-connecting")).to_be_visible(timeout=LASTING_MS)
    await look(page, "still-connecting")
    reachable = True
    await page.get_by_test_id("reload").click()
    await expect(page.get_by_test_id("waiting-room")).to_be_visible()


async def test_who_gets_no_picture_through_is_helped_after_a_while(site: Site, visitor: Visitor) -> None:
    appointment = await site.appointment()
    client, therapist = await visitor("ja", width=360), await visitor("en")
    await client.add_init_script(f"({NO_WAY_THROUGH})()")
    await people.join(client, appointment.join_link, "waiting-room")
    await people.sign_in(therapist, site, appointment.therapist_email, PASSWORD)
    await people.join(therapist, appointment.therapist_link, "lobby")
    await people.admit(therapist, client)
    await expect(client.get_by_test_id("stage-help")).to_be_visible(timeout=LASTING_MS)
    await look(client, "call-blocked")
    await client.get_by_test_id("reload").click()
    await expect(client.get_by_test_id("stage-help")).to_be_visible(timeout=LASTING_MS)
    await people.hang_up(therapist)  # without ever having met: that ends nothing for the other one
    await client.get_by_test_id("end-alone").click()
    await client.get_by_test_id("hangup-confirm").click()
    await expect(client.get_by_test_id("left-page")).to_be_visible()


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_session_that_has_ended_is_no_fault_to_whoever_opens_it_again(
    site: Site, visitor: Visitor, language: str
) -> None:
    page = await visitor(language, width=360)
    await refuse(page, "/rooms/door/*", "room_ended")
    await page.goto((await site.appointment()).join_link)
    screen = page.get_by_test_id("error-screen")
    await expect(screen).to_have_attribute("data-code", "room_ended")
    await expect(screen.locator(".sign-good")).to_be_visible()
    await expect(screen).not_to_contain_text("room_ended")
