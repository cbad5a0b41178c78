"""A therapist sets the week's hours by drag, by keys and in a list; clients' free times change at once."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import CDPSession, Locator, Page, expect

from core.clock import SystemClock
from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import PASSWORD, ZONE, Appointment, Site

pytestmark = [pytest.mark.browser, LOOP]

HOUR_PX = 44


def monday_after(weeks: int) -> str:
    """The Monday of a week to come, as the therapist's calendar has it."""
    today = SystemClock().now().astimezone(ZoneInfo(ZONE)).date()
    return str(today - timedelta(days=today.weekday()) + timedelta(weeks=weeks))


async def open_week(page: Page, site: Site, appointment: Appointment, day: str = "") -> None:
    await people.sign_in(page, site, appointment.therapist_email, PASSWORD)
    await page.goto(f"{site.address}/therapist/week" + (f"?day={day}" if day else ""))
    await expect(page.get_by_test_id("week-body")).to_be_visible()


async def saved(page: Page) -> None:
    await expect(page.get_by_test_id("pace-saved")).to_be_visible()


async def starts(visitor: Visitor, site: Site, therapist_id: str, day: str) -> list[str]:
    """Free times of that date, as somebody with a booking link is offered them."""
    page = await visitor("en")
    await page.goto(site.demo["booking_link"])
    await expect(page.locator("h1")).to_be_visible()
    address = f"{site.address}/api/booking/slots?therapist_id={therapist_id}&from={day}&to={day}&tz={ZONE}"
    answer = await page.request.get(address, headers={"Todoku-Session": "link"})
    slots = (await answer.json()).get("slots", [])
    zone = ZoneInfo(ZONE)
    return [datetime.fromisoformat(one["starts_at"]).astimezone(zone).strftime("%H:%M") for one in slots]


async def drag(page: Page, what: Locator, right_px: float, down_px: float) -> None:
    box = await what.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + right_px / 2, y + down_px / 2, steps=4)
    await page.mouse.move(x + right_px, y + down_px, steps=4)
    await page.mouse.up()


async def test_hours_are_set_by_drag_and_by_keys_and_clients_see_it_at_once(
    site: Site, visitor: Visitor
) -> None:
    appointment, day = await site.appointment(), monday_after(1)
    page = await visitor("en")
    await people.sign_in(page, site, appointment.therapist_email, PASSWORD)
    await page.goto(f"{site.address}/therapist/pace")
    await page.get_by_test_id("capacity-increase").click()  # room for who looks at the free times
    await saved(page)
    assert (await starts(visitor, site, appointment.therapist_id, day))[-1] < "12:00"
    await page.goto(f"{site.address}/therapist/week?day={day}")
    block = page.get_by_test_id("hours-block")
    await expect(block).to_have_attribute("data-times", "09:00-12:00")
    await drag(page, block.get_by_test_id("grip-end"), 0, 2 * HOUR_PX)
    await expect(block).to_have_attribute("data-times", "09:00-14:00")
    await saved(page)
    assert (await starts(visitor, site, appointment.therapist_id, day))[-1] >= "13:00"
    await block.focus()
    for key in ["ArrowDown"] * 8 + ["Shift+ArrowDown", "Alt+ArrowUp"]:
        await page.keyboard.press(key)
    await expect(block).to_have_attribute("data-times", "10:45-16:15")
    await expect(block).to_be_focused()
    await page.keyboard.press("Tab")  # leaving it saves
    await expect(page.get_by_test_id("rule-start")).to_have_value("10:45")
    await page.reload()
    await expect(block).to_have_attribute("data-times", "10:45-16:15")
    found = await starts(visitor, site, appointment.therapist_id, day)
    assert (found[0], found[-1]) == ("10:45", "14:45")


async def test_a_block_goes_to_another_day_and_back_and_not_onto_another(
    site: Site, visitor: Visitor
) -> None:
    page = await visitor("ja")
    await open_week(page, site, await site.appointment(), monday_after(1))
    blocks = page.get_by_test_id("hours-block")
    body = await page.get_by_test_id("week-body").bounding_box()
    assert body is not None
    column = body["width"] / 7
    await drag(page, blocks.first, 2 * column, HOUR_PX)  # Wednesday, an hour later
    await expect(blocks).to_have_attribute("data-weekday", "2")
    await expect(blocks).to_have_attribute("data-times", "10:00-13:00")
    await saved(page)
    await page.get_by_test_id("undo").click()
    await expect(blocks).to_have_attribute("data-weekday", "0")
    top = body["y"] + 5 * HOUR_PX  # noon
    await page.mouse.move(body["x"] + column / 2, top + HOUR_PX)
    await page.mouse.down()
    await page.mouse.move(body["x"] + column / 2, top + 3 * HOUR_PX, steps=4)
    await page.mouse.up()
    await expect(blocks).to_have_count(2)
    await expect(blocks.nth(1)).to_have_attribute("data-times", "13:00-15:00")
    await drag(page, blocks.nth(1), 0, -2 * HOUR_PX)  # over the first
    await expect(page.get_by_test_id("week-said")).not_to_be_empty()
    await expect(blocks.nth(1)).to_have_attribute("data-times", "13:00-15:00")
    await blocks.nth(1).focus()
    await page.keyboard.press("Delete")
    await expect(blocks).to_have_count(1)
    await expect(page.get_by_test_id("add-block")).to_be_focused()


