"""A client moves a booking and cancels it, one click from the mail each, without an account."""

import re

import pytest
from icalendar import Calendar
from playwright.async_api import Page, expect

from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import Site
from tests.browser.test_booking import book, mail_to

pytestmark = [pytest.mark.browser, LOOP]


async def link_of(site: Site, address: str, wish: str) -> str:
    """What the mail offers to click on."""
    message = await mail_to(site.var / "outbox", address)
    body = message.get_body(("plain",))
    assert body is not None
    found = re.search(rf"http\S+/change/\S+\?do={wish}", body.get_content())
    assert found is not None
    return found[0]


async def entry_of(site: Site, address: str, kind: str) -> tuple[str, int]:
    """(method, sequence) of the calendar entry in the mail about this change."""
    message = await mail_to(site.var / "outbox", address, kind)
    [part] = [one for one in message.iter_attachments() if one.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    [event] = calendar.walk("VEVENT")
    return str(calendar["method"]), int(str(event["sequence"]))


async def booked(site: Site, visitor: Visitor, language: str, address: str) -> Page:
    page = await visitor(language)
    own = f"先生 {address}"  # whose places no other test takes
    await site.taking_new_clients(own)
    await book(page, site, therapist=own, name="変更 花子", mail=address)
    return page


async def test_a_booking_is_moved_from_the_mail_and_the_mail_says_so(site: Site, visitor: Visitor) -> None:
    address = "moves@client.example"
    await booked(site, visitor, "ja", address)
    page = await visitor("ja")
    await page.goto(await link_of(site, address, "change"))
    await expect(page.get_by_test_id("slot").first).to_be_visible()
    await look(page, "change-times")
    free = page.locator("[data-testid=month-day][data-free]")
    await free.last.click()
    await page.get_by_test_id("slot").last.click()
    await expect(page.get_by_test_id("sure")).to_be_visible()
    await look(page, "change-sure")
    await page.get_by_test_id("confirm-move").click()
    await expect(page.get_by_test_id("moved")).to_be_visible()
    await look(page, "change-moved")
    moved = await page.get_by_test_id("when").text_content() or ""
    assert await entry_of(site, address, "booking-*-client-changed") == ("REQUEST", 1)
    await page.goto((await link_of(site, address, "change")).split("?")[0])  # without a wish: only shown
    await expect(page.get_by_test_id("when")).to_have_text(moved)
    await look(page, "change-booking")


async def test_the_month_is_walked_with_the_keyboard(site: Site, visitor: Visitor) -> None:
    address = "keys@client.example"
    await booked(site, visitor, "en", address)
    page = await visitor("en")
    await page.goto(await link_of(site, address, "change"))
    await expect(page.get_by_test_id("slot").first).to_be_visible()
    chosen = page.locator("[data-testid=month-day][aria-pressed=true]")
    start = await chosen.get_attribute("data-date")
    await chosen.focus()
    await page.keyboard.press("End")
    await page.keyboard.press("ArrowLeft")
    date = await page.evaluate("() => document.activeElement.dataset.date")
    assert date is not None
    assert date != start
    assert date[:7] == (start or "")[:7]
    assert await page.locator("[data-testid=month-day][tabindex='0']").count() == 1


async def test_a_booking_is_cancelled_once_and_asks_before(site: Site, visitor: Visitor) -> None:
    address = "cancels@client.example"
    page = await booked(site, visitor, "en", address)
    other = await visitor("en")
    await other.goto(await link_of(site, address, "cancel"))
    await expect(other.get_by_test_id("cancelling")).to_be_visible()
    await look(other, "change-cancelling")
    await other.locator("textarea").fill("A meeting came up")
    await other.get_by_test_id("confirm-cancel").click()
    await expect(other.get_by_test_id("gone")).to_be_visible()
    await look(other, "change-gone")
    assert await entry_of(site, address, "booking-*-client-cancelled") == ("CANCEL", 1)
    await other.reload()
    await expect(other.get_by_test_id("booking")).to_have_attribute("data-status", "cancelled")
    await look(other, "change-cancelled")
    join = page.get_by_test_id("join-link")
    await join.click()
    await expect(page.get_by_test_id("error-screen")).to_have_attribute("data-code", "booking_cancelled")


async def test_a_link_that_does_not_work_says_what_to_do(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja")
    await page.goto(f"{site.address}/change/not-a-token?do=cancel")
    await expect(page.get_by_test_id("error-screen")).to_have_attribute("data-code", "link_unknown")
    await expect(page.get_by_test_id("error-screen").get_by_role("button")).to_have_count(0)  # would not help
    await look(page, "change-no-link")
