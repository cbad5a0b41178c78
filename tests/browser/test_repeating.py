"""A session that repeats: every date is seen before it is booked, and what is not free is said."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import Site
from tests.browser.test_booking import show_a_later_day

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
    await expect(taken.first).to_contain_text("Free nearby")
    await look(other, "booking-repeat-conflicts")
    await fill_in(other, "Fortnight Person", "fortnight@company.example")
    await expect(other.get_by_test_id("confirm")).to_contain_text("(2)")
    await other.get_by_test_id("confirm").click()
    await expect(other.get_by_test_id("booked")).to_have_count(2)
    await expect(other.get_by_test_id("not-booked").locator("li")).to_have_count(2)
    await look(other, "booking-repeat-some")


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
