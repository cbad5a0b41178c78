"""A therapist answers what was asked for, and calls a session off: asked once more first, seen at once.

How a request is made stands in test_picking.py; who may answer it in tests/scheduler.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from core.clock import SystemClock
from core.database import Database
from core.ids import new_id
from scheduler.model import Status
from scheduler.tables import booking
from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import PASSWORD, ZONE, Appointment, Site

pytestmark = [pytest.mark.browser, LOOP]

AHEAD = timedelta(days=2)
TIMES = ("starts_at", "ends_at", "block_from", "block_to")


def day_ahead() -> str:
    return str((SystemClock().now() + AHEAD).astimezone(ZoneInfo(ZONE)).date())


async def asked_for(site: Site) -> Appointment:
    """A session in two days which its therapist has yet to take."""
    appointment = await site.appointment(AHEAD)
    database = Database.open(f"sqlite:///{site.var / 'todoku.db'}")
    values = {"status": Status.REQUESTED, "approve_until": SystemClock().now() + timedelta(days=1)}
    try:
        async with database.write() as connection:
            row = booking.c.id == appointment.booking_id
            await connection.execute(booking.update().where(row).values(values))
    finally:
        await database.close()
    return appointment


async def opened(page: Page, site: Site, appointment: Appointment, path: str) -> None:
    await people.sign_in(page, site, appointment.therapist_email, PASSWORD)
    await page.goto(f"{site.address}{path}")


async def test_a_request_is_on_the_first_page_with_its_deadline_and_is_taken(
    site: Site, visitor: Visitor
) -> None:
    appointment, page = await asked_for(site), await visitor("ja", width=360)
    await opened(page, site, appointment, "/therapist")
    request = page.get_by_test_id("request")
    await expect(request).to_contain_text(appointment.client_name)
    await expect(request.get_by_test_id("approve-until")).to_contain_text("回答の期限")
    await expect(page.get_by_test_id("nav-requests")).to_contain_text("1")
    await look(page, "requests")
    await request.get_by_test_id("approve").click()
    await expect(page.get_by_test_id("deed-done")).to_be_visible()
    await expect(page.get_by_test_id("requests")).to_have_count(0)
    await expect(page.get_by_test_id("nav-requests")).to_have_count(0)


async def asked_for_together(site: Site) -> Appointment:
    """The same, and two more of its series in the weeks after."""
    appointment, series_id = await asked_for(site), new_id()
    database = Database.open(f"sqlite:///{site.var / 'todoku.db'}")
    try:
        async with database.write() as connection:
            row = booking.c.id == appointment.booking_id
            await connection.execute(booking.update().where(row).values(series_id=series_id))
            first = (await connection.execute(booking.select().where(row))).mappings().one()
            for weeks in (1, 2):
                times = {name: first[name] + timedelta(weeks=weeks) for name in TIMES}
                other = {"id": new_id(), "uid": f"{new_id()}@todoku"}
                await connection.execute(booking.insert().values(dict(first) | other | times))
    finally:
        await database.close()
    return appointment


async def test_what_was_asked_for_together_is_taken_with_one_button(site: Site, visitor: Visitor) -> None:
    appointment, page = await asked_for_together(site), await visitor("ja", width=360)
    await opened(page, site, appointment, "/therapist")
    asked = page.get_by_test_id("request-series")
    await expect(asked).to_contain_text("3回のお申し込み")
    await expect(asked.get_by_test_id("request").first).to_be_hidden()
    await look(page, "requests-together")
    await asked.get_by_test_id("request-each").locator("summary").first.click()
    await expect(asked.get_by_test_id("request")).to_have_count(3)
    await asked.get_by_test_id("approve-all").click()
    await expect(page.get_by_test_id("deed-done")).to_be_visible()
    await expect(page.get_by_test_id("requests")).to_have_count(0)


async def test_what_was_asked_for_together_is_declined_with_one_reason(site: Site, visitor: Visitor) -> None:
    appointment, page = await asked_for_together(site), await visitor("en")
    await opened(page, site, appointment, "/therapist")
    asked = page.get_by_test_id("request-series")
    await asked.get_by_test_id("decline-all-open").click()
    await asked.get_by_test_id("decline-all-reason").fill("That day no longer suits")
    await asked.get_by_test_id("decline-all-sure").click()
    await expect(page.get_by_test_id("deed-done")).to_be_visible()
    await expect(page.get_by_test_id("requests")).to_have_count(0)


async def test_a_request_in_the_week_looks_like_one_and_is_declined_there(
    site: Site, visitor: Visitor
) -> None:
    appointment, page = await asked_for(site), await visitor("ja")
    await opened(page, site, appointment, f"/therapist/week?day={day_ahead()}")
    drawn = page.get_by_test_id("week-session")
    await expect(drawn).to_contain_text("承認待ち")
    await drawn.click()
    dialog = page.get_by_test_id("dialog-move")
    await dialog.get_by_test_id("decline-open").click()
    await dialog.get_by_test_id("decline-reason").fill("都合がつかないため")
    await look(page, "request-decline")
    await dialog.get_by_test_id("decline-sure").click()
    await expect(page.get_by_test_id("deed-done")).to_be_visible()
    await expect(drawn).to_have_count(0)


async def test_a_session_is_called_off_with_a_reason_that_stays_with_it(site: Site, visitor: Visitor) -> None:
    appointment, page = await site.appointment(AHEAD), await visitor("ja")
    await opened(page, site, appointment, f"/therapist?day={day_ahead()}")
    row = page.get_by_test_id("session-row")
    await row.get_by_test_id("call-off-open").click()
    await row.get_by_test_id("call-off-reason").fill("研修のため")
    await look(page, "call-off")
    await row.get_by_test_id("call-off-sure").click()
    await expect(row.get_by_test_id("called-off")).to_contain_text("研修のため")
    await expect(row.get_by_test_id("call-off-open")).to_have_count(0)
