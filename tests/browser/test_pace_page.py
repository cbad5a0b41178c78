"""A therapist's page "My pace": lowering the number ends nothing, what is set stays, pages agree."""

import pytest
from playwright.async_api import Page, expect

from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import PASSWORD, Appointment, Site

pytestmark = [pytest.mark.browser, LOOP]


async def open_pace(page: Page, site: Site, appointment: Appointment) -> None:
    await people.sign_in(page, site, appointment.therapist_email, PASSWORD)
    await page.goto(f"{site.address}/therapist/pace")
    await expect(page.get_by_test_id("capacity-value")).to_be_visible()


async def saved(page: Page) -> None:
    await expect(page.get_by_test_id("pace-saved")).to_be_visible()


async def test_lowering_the_number_below_the_cares_ends_none_of_them(site: Site, visitor: Visitor) -> None:
    appointment = await site.appointment()
    page = await visitor("ja")
    await open_pace(page, site, appointment)
    await page.get_by_test_id("capacity-decrease").click()
    await saved(page)
    await expect(page.get_by_test_id("capacity-value")).to_have_text("0")
    await expect(page.get_by_test_id("capacity-room")).to_have_attribute("data-room", "over")
    await look(page, "pace")
    await page.goto(f"{site.address}/therapist")
    await expect(page.get_by_test_id("session-row")).to_have_count(1)
    await page.goto(f"{site.address}/therapist/pace")
    await page.get_by_test_id("capacity-increase").click()
    await expect(page.get_by_test_id("capacity-room")).to_have_attribute("data-room", "full")
    await page.get_by_test_id("undo").click()
    await expect(page.get_by_test_id("capacity-value")).to_have_text("0")


async def test_who_was_slower_is_told_and_sees_the_latest(site: Site, visitor: Visitor) -> None:
    appointment = await site.appointment()
    first, second = await visitor("en"), await visitor("en")
    await open_pace(first, site, appointment)
    await open_pace(second, site, appointment)
    await first.get_by_test_id("field-sessions_per_day").fill("3")
    await first.get_by_test_id("save-limits").click()
    await saved(first)
    await second.get_by_test_id("capacity-increase").click()
    await expect(second.get_by_test_id("pace-conflict")).to_be_visible()
    await expect(second.get_by_test_id("capacity-value")).to_have_text("1")
    await expect(second.get_by_test_id("field-sessions_per_day")).to_have_value("3")
    await second.get_by_test_id("capacity-increase").click()
    await saved(second)
    await second.reload()
    await expect(second.get_by_test_id("capacity-value")).to_have_text("2")


async def test_a_kind_of_session_is_made_changed_and_ended(site: Site, visitor: Visitor) -> None:
    page = await visitor("en")
    await open_pace(page, site, await site.appointment())
    await page.get_by_test_id("add-kind").click()
    await page.get_by_test_id("field-name-ja").fill("短い面談")
    await page.get_by_test_id("field-name-en").fill("Short talk")
    await page.get_by_test_id("field-session_min").fill("4")
    await page.get_by_test_id("save-kind").click()
    await expect(page.get_by_test_id("field-session_min")).to_be_focused()  # at least 5
    await page.get_by_test_id("field-session_min").fill("20")
    await look(page, "pace-kind")
    await page.get_by_test_id("save-kind").click()
    await expect(page.get_by_test_id("kind")).to_contain_text("20 minutes")
    await page.get_by_test_id("end-kind").click()
    await expect(page.get_by_test_id("kind")).not_to_contain_text("Short talk")
    await page.get_by_test_id("undo").click()
    await expect(page.get_by_test_id("kind")).to_contain_text("Short talk")


async def test_answers_and_travel_are_set(site: Site, visitor: Visitor) -> None:
    page = await visitor("en")
    await open_pace(page, site, await site.appointment())
    await page.get_by_test_id("add-reply").click()
    await page.get_by_test_id("save-reply").click()
    await saved(page)
    await page.get_by_test_id("add-travel").click()
    await page.get_by_test_id("save-travel").click()
    await expect(page.get_by_test_id("travel-first_date")).to_be_focused()
    await page.get_by_test_id("travel-first_date").fill("2030-03-01")
    await page.get_by_test_id("travel-last_date").fill("2030-03-08")
    await page.get_by_test_id("travel-zone").click()
    search = page.get_by_test_id("zone-search")
    await expect(search).to_be_focused()
    await search.fill("イギリス")
    await look(page, "pace-travel-zone")
    await search.press("Enter")
    await expect(page.get_by_test_id("travel-zone")).to_be_focused()
    await expect(page.get_by_test_id("travel-zone")).to_have_attribute("data-zone", "Europe/London")
    await page.get_by_test_id("save-travel").click()
    await expect(page.get_by_test_id("travel")).to_contain_text("London")
    await page.get_by_test_id("field-weekly_minutes").fill("600")
    await page.get_by_test_id("save-limits").click()
    await expect(page.get_by_test_id("save-limits")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_test_id("travel")).to_have_count(1)
    await expect(page.get_by_test_id("field-weekly_minutes")).to_have_value("600")


async def test_a_name_in_latin_letters_is_set_and_read_on_english_pages_alone(
    site: Site, visitor: Visitor
) -> None:
    page, client = await visitor("ja"), await visitor("en")
    therapist_id = await site.taking_new_clients("英名 花子")
    await people.sign_in(page, site, await site.account(therapist_id), PASSWORD)
    await page.goto(f"{site.address}/therapist/pace")
    field = page.get_by_test_id("field-name_en")
    await field.fill("英名")
    await page.get_by_test_id("save-name").click()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await look(page, "pace-name")
    await field.fill("Hanako Eimei")
    await page.get_by_test_id("save-name").click()
    await saved(page)
    await client.goto(site.demo["booking_link"])
    card = client.locator(f"[data-therapist='{therapist_id}']")
    await expect(card).to_contain_text("Hanako Eimei")
    await look(client, "booking-therapists-names")
    await client.get_by_test_id("language-switch-ja").click()
    await expect(card).to_contain_text("英名 花子")
    await page.get_by_test_id("undo").click()
    await expect(field).to_have_value("")