async def test_the_list_sets_the_same_hours_with_dates(site: Site, visitor: Visitor) -> None:
    page = await visitor("en")
    await open_week(page, site, await site.appointment(), monday_after(1))
    await page.get_by_test_id("add-hours").click()
    row = page.get_by_test_id("rule-row").nth(1)
    await row.get_by_test_id("rule-start").fill("11:00")  # overlaps the first
    await expect(row.get_by_role("alert")).to_be_visible()
    await row.get_by_test_id("rule-start").fill("13:00")
    await row.get_by_test_id("rule-end").fill("00:00")
    await row.get_by_test_id("rule-valid_from").fill(monday_after(2))
    await page.get_by_test_id("save-hours").click()
    await saved(page)
    await expect(page.get_by_test_id("hours-block")).to_have_count(1)  # not yet valid
    await page.get_by_test_id("next-week").click()
    await expect(page.get_by_test_id("hours-block")).to_have_count(2)
    await expect(page.get_by_test_id("hours-block").nth(1)).to_have_attribute("data-times", "13:00-24:00")


async def test_one_date_is_closed_and_given_back(site: Site, visitor: Visitor) -> None:
    day = monday_after(1)
    page = await visitor("ja")
    await open_week(page, site, await site.appointment(), day)
    await page.locator(f"[data-testid=week-head][data-date='{day}']").click()
    await page.get_by_test_id("date-other").check()
    await page.get_by_test_id("date-start").fill("18:00")
    await page.get_by_test_id("date-end").fill("20:00")
    await look(page, "week-date")
    await page.get_by_test_id("date-save").click()
    await saved(page)
    await expect(page.get_by_test_id("date")).to_contain_text("18:00–20:00")
    await expect(page.get_by_test_id("hours-block")).to_have_count(0)
    await page.get_by_test_id("date-back").click()
    await expect(page.get_by_test_id("hours-block")).to_have_count(1)


async def test_time_off_over_a_session_lists_it_with_the_way_to_another_time(
    site: Site, visitor: Visitor
) -> None:
    appointment = await site.appointment(timedelta(days=2))
    day = (SystemClock().now() + timedelta(days=2)).astimezone(ZoneInfo(ZONE)).date()
    page = await visitor("en")
    await people.sign_in(page, site, appointment.therapist_email, PASSWORD)
    await page.goto(f"{site.address}/therapist/pace")
    await page.get_by_test_id("add-leave").click()
    await page.get_by_test_id("leave-first").fill(str(day))
    await page.get_by_test_id("leave-last").fill(str(day))
    await page.get_by_test_id("leave-kind").select_option("leave")
    await expect(page.get_by_test_id("leave-cover")).to_have_count(0)  # nobody is asked about one day
    await page.get_by_test_id("leave-last").fill(str(day + timedelta(days=7)))
    await expect(page.get_by_test_id("leave-cover").locator("option")).not_to_have_count(1)
    await page.get_by_test_id("leave-cover").select_option(index=1)
    await look(page, "pace-leave")
    await page.get_by_test_id("save-leave").click()
    await saved(page)
    await expect(page.get_by_test_id("time-off")).to_have_count(1)
    await page.goto(f"{site.address}/therapist/week?day={day}")
    await expect(page.get_by_test_id("week-session")).to_have_count(1)  # it is still booked
    await expect(page.get_by_test_id("off")).not_to_have_count(0)
    conflict = page.get_by_test_id("conflict")
    await expect(conflict).to_contain_text(appointment.client_name)
    await look(page, "week-conflict")
    await conflict.get_by_test_id("move").click()
    await page.get_by_test_id("move-time").select_option(index=1)
    await look(page, "week-move")
    await page.get_by_test_id("move-confirm").click()
    await expect(page.get_by_test_id("moved")).to_be_visible()
    await expect(conflict).to_have_count(0)


