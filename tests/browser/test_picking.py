"""Picking a time: by therapist or by time, in any zone, with the keyboard alone and on a phone."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import Site
from tests.browser.test_booking import show_a_later_day

pytestmark = [pytest.mark.browser, LOOP]

PHONE = 360
SEVERAL = re.compile(r"\d名|\d free")  # a time at which one can choose with whom
MOST_TABS = 80
ASKS = {"name": {"ja": "初回のご相談", "en": "First consultation"}, "approval": True}
SHORT = {"name": {"ja": "短い面談", "en": "Short follow-up"}, "session_min": 20, "step_min": 30}


async def by_time(page: Page, site: Site) -> None:
    await page.goto(site.demo["booking_link"])
    await page.get_by_test_id("by-time").click()
    await show_a_later_day(page)


async def by_therapist(page: Page, site: Site, name: str) -> None:
    await page.goto(site.demo["booking_link"])
    await page.get_by_test_id("booking-therapist").filter(has_text=name).click()
    await show_a_later_day(page)


async def fill_in(page: Page, name: str, mail: str) -> None:
    await page.get_by_test_id("name").fill(name)
    await page.get_by_test_id("email").fill(mail)


async def test_a_time_is_picked_first_and_with_whom_after_it(site: Site, visitor: Visitor) -> None:
    await site.taking_new_clients("時刻 一郎")
    await site.taking_new_clients("時刻 二郎")
    page = await visitor("ja")
    await by_time(page, site)
    await look(page, "booking-by-time")
    both = page.get_by_test_id("slot").filter(has_text=SEVERAL)
    await both.first.click()
    await expect(page.get_by_test_id("who-one").filter(has_text="時刻 二郎")).to_be_visible()
    await look(page, "booking-who")
    await page.get_by_test_id("who-one").filter(has_text="時刻 二郎").click()
    await expect(page.get_by_test_id("hold")).to_be_visible()
    await expect(page.locator(".summary")).to_contain_text("時刻 二郎")
    await page.go_back()
    await expect(page.get_by_test_id("by-time")).to_have_attribute("aria-pressed", "true")
    await page.get_by_test_id("slot").filter(has_text=SEVERAL).first.click()
    await page.get_by_test_id("who-any").click()
    await fill_in(page, "時刻 花子", "by.time@company.example")
    await page.get_by_test_id("confirm").click()
    await expect(page.get_by_test_id("confirmation")).to_have_attribute("data-status", "confirmed")


async def test_only_therapists_who_speak_the_language_are_shown(site: Site, visitor: Visitor) -> None:
    speaks = await site.taking_new_clients("二言 語子")
    does_not = await site.taking_new_clients("日本 語子", languages=("ja",))
    page = await visitor("en")
    await by_time(page, site)
    await page.get_by_test_id("language").select_option("en")
    async with page.expect_response("**/api/booking/times?*") as answered:
        await page.get_by_test_id("next-month").click()
    response = await answered.value
    assert "language=en" in response.url
    found = await response.json()
    shown = {each for one in found["times"] for each in one["therapist_ids"]}
    assert speaks in shown
    assert does_not not in shown
    async with page.expect_response("**/api/booking/times?*language=ja*") as answered:
        await page.get_by_test_id("language").select_option("ja")
    found = await (await answered.value).json()
    assert {speaks, does_not} <= {each for one in found["times"] for each in one["therapist_ids"]}


@pytest.mark.parametrize("zone", ["America/St_Johns", "Australia/Lord_Howe", "Pacific/Kiritimati"])
async def test_every_time_is_the_visitors_own(site: Site, visitor: Visitor, zone: str) -> None:
    page = await visitor("en", timezone=zone)
    await by_therapist(page, site, "Emma Suzuki")
    chosen = await page.locator("[data-testid=month-day][aria-pressed=true]").get_attribute("data-date")
    slots = page.get_by_test_id("slot")
    assert await slots.count() > 0
    for slot in await slots.all():
        instant = datetime.fromisoformat(await slot.get_attribute("data-starts-at") or "")
        local = instant.astimezone(ZoneInfo(zone))
        assert (await slot.inner_text(), f"{local:%Y-%m-%d}") == (f"{local:%H:%M}", chosen)
    wanted = await slots.first.inner_text()
    await slots.first.click()
    await expect(page.locator(".summary-time")).to_contain_text(wanted)
    await expect(page.locator(".summary")).to_contain_text("GMT")


async def test_a_change_of_zone_moves_the_times_and_not_the_instants(site: Site, visitor: Visitor) -> None:
    page = await visitor("en", timezone="Asia/Tokyo")
    await by_therapist(page, site, "Emma Suzuki")
    instant = await page.get_by_test_id("slot").first.get_attribute("data-starts-at") or ""
    await page.get_by_test_id("zone").click()
    await page.get_by_test_id("zone-search").fill("America/St_Johns")
    await page.get_by_test_id("zone-search").press("Enter")
    local = datetime.fromisoformat(instant).astimezone(ZoneInfo("America/St_Johns"))
    await page.locator(f'[data-date="{local:%Y-%m-%d}"][data-free]').click()
    same = page.locator(f'[data-starts-at="{instant}"]')
    await expect(same).to_have_text(f"{local:%H:%M}")


async def tab_to(page: Page, selector: str) -> None:
    """With the Tab key alone."""
    for _ in range(MOST_TABS):
        if await page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {selector}")


async def test_a_session_is_booked_with_the_keyboard_alone(site: Site, visitor: Visitor) -> None:
    await site.taking_new_clients("鍵盤 三郎")
    page = await visitor("en")
    await page.goto(site.demo["booking_link"])
    await expect(page.get_by_test_id("by-time")).to_be_visible()
    await tab_to(page, "[data-testid=by-time]")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("slot").first).to_be_visible()
    await tab_to(page, "[data-testid=month-day]")
    first = await page.evaluate("() => document.activeElement.dataset.date")
    await page.keyboard.press("PageDown")
    await page.wait_for_function(
        "(month) => document.activeElement.dataset.date?.slice(0, 7) > month", arg=first[:7]
    )
    assert await page.locator("[data-testid=month-day][tabindex='0']").count() == 1
    for _ in range(31):  # back into the month that was left, and never before it
        await page.keyboard.press("ArrowUp")
    assert await page.evaluate("() => document.activeElement.dataset.date.slice(0, 7)") == first[:7]
    await page.keyboard.press("PageDown")
    await expect(page.get_by_test_id("slot").first).to_be_visible()
    free = await page.locator("[data-testid=month-day][data-free]").nth(1).get_attribute("data-date") or ""
    day = await page.evaluate("() => document.activeElement.dataset.date")
    steps = (datetime.fromisoformat(free) - datetime.fromisoformat(day)).days
    for _ in range(abs(steps)):
        await page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")
    await page.keyboard.press("Enter")
    await expect(page.locator(f'[data-date="{free}"]')).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("Tab")
    starts_at = (
        await page.get_by_test_id("slot").filter(has_text=SEVERAL).first.get_attribute("data-starts-at")
    )
    await tab_to(page, f'[data-starts-at="{starts_at}"]')
    await page.keyboard.press("Enter")
    await tab_to(page, "[data-testid=who-any]")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("hold")).to_be_visible()
    await tab_to(page, "[data-testid=name]")
    await page.keyboard.type("Keyboard Only")
    await page.keyboard.press("Tab")
    await page.keyboard.type("keys.only@company.example")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("confirmation")).to_contain_text("Keyboard Only")


async def test_a_session_is_booked_on_a_small_phone(site: Site, visitor: Visitor) -> None:
    await site.taking_new_clients("電話 四郎")
    page = await visitor("ja", width=PHONE)
    await by_therapist(page, site, "電話 四郎")
    await look(page, "booking-month-phone")
    await page.get_by_test_id("slot").first.click()
    await fill_in(page, "電話 花子", "phone@company.example")
    await page.get_by_test_id("confirm").click()
    await expect(page.get_by_test_id("confirmation")).to_be_visible()


async def test_a_kind_that_needs_approval_says_so_at_every_step(site: Site, visitor: Visitor) -> None:
    await site.taking_new_clients("種類 五郎", [ASKS, SHORT])
    page = await visitor("ja")
    await by_therapist(page, site, "種類 五郎")
    await expect(page.get_by_test_id("request-note")).to_contain_text("24時間以内")
    await look(page, "booking-kinds")
    long = await page.get_by_test_id("slot").count()
    await page.get_by_test_id("kind").filter(has_text="短い面談").click()
    await expect(page.get_by_test_id("request-note")).to_have_count(0)
    await expect(page.get_by_test_id("slot")).not_to_have_count(long)  # another length, other times
    await page.get_by_test_id("kind").filter(has_text="初回のご相談").click()
    await expect(page.get_by_test_id("slot")).to_have_count(long)
    await page.get_by_test_id("slot").first.click()
    await expect(page.get_by_test_id("picked-kind")).to_contain_text("初回のご相談")
    await look(page, "booking-request")
    await fill_in(page, "種類 花子", "kinds@company.example")
    await page.get_by_test_id("confirm").click()
    await expect(page.get_by_test_id("confirmation")).to_have_attribute("data-status", "requested")
    await expect(page.get_by_test_id("ics")).to_have_count(0)
    await look(page, "booking-requested")
    await page.reload()
    await expect(page.get_by_test_id("confirmation")).to_have_attribute("data-status", "requested")


async def test_an_empty_month_leads_to_the_next_free_time(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja")
    await by_therapist(page, site, "Emma Suzuki")
    for _ in range(2):  # beyond the booking window
        await page.get_by_test_id("next-month").click()
    await expect(page.get_by_test_id("empty-month")).to_be_visible()
    await look(page, "booking-empty-month")
    await page.get_by_test_id("next-free").click()
    await expect(page.get_by_test_id("slot").first).to_be_visible()


async def test_where_nobody_has_a_place_the_page_says_so(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja")
    nobody = {"therapists": [], "session_minutes": 45, "answer_within_h": 24, "own_therapist": False}
    await page.route("**/api/booking/therapists*", lambda route: route.fulfill(json=nobody))
    await page.goto(site.demo["booking_link"])
    await expect(page.get_by_test_id("no-place")).to_have_attribute("data-reason", "nobody")
    await expect(page.get_by_test_id("by-time")).to_have_count(0)
    await look(page, "booking-no-place")


async def test_a_time_that_goes_while_the_form_is_filled_costs_nothing_typed(
    site: Site, visitor: Visitor
) -> None:
    await site.taking_new_clients("競争 六郎")
    slow, quick = await visitor("ja"), await visitor("en")
    await by_therapist(slow, site, "競争 六郎")
    async with slow.expect_response("**/api/booking/holds") as answered:
        await slow.get_by_test_id("slot").first.click()
    held = await (await answered.value).json()
    await fill_in(slow, "競争 花子", "slow@company.example")
    await slow.evaluate(  # as if its minutes were over
        """(id) => fetch(`/api/booking/holds/${id}`,
            {method: 'DELETE', headers: {'Todoku-Session': 'link'}})""",
        held["hold_id"],
    )
    await by_therapist(quick, site, "競争 六郎")
    await quick.locator(f'[data-starts-at="{held["starts_at"]}"]').click()
    await expect(quick.get_by_test_id("hold")).to_be_visible()
    await slow.get_by_test_id("confirm").click()
    await expect(slow.get_by_test_id("hold-over")).to_be_visible()
    await slow.get_by_test_id("hold-over").get_by_role("button").click()
    await expect(slow.get_by_test_id("alternative").first).to_be_visible()
    await expect(slow.get_by_test_id("hold-over")).to_have_count(0)
    await look(slow, "booking-gone-while-typing")
    await slow.get_by_test_id("alternative").first.click()
    await expect(slow.get_by_test_id("hold")).to_be_visible()
    await expect(slow.get_by_test_id("name")).to_have_value("競争 花子")
    await expect(slow.get_by_test_id("email")).to_have_value("slow@company.example")
    await slow.get_by_test_id("confirm").click()
    await expect(slow.get_by_test_id("confirmation")).to_contain_text("競争 花子")
