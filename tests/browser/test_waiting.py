"""Nobody has a place: a client waits, staff see it, a place frees and is offered by mail, or is given."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from core.clock import SystemClock
from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import PASSWORD, Site, running
from tests.browser.test_booking import mail_to, show_a_later_day

pytestmark = [pytest.mark.browser, LOOP]

OFTEN = "[scheduler]\nsweep_s = 1\n"
NAME, ADDRESS = "待合 春子", "haruko@client.example"


@pytest.fixture
def full_site(tmp_path: Path) -> Iterator[Site]:
    """A site of one's own, since what one test waits for another would take."""
    with running(tmp_path, more_config=OFTEN) as site:
        yield site
    assert "Traceback" not in site.service.output(), site.service.output()


@pytest.fixture
def calm_site(tmp_path: Path) -> Iterator[Site]:
    """As `full_site`, but the queue offers nothing by itself: what staff give, they give first."""
    with running(tmp_path, more_config="[scheduler]\nsweep_s = 3600\n") as site:
        yield site
    assert "Traceback" not in site.service.output(), site.service.output()


async def pause_everybody(site: Site, visitor: Visitor) -> None:
    """Each therapist of the demonstration takes nobody new for now, with their own switch."""
    for account in site.demo["therapists"]:
        page = await visitor("en")
        await people.sign_in(page, site, account["email"], account["password"])
        await page.goto(f"{site.address}/therapist/pace")
        await page.get_by_test_id("capacity-pause").click()
        await expect(page.get_by_test_id("pace-saved")).to_be_visible()
        await expect(page.get_by_test_id("capacity-room")).to_have_attribute("data-room", "paused")


async def wait_for_a_place(page: Page, site: Site, pictures: bool = False) -> None:
    await page.goto(site.demo["booking_link"])
    await expect(page.get_by_test_id("no-place")).to_have_attribute("data-reason", "nobody")
    if pictures:
        await look(page, "waiting-form")
    await page.get_by_test_id("name").fill(NAME)
    await page.get_by_test_id("email").fill(ADDRESS)
    await page.get_by_test_id("wait").click()
    await expect(page.get_by_test_id("waits")).to_be_visible()
    if pictures:
        await look(page, "waiting-waits")


async def staff_list(visitor: Visitor, site: Site) -> Page:
    page, account = await visitor("ja"), site.demo["staff"]
    await people.sign_in(page, site, account["email"], account["password"])
    await page.goto(f"{site.address}/staff/waiting")
    await expect(page.get_by_test_id("place").first).to_be_visible()
    return page


async def booking_link_of(site: Site) -> str:
    message = await mail_to(site.var / "outbox", ADDRESS, "offered-")
    body = message.get_body(("plain",))
    assert body is not None
    links: list[str] = re.findall(rf"{site.address}/b/\S+", body.get_content())
    assert len(links) == 1
    return links[0]


async def test_a_place_that_frees_is_offered_by_mail_to_who_waits_and_booked(
    full_site: Site, visitor: Visitor
) -> None:
    site = full_site
    await pause_everybody(site, visitor)
    appointment = await site.appointment(starts_in=timedelta(days=2))
    client = await visitor("ja")
    await wait_for_a_place(client, site, pictures=True)
    staff = await staff_list(visitor, site)
    row = staff.get_by_test_id("waits").filter(has_text=NAME)
    await expect(row).to_have_attribute("data-state", "waiting")
    full = staff.get_by_test_id("place").filter(has_text=appointment.therapist_name)
    await expect(full).to_have_attribute("data-closed", "full")
    await look(staff, "staff-waiting")

    therapist = await visitor("en")
    await people.sign_in(therapist, site, appointment.therapist_email, PASSWORD)
    await therapist.goto(f"{site.address}/therapist/clients")
    await therapist.get_by_test_id("client-end").click()
    await expect(therapist.get_by_test_id("cancels").locator("li")).to_have_count(1)
    await look(therapist, "clients-end")
    await therapist.get_by_test_id("end-yes").click()
    await expect(therapist.get_by_test_id("clients-said")).to_be_focused()
    await expect(therapist.get_by_test_id("no-clients")).to_be_visible()
    await expect(therapist.get_by_test_id("dialog-end")).to_be_hidden()
    await look(therapist, "clients-ended")

    link = await booking_link_of(site)
    await staff.reload()
    await expect(row).to_have_attribute("data-state", "offered")
    await expect(row.get_by_test_id("offered-until")).to_be_visible()
    await client.goto(link)
    await client.get_by_test_id("booking-therapist").filter(has_text=appointment.therapist_name).click()
    await show_a_later_day(client)
    await client.get_by_test_id("slot").first.click()
    await expect(client.get_by_test_id("hold")).to_be_visible()
    await client.reload()  # who they are stays known
    await expect(client.get_by_test_id("name")).to_have_count(0)
    await look(client, "waiting-details")
    await client.get_by_test_id("confirm").click()
    await expect(client.get_by_test_id("confirmation")).to_be_visible()
    await staff.reload()
    await expect(staff.get_by_test_id("nobody-waits")).to_be_visible()
    await look(staff, "staff-nobody-waits")


async def test_staff_give_who_waits_a_therapist_and_book_their_first_session(
    calm_site: Site, visitor: Visitor
) -> None:
    site = calm_site
    await pause_everybody(site, visitor)
    await wait_for_a_place(await visitor("ja", width=360), site)
    await site.taking_new_clients("枠 夏子")
    page = await staff_list(visitor, site)
    await page.get_by_test_id("give").click()
    await expect(page.get_by_test_id("give-to").locator("option")).to_have_count(2)
    await look(page, "staff-give")
    await page.get_by_test_id("give-yes").click()
    await expect(page.get_by_test_id("given")).to_be_focused()
    await expect(page.get_by_test_id("nobody-waits")).to_be_visible()
    await page.get_by_test_id("given-book").click()
    await expect(page.get_by_test_id("book-name")).to_be_focused()
    await expect(page.get_by_test_id("book-name")).to_have_value(NAME)
    await page.get_by_test_id("book-client").click()
    await expect(page.get_by_test_id("book-theirs")).to_contain_text("枠 夏子")
    day = (SystemClock().now() + timedelta(days=3)).date()
    await page.get_by_test_id("arrange-day").fill(str(day))
    await page.get_by_test_id("arrange-slot").first.click()
    await expect(page.get_by_test_id("arrange-line")).to_have_attribute("data-why", "free")
    await look(page, "staff-book")
    await page.get_by_test_id("arrange-book").click()
    await expect(page.get_by_test_id("arrange-done")).to_be_visible()
    mail = await mail_to(site.var / "outbox", ADDRESS, "booking-")
    assert "/join/" in (mail.get_body(("plain",)) or mail).get_content()