class Finger:
    """A finger on the page, as the browser itself hears of it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session: CDPSession | None = None

    async def send(self, kind: str, *points: tuple[float, float]) -> None:
        if self._session is None:
            self._session = await self._page.context.new_cdp_session(self._page)
            await self._session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
        touches = [{"x": x, "y": y} for x, y in points]
        await self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    async def pull(self, what: Locator, down_px: float) -> None:
        await what.scroll_into_view_if_needed()
        box = await what.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await self.send("touchStart", (x, y))
        for step in range(1, 9):
            await self.send("touchMove", (x, y + down_px * step / 8))
        await self.send("touchEnd")

    async def tap(self, x: float, y: float) -> None:
        await self.send("touchStart", (x, y))
        await self.send("touchEnd")


async def test_a_finger_pulls_an_edge_and_taps_new_hours_and_scrolls_elsewhere(
    site: Site, visitor: Visitor
) -> None:
    page = await visitor("ja", width=360)
    await open_week(page, site, await site.appointment(), monday_after(1))
    finger, block = Finger(page), page.get_by_test_id("hours-block")
    await finger.pull(block.get_by_test_id("grip-end"), HOUR_PX)
    await expect(block).to_have_attribute("data-times", "09:00-13:00")
    await saved(page)
    await page.get_by_test_id("week-body").evaluate("(body) => body.scrollIntoView()")
    body = await page.get_by_test_id("week-body").bounding_box()
    assert body is not None
    await finger.tap(body["x"] + 90, body["y"] + HOUR_PX + 5)
    await expect(block).to_have_count(2)
    await expect(block.nth(1)).to_have_attribute("data-times", "08:00-09:00")
    before = await page.evaluate("scrollY")
    await finger.pull(block.first, -3 * HOUR_PX)
    await expect(block.first).to_have_attribute("data-times", "09:00-13:00")
    assert await page.evaluate("scrollY") > before


async def test_a_phone_shows_one_day_and_adds_hours_by_a_press(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja", width=360)
    await open_week(page, site, await site.appointment(), monday_after(1))
    await expect(page.get_by_test_id("week-head")).to_have_count(1)
    await expect(page.get_by_test_id("hours-block")).to_have_count(1)
    await page.get_by_test_id("pick-day").nth(3).click()
    await expect(page.get_by_test_id("hours-block")).to_have_count(0)
    await page.get_by_test_id("week-body").click(position={"x": 90, "y": 3 * HOUR_PX})
    await expect(page.get_by_test_id("hours-block")).to_have_attribute("data-times", "10:00-11:00")
    await saved(page)
    await page.get_by_test_id("hours-block").click()
    await page.get_by_test_id("rule-end").last.fill("12:30")
    await look(page, "week-hours")
    await page.get_by_test_id("rule-save").click()
    await expect(page.get_by_test_id("hours-block")).to_have_attribute("data-times", "10:00-12:30")
    await expect(page).to_have_title(re.compile("週"))


async def test_what_was_cancelled_is_drawn_faintly_said_in_words_and_hidden_for_good(
    site: Site, visitor: Visitor
) -> None:
    appointment = await site.appointment(timedelta(days=2))
    day = (SystemClock().now() + timedelta(days=2)).astimezone(ZoneInfo(ZONE)).date()
    client, page = await visitor("ja"), await visitor("ja")
    await client.goto(appointment.join_link.replace("/join/", "/change/") + "?do=cancel")
    await client.get_by_test_id("confirm-cancel").click()
    await expect(client.get_by_test_id("gone")).to_be_visible()
    await open_week(page, site, appointment, str(day))
    drawn = page.get_by_test_id("week-cancelled")
    await expect(drawn.first).to_contain_text(appointment.client_name)
    await expect(drawn.first).to_contain_text("取り消されました")
    await expect(page.get_by_test_id("week-session")).to_have_count(0)
    await expect(page.get_by_test_id("cancelled-line")).to_contain_text("ご本人が取り消しました")
    assert await drawn.first.evaluate("(block) => getComputedStyle(block).pointerEvents") == "none"
    await look(page, "week-cancelled")
    await page.get_by_test_id("show-cancelled").uncheck()
    await expect(drawn).to_have_count(0)
    await expect(page.get_by_test_id("cancelled-line")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_test_id("show-cancelled")).not_to_be_checked()


async def test_who_waits_is_told_of_on_the_week_as_well(site: Site, visitor: Visitor) -> None:
    appointment = await site.appointment()
    page, client = await visitor("ja"), await visitor("ja")
    await open_week(page, site, appointment)
    await people.join(client, appointment.join_link, "waiting-room")
    await expect(page.get_by_test_id("client-waiting")).to_contain_text(appointment.client_name)
