"""A session that repeats: every date is seen before it is booked, and what is not free is said."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from core.clock import SystemClock
from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import PASSWORD, ZONE, Site
from tests.browser.test_booking import show_a_later_day
from tests.browser.test_week import monday_after

pytestmark = [pytest.mark.browser, LOOP]

CANCEL = """(path) => fetch(path, {method: 'POST', body: '{}',
  headers: {'Todoku-Session': 'link', 'Content-Type': 'application/json'}}).then((answer) => answer.status)"""


async def pick(page: Page, site: Site, name: str, starts_at: str | None = None) -> str:
    """On to the details with this time, or the first; which one."""
    await page.goto(site.demo["booking_link"])
    await page.get_by_test_id("booking-therapist").filter(has_text=name).click()
    await show_a_later_day(page)
    slots = page.get_by_test_id("slot")
    slot = page.locator(f"[data-starts-at='{starts_at}']") if starts_at else slots.first
    start = await slot.get_attribute("data-starts-at")
    await slot.click()
    await expect(page.get_by_test_id("hold")).to_be_visible()
    assert start is not None
    return start


async def repeat(page: Page, weeks: str, count: str) -> None:
    await page.get_by_test_id("repeat").select_option(weeks)
    await page.get_by_test_id("repeat-count").select_option(count)
    await expect(page.get_by_test_id("occurrence")).to_have_count(int(count))


async def fill_in(page: Page, name: str, mail: str) -> None:
    await page.get_by_test_id("name").fill(name)
    await page.get_by_test_id("email").fill(mail)


async def test_a_series_is_looked_at_and_booked_whole_or_as_far_as_it_is_free(
    site: Site, visitor: Visitor
) -> None:
    await site.taking_new_clients("毎週 一郎")
    page = await visitor("ja")
    first = await pick(page, site, "毎週 一郎")
    await repeat(page, "1", "3")
    await expect(page.locator("[data-testid=occurrence][data-why='']")).to_have_count(3)
    await look(page, "booking-repeat")
    await fill_in(page, "毎週 花子", "weekly@company.example")
    async with page.expect_response("**/api/series") as answered:
        await page.get_by_test_id("confirm").click()
    made = await (await answered.value).json()
    await expect(page.get_by_test_id("booked")).to_have_count(3)
    assert await page.evaluate(CANCEL, f"/api/bookings/{made['bookings'][0]['booking_id']}/cancel") == 200
    await page.reload()
    await expect(page.get_by_test_id("booked")).to_have_count(3)
    await look(page, "booking-repeat-done")

    other = await visitor("en")
    await pick(other, site, "毎週 一郎", first)
    await repeat(other, "1", "4")
    taken = other.locator("[data-testid=occurrence][data-why=taken]")
    await expect(taken).to_have_count(2)
    await expect(taken.first.get_by_test_id("take-instead")).to_have_count(3)
    await look(other, "booking-repeat-conflicts")
    await fill_in(other, "Fortnight Person", "fortnight@company.example")
    await expect(other.get_by_test_id("confirm")).to_contain_text("(2)")
    await other.get_by_test_id("confirm").click()
    await expect(other.get_by_test_id("booked")).to_have_count(2)
    await expect(other.get_by_test_id("not-booked").locator("li")).to_have_count(2)
    await look(other, "booking-repeat-some")


async def test_a_date_that_is_taken_is_moved_to_a_time_nearby_taken_back_and_booked_with_the_rest(
    site: Site, visitor: Visitor
) -> None:
    await site.taking_new_clients("代わり 三郎")
    first, page = await visitor("ja"), await visitor("ja", width=360)
    start = await pick(first, site, "代わり 三郎")
    await repeat(first, "2", "2")
    await fill_in(first, "先の 花子", "first.series@company.example")
    async with first.expect_response("**/api/series") as answered:
        await first.get_by_test_id("confirm").click()
    made = await (await answered.value).json()
    assert await first.evaluate(CANCEL, f"/api/bookings/{made['bookings'][0]['booking_id']}/cancel") == 200

    await pick(page, site, "代わり 三郎", start)
    await repeat(page, "1", "3")
    taken = page.locator("[data-testid=occurrence][data-why=taken]")
    await expect(taken).to_have_count(1)
    other = taken.get_by_test_id("take-instead").nth(1)
    wanted = await other.get_attribute("data-starts-at") or ""
    await other.focus()
    await page.keyboard.press("Enter")
    await expect(taken).to_have_count(0)
    moved = page.get_by_test_id("occurrence").filter(has=page.get_by_test_id("take-back"))
    await expect(moved).to_be_focused()
    await look(page, "booking-repeat-moved")
    await moved.get_by_test_id("take-back").click()
    await expect(taken).to_have_count(1)
    await taken.locator(f"[data-starts-at='{wanted}']").click()
    await page.reload()
    await expect(page.get_by_test_id("take-back")).to_be_visible()
    await fill_in(page, "後の 花子", "moved.series@company.example")
    async with page.expect_response("**/api/series") as answered:
        await page.get_by_test_id("confirm").click()
    made = await (await answered.value).json()
    assert [one["starts_at"] for one in made["bookings"]][2] == wanted
    await expect(page.get_by_test_id("booked")).to_have_count(3)
    await expect(page.get_by_test_id("not-booked")).to_have_count(0)


async def test_a_rhythm_chosen_with_the_keyboard_outlives_back_and_reload(
    site: Site, visitor: Visitor
) -> None:
    await site.taking_new_clients("隔週 二郎")
    page = await visitor("en", width=360)
    await pick(page, site, "隔週 二郎")
    await page.get_by_test_id("repeat").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_test_id("occurrence")).to_have_count(4)
    await page.reload()
    await expect(page.get_by_test_id("occurrence")).to_have_count(4)
    await page.go_back()
    await page.get_by_test_id("slot").nth(1).click()
    await expect(page.get_by_test_id("occurrence")).to_have_count(4)
    await page.get_by_test_id("repeat").select_option("0")
    await expect(page.get_by_test_id("occurrence")).to_have_count(0)
    await fill_in(page, "Once Only", "once.only@company.example")
    await page.get_by_test_id("confirm").click()
    await expect(page.get_by_test_id("change-link")).to_have_attribute("href", re.compile("/change/"))


async def test_a_therapist_moves_a_date_that_is_not_free_as_a_client_does(
    site: Site, visitor: Visitor
) -> None:
    zone, now = ZoneInfo(ZONE), SystemClock().now()
    taken = datetime.fromisoformat(f"{monday_after(2)}T10:00").replace(tzinfo=zone)
    appointment, page = await site.appointment(taken - now + timedelta(seconds=1)), await visitor("ja")
    await people.sign_in(page, site, appointment.therapist_email, PASSWORD)
    await page.goto(f"{site.address}/therapist")
    await page.get_by_test_id("arrange-client").select_option(index=1)
    await page.get_by_test_id("arrange-day").fill(monday_after(1))
    await page.get_by_test_id("arrange-slot").filter(has_text="10:00").press("Enter")
    await page.get_by_test_id("arrange-repeat").select_option("1")
    await page.get_by_test_id("arrange-count").select_option("2")
    lines = page.get_by_test_id("arrange-line")
    await expect(lines.nth(1)).not_to_have_attribute("data-why", "free")
    await look(page, "arrange-conflict")
    await lines.nth(1).get_by_test_id("take-instead").first.click()
    await expect(lines.nth(1)).to_have_attribute("data-why", "free")
    await expect(lines.nth(1)).to_be_focused()
    await lines.nth(1).get_by_test_id("take-back").click()
    await expect(lines.nth(1)).not_to_have_attribute("data-why", "free")
    await lines.nth(1).get_by_test_id("take-instead").filter(has_text="11:00").click()
    await expect(lines.nth(1)).to_have_attribute("data-why", "free")
    await look(page, "arrange-moved")
    await page.get_by_test_id("arrange-book").click()
    await expect(page.get_by_test_id("arrange-done").locator("li")).to_have_count(2)
    await expect(page.get_by_test_id("arrange-done")).to_contain_text("11:00")
