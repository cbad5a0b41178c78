"""Steps 3 to 6 of the story, with the demonstration's own people, in two Chromiums with cameras."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser import people
from tests.browser.chromium import call_stats, marks, sees_and_hears
from tests.browser.conftest import LOOP, Figures, Visitor
from tests.browser.looks import look
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.call, LOOP]

BACK_AFTER_RELOAD_MS = 3000


async def waits(client: Page, site: Site) -> None:
    """The client's side up to the waiting room, which says that nobody is there yet."""
    await client.goto(site.demo["demo_session"]["join_link"])
    await people.check_devices(client)
    await look(client, "device-check")
    await client.get_by_test_id("join-button").click()
    await expect(client.get_by_test_id("waiting-room")).to_be_visible()
    await expect(client.get_by_test_id("peer-presence")).to_have_attribute("data-present", "false")
    await look(client, "waiting-room")


async def is_told_and_opens(therapist: Page, client: Page, site: Site) -> None:
    """The therapist signs in, hears of the client, opens the room; the client is told."""
    account = site.demo["therapists"][0]
    await people.sign_in(therapist, site, account["email"], account["password"])
    await expect(therapist.get_by_test_id("client-waiting")).to_be_visible()
    await expect(therapist).to_have_title(re.compile(r"waiting|待", re.I))
    await look(therapist, "therapist-today")
    await therapist.get_by_test_id("open-waiting-room").click()
    await people.check_devices(therapist)
    await therapist.get_by_test_id("join-button").click()
    await expect(therapist.get_by_test_id("admit")).to_be_visible()
    await expect(client.get_by_test_id("peer-presence")).to_have_attribute("data-present", "true")
    await look(therapist, "lobby")


async def talk(therapist: Page, client: Page) -> None:
    """Picture, sound and chat in both directions."""
    for page in (client, therapist):
        first = await sees_and_hears(page, frames=60)
        await sees_and_hears(page, frames=first["frames"] + 10, energy=first["energy"])
    await people.say(client, "こんにちは。肩の体操を見てください。")
    await people.has_read(therapist, "こんにちは。肩の体操を見てください。")
    await people.say(therapist, "Good. Slowly.")
    await people.has_read(client, "こんにちは。肩の体操を見てください。", "Good. Slowly.")


async def silence(therapist: Page, client: Page) -> None:
    """Muting and turning off the camera reach the other side, and end again."""
    await client.get_by_test_id("camera").click()
    await people.peer_note(therapist, "camera_off")
    frozen = await call_stats(therapist)
    await client.get_by_test_id("mute").click()
    await expect(therapist.locator(".remote-muted")).to_be_visible()
    await client.get_by_test_id("camera").click()
    await people.peer_note(therapist, "")
    await expect(therapist.locator(".remote-muted")).to_be_visible()
    await client.get_by_test_id("mute").click()
    await expect(therapist.locator(".remote-muted")).to_be_hidden()
    await sees_and_hears(therapist, frames=frozen["frames"] + 20, energy=frozen["energy"])


async def switches(client: Page, therapist: Page) -> None:
    """Another camera in the middle of the call: the other side goes on seeing."""
    await client.get_by_test_id("devices").click()
    cameras = client.get_by_test_id("pick-camera")
    other = await cameras.locator("option").last.get_attribute("value")
    assert other not in (None, await cameras.input_value())
    await look(client, "call-devices")
    await cameras.select_option(other)
    await expect(cameras).to_have_value(other)
    await client.keyboard.press("Escape")
    before = await call_stats(therapist)
    await sees_and_hears(therapist, frames=before["frames"] + 20, energy=before["energy"])


async def reloads(client: Page) -> float:
    """A reload in the call is back with picture and chat; ms from the reload to the first frame."""
    await client.reload()
    await sees_and_hears(client, frames=20)
    await people.has_read(client, "こんにちは。肩の体操を見てください。", "Good. Slowly.")
    return float((await marks(client))["first-remote-frame"])


async def is_watched(staff: Page, site: Site) -> None:
    """Staff see the room: both people connected, with bitrate, over UDP; and nothing to look at or hear."""
    account = site.demo["staff"]
    await people.sign_in(staff, site, account["email"], account["password"])
    room = staff.get_by_test_id("staff-room").filter(has_text="佐藤 美咲")
    connected = room.locator('[data-testid="participant-state"][data-state="connected"]')
    await expect(connected).to_have_count(2)
    for person in await room.get_by_test_id("staff-participant").all():
        await expect(person).to_contain_text("UDP")
        await expect(person).to_contain_text(re.compile(r"[1-9][\d.,]* ?(k|M)bit"))
    await expect(room.get_by_test_id("call-duration")).to_be_visible()
    assert await staff.locator("video, audio").count() == 0
    await look(staff, "staff-rooms")


async def is_over(therapist: Page, client: Page, site: Site) -> None:
    """Both see the end page, and the booking is fulfilled for both."""
    await people.hang_up(client)
    for page, session in ((client, "link"), (therapist, "account")):
        await expect(page.get_by_test_id("end-page")).to_be_visible()
        booking = site.demo["demo_session"]["booking_id"]
        answer = await page.request.get(
            f"{site.address}/api/bookings/{booking}", headers={"Todoku-Session": session}
        )
        assert (await answer.json())["status"] == "fulfilled"
    await look(client, "end-client")
    await look(therapist, "end-therapist")


async def test_a_consultation_from_the_join_link_to_the_end_page(
    site: Site, visitor: Visitor, figures: Figures
) -> None:
    client, therapist, staff = await visitor("ja"), await visitor("en"), await visitor("en")
    await waits(client, site)
    await is_told_and_opens(therapist, client, site)
    await people.admit(therapist, client)
    await talk(therapist, client)
    figures["admitted to first remote frame"] = await people.first_frame_ms(client)
    await look(client, "call")
    await look(therapist, "call")
    await silence(therapist, client)
    await switches(client, therapist)
    await is_watched(staff, site)
    back_ms = figures["reload to first remote frame"] = await reloads(client)
    assert back_ms < BACK_AFTER_RELOAD_MS
    await is_over(therapist, client, site)
