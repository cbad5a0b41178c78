"""Forms that end with a yes and a way out: what the server says no to stands there; they are sent again."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from core.clock import SystemClock
from core.database import Database
from scheduler.model import Status
from scheduler.tables import booking
from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import PASSWORD, Site
from tests.browser.test_week import monday_after

pytestmark = [pytest.mark.browser, LOOP]


async def fill_group(page: Page, title: str, time: str) -> None:
    await page.get_by_test_id("group-new").press("Enter")
    await page.get_by_test_id("group-title-ja").fill(title)
    await page.get_by_test_id("group-title-en").fill("Stretching")
    await page.get_by_test_id("group-day").fill(monday_after(1))
    await page.get_by_test_id("group-time").fill(time)
    await page.get_by_test_id("group-open").press("Enter")


async def test_a_group_is_opened_refused_over_another_and_called_off(site: Site, visitor: Visitor) -> None:
    appointment, page = await site.appointment(), await visitor("ja")
    await people.sign_in(page, site, appointment.therapist_email, PASSWORD)
    await page.goto(f"{site.address}/therapist")
    await fill_group(page, "お昼の体操", "12:00")
    await expect(page.get_by_test_id("own-group")).to_contain_text("お昼の体操")
    await fill_group(page, "もう一つ", "12:30")
    refused = page.get_by_test_id("group-form").get_by_role("alert").filter(has_text="ご自分の予約")
    await expect(refused).to_be_visible()
    await look(page, "group-refused")
    await page.get_by_test_id("group-time").fill("15:00")
    await page.get_by_test_id("group-open").press("Enter")
    groups = page.get_by_test_id("own-group")
    await expect(groups).to_have_count(2)
    await groups.first.get_by_test_id("group-cancel").press("Enter")
    await look(page, "group-cancel")
    await groups.first.get_by_test_id("group-cancel-sure").press("Enter")
    await expect(groups).to_have_count(1)


async def test_staff_correct_an_outcome_with_a_reason(site: Site, visitor: Visitor) -> None:
    appointment, page = await site.appointment(timedelta(hours=-3)), await visitor("ja")
    await missed(site, appointment.booking_id)
    await people.sign_in(page, site, site.demo["staff"]["email"], site.demo["staff"]["password"])
    await page.goto(f"{site.address}/staff")
    line = page.get_by_test_id("outcome").filter(has_text=appointment.client_name)
    await line.get_by_test_id("outcome-correct").click()
    await line.get_by_test_id("outcome-choice").select_option("fulfilled")
    await line.get_by_test_id("outcome-save").click()
    await expect(line.get_by_test_id("outcome-reason")).to_have_attribute("aria-invalid", "true")
    await line.get_by_test_id("outcome-reason").fill("電話で行いました")
    await look(page, "outcome-correct")
    await line.get_by_test_id("outcome-save").click()
    await expect(line).to_have_count(0)


async def test_the_correction_that_is_shown_is_the_one_that_is_saved(site: Site, visitor: Visitor) -> None:
    appointment, page = await site.appointment(timedelta(hours=-3)), await visitor("en")
    await settled(site, appointment.booking_id, Status.FULFILLED, None, overrun_s=600)
    await people.sign_in(page, site, site.demo["staff"]["email"], site.demo["staff"]["password"])
    await page.goto(f"{site.address}/staff")
    line = page.get_by_test_id("outcome").filter(has_text=appointment.client_name)
    await line.get_by_test_id("outcome-correct").click()
    shown = await line.get_by_test_id("outcome-choice").locator("option:checked").inner_text()
    await line.get_by_test_id("outcome-reason").fill("By telephone")
    await line.get_by_test_id("outcome-save").click()
    await expect(line).to_have_attribute("data-status", "noshow")
    await expect(line).to_contain_text(shown)


async def missed(site: Site, booking_id: str) -> None:
    await settled(site, booking_id, Status.NOSHOW, "client")


async def settled(site: Site, booking_id: str, status: Status, noshow_by: str | None, **more: int) -> None:
    database = Database.open(f"sqlite:///{site.var / 'todoku.db'}")
    values = {"status": status, "noshow_by": noshow_by, "updated_at": SystemClock().now(), **more}
    try:
        async with database.write() as connection:
            await connection.execute(booking.update().where(booking.c.id == booking_id).values(values))
    finally:
        await database.close()
