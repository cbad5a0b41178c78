"""What else can happen to a room: a second tab, a stuck room, a link after the end, a lost connection."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from tests.browser import people
from tests.browser.chromium import sees_and_hears
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.call, LOOP]

# The next sound that is played gives its element, once it plays.
WATCH_TONES = """() => {
  window.toneOfTest = new Promise((resolve) => {
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
      return play.call(this).then(() => resolve(this));
    };
  });
}"""


@pytest.mark.parametrize(
    ("ahead", "far"),
    [(timedelta(days=7), "days"), (timedelta(hours=6), "hours"), (timedelta(minutes=40), "minutes")],
)
async def test_a_link_that_is_early_says_when_in_the_visitors_time(
    site: Site, visitor: Visitor, ahead: timedelta, far: str
) -> None:
    page = await visitor("en", timezone="Europe/London")
    red: list[str] = []
    page.on("console", lambda message: red.append(message.text) if message.type == "error" else None)
    await page.goto((await site.appointment(ahead)).join_link)
    early = page.get_by_test_id("early")
    await expect(early).to_have_attribute("data-far", far)
    await expect(early).to_contain_text("London (GMT")
    await expect(page.get_by_role("timer")).to_have_count(0 if far == "days" else 1)
    await look(page, f"early-{far}")
    assert red == []  # coming early is no error, for the console neither


async def test_a_second_tab_takes_the_call_over_and_the_first_stays_out(site: Site, visitor: Visitor) -> None:
    call = await people.meet(site, visitor)
    second = await call.client.context.new_page()
    await second.goto(call.appointment.join_link)
    await people.check_devices(second)
    await second.get_by_test_id("join-button").click()
    await sees_and_hears(second, frames=20)
    await expect(call.client.get_by_test_id("replaced")).to_be_visible()
    await look(call.client, "replaced")
    await people.peer_note(call.therapist, "")

    await call.client.get_by_test_id("take-back").click()
    await sees_and_hears(call.client, frames=20)
    await expect(second.get_by_test_id("replaced")).to_be_visible()


async def test_who_leaves_the_waiting_room_is_told_of_the_way_back_and_takes_it(
    site: Site, visitor: Visitor
) -> None:
    page = await visitor("ja")
    await people.join(page, (await site.appointment()).join_link, "waiting-room")
    await page.get_by_test_id("leave").click()
    await expect(page.get_by_test_id("left-page")).to_be_visible()
    await look(page, "left")
    await page.get_by_test_id("come-back").click()
    await people.check_devices(page)
    await page.get_by_test_id("join-button").click()
    await expect(page.get_by_test_id("waiting-room")).to_be_visible()


async def test_a_therapist_finds_the_running_call_first_and_goes_back_into_it(
    site: Site, visitor: Visitor
) -> None:
    call = await people.meet(site, visitor)
    second = await call.therapist.context.new_page()
    await second.goto(f"{site.address}/therapist")
    row = second.get_by_test_id("session-row").first
    await expect(row).to_have_attribute("data-stage", "in_call")
    await expect(row.get_by_test_id("call-since")).to_contain_text(re.compile(r"\d\d:\d\d"))
    await look(second, "therapist-in-call")
    await row.get_by_test_id("back-to-call").click()
    await people.check_devices(second)
    await second.get_by_test_id("join-button").click()
    await sees_and_hears(second, frames=20)


async def test_staff_end_a_stuck_room_after_being_asked_twice(site: Site, visitor: Visitor) -> None:
    call = await people.meet(site, visitor)
    staff = await visitor("ja")
    await people.sign_in(staff, site, site.demo["staff"]["email"], site.demo["staff"]["password"])
    room = staff.get_by_test_id("staff-room").filter(has_text=call.appointment.client_name)
    await room.get_by_test_id("end-room").click()
    dialog = staff.get_by_test_id("end-room-dialog")
    await expect(dialog).to_be_visible()
    await staff.get_by_test_id("end-room-code").fill("000000")
    await staff.get_by_test_id("end-room-reason").fill("both are gone")
    await staff.get_by_test_id("end-room-confirm").click()
    await expect(dialog.locator("[aria-invalid=true]")).to_have_count(1)
    await look(staff, "staff-end-room")

    room_id = await room_of(staff, site, call.appointment.client_name)
    await staff.get_by_test_id("end-room-code").fill(room_id[-6:])
    await staff.get_by_test_id("end-room-confirm").click()
    await expect(staff.get_by_test_id("end-room-result")).to_be_visible()
    for page in (call.client, call.therapist):
        await expect(page.get_by_test_id("end-page")).to_be_visible()

    await call.client.goto(call.appointment.join_link)
    await expect(call.client.get_by_test_id("error-screen")).to_be_visible()
    await look(call.client, "link-after-the-end")


async def room_of(staff: Page, site: Site, name: str) -> str:
    answer = await staff.request.get(f"{site.address}/api/ops/rooms")
    rooms = (await answer.json())["rooms"]
    (found,) = [room for room in rooms if name in {one["name"] for one in room["participants"]}]
    return str(found["room_id"])


async def test_the_loudspeaker_is_chosen_tried_and_remembered(site: Site, visitor: Visitor) -> None:
    call = await people.meet(site, visitor)
    page, speakers = call.client, call.client.get_by_test_id("pick-speaker")
    await page.get_by_test_id("devices").click()
    other = str(await speakers.locator("option").last.get_attribute("value"))
    assert other != await speakers.input_value()
    await speakers.select_option(other)
    await expect(page.get_by_test_id("remote-video")).to_have_js_property("sinkId", other)
    await page.evaluate(WATCH_TONES)
    await page.get_by_test_id("test-tone").click()
    assert await page.evaluate("() => window.toneOfTest.then((element) => element.sinkId)") == other

    await page.reload()
    await expect(page.get_by_test_id("remote-video")).to_have_js_property("sinkId", other)
    await page.goto((await site.appointment()).join_link)
    await people.check_devices(page)
    await expect(speakers).to_have_value(other)


async def test_no_loudspeaker_is_offered_where_a_page_cannot_choose_one(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja")
    await page.add_init_script("delete HTMLMediaElement.prototype.setSinkId")
    await page.goto((await site.appointment()).join_link)
    await people.check_devices(page)
    await expect(page.get_by_test_id("pick-microphone")).to_be_visible()
    await expect(page.get_by_test_id("pick-speaker")).to_have_count(0)
    await page.get_by_test_id("test-tone").click()
    await expect(page.get_by_test_id("test-tone")).to_be_visible()


async def test_an_address_in_the_chat_opens_beside_the_call(site: Site, visitor: Visitor) -> None:
    call = await people.meet(site, visitor)
    text = f"体操の説明は{site.address}/sign-in?from=chatです。javascript:alert(1)"
    await people.say(call.therapist, text)
    await people.has_read(call.client, text)
    links = call.client.get_by_test_id("chat-message").locator("a")
    await expect(links).to_have_count(1)
    await expect(links).to_have_attribute("rel", "noopener noreferrer")
    async with call.client.context.expect_page() as opened:
        await links.click()
    page = await opened.value
    assert page.url == f"{site.address}/sign-in?from=chat"
    assert await page.evaluate("() => [document.referrer, window.opener]") == ["", None]
    await expect(call.client.get_by_test_id("call")).to_be_visible()


async def test_a_short_loss_of_the_network_does_not_end_the_call(site: Site, visitor: Visitor) -> None:
    call = await people.meet(site, visitor)
    await call.client.context.set_offline(True)
    await expect(call.client.get_by_test_id("offline-banner")).to_be_visible()
    await call.client.context.set_offline(False)
    await expect(call.client.get_by_test_id("offline-banner")).to_be_hidden()
    await people.say(call.client, "まだいます")
    await people.has_read(call.therapist, "まだいます")
    before = await sees_and_hears(call.therapist)
    await sees_and_hears(call.therapist, frames=before["frames"] + 20)
