"""A request is answered while its sender looks at a page of it: the page says so by itself, whichever it is.

Answering itself stands in test_answering_requests.py. Nobody waits here: the page's own clock is moved on, or
somebody comes back to the page.
"""

from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect

from core.clock import SystemClock
from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import PASSWORD, Site
from tests.browser.test_answering_requests import asked_for
from tests.browser.test_client_home import sign_in_by_mail
from tests.browser.test_picking import ASKS, by_therapist, fill_in
from tests.browser.test_repeating import repeat

pytestmark = [pytest.mark.browser, LOOP]

COME_BACK = "() => document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))"
LATER_MS = 25_000
NOT_TWICE_MS = 2_500


@dataclass
class Asked:
    """A page after a request was sent, and its therapist's list of requests."""

    page: Page
    therapist: Page


async def ask(site: Site, visitor: Visitor, name: str, count: str = "") -> Asked:
    """On the confirmation of one request, or a series of them; both pages keep their own clock."""
    email = await site.account(await site.taking_new_clients(name, [ASKS]))
    page, therapist = await visitor("ja"), await visitor("ja")
    await page.clock.install(time=SystemClock().now())
    await by_therapist(page, site, name)
    await page.get_by_test_id("slot").first.click()
    await fill_in(page, "待つ 花子", f"waits.{email}")
    if count:
        await repeat(page, "1", count)
    await page.get_by_test_id("confirm").click()
    await expect(page.get_by_test_id("confirmation")).to_have_attribute("data-status", "requested")
    await people.sign_in(therapist, site, email, PASSWORD)
    await therapist.goto(f"{site.address}/therapist")
    return Asked(page, therapist)


async def take(therapist: Page) -> None:
    requests = therapist.get_by_test_id("request")
    await expect(requests.first).to_be_visible()
    count = await requests.count()
    await requests.first.get_by_test_id("approve").click()
    await expect(requests).to_have_count(count - 1)


async def decline(therapist: Page) -> None:
    requests = therapist.get_by_test_id("request")
    await requests.first.get_by_test_id("decline-open").click()
    count = await requests.count()
    await requests.first.get_by_test_id("decline-reason").fill("研修のため")
    await requests.first.get_by_test_id("decline-sure").click()
    await expect(requests).to_have_count(count - 1)


async def come_back(page: Page) -> None:
    """As if the window were looked at again after a while."""
    await page.clock.run_for(NOT_TWICE_MS)
    await page.evaluate(COME_BACK)


async def test_the_confirmation_turns_into_a_booking_by_itself_also_after_a_reload(
    site: Site, visitor: Visitor
) -> None:
    asked = await ask(site, visitor, "待機 一郎")
    await asked.page.reload()
    said = asked.page.get_by_test_id("answered")
    await expect(said).to_have_attribute("role", "status")
    await expect(said).to_be_empty()
    await take(asked.therapist)
    await asked.page.clock.run_for(LATER_MS)
    await expect(said).to_contain_text("決まりました")
    await expect(asked.page.get_by_test_id("confirmation")).to_have_attribute("data-status", "confirmed")
    await expect(asked.page.get_by_test_id("ics")).to_be_visible()
    await look(asked.page, "booking-request-taken")


async def test_a_request_that_is_declined_says_why_and_leads_to_other_times(
    site: Site, visitor: Visitor
) -> None:
    asked = await ask(site, visitor, "待機 二郎")
    await decline(asked.therapist)
    await come_back(asked.page)
    await expect(asked.page.get_by_test_id("answered")).to_contain_text("都合が合いません")
    await expect(asked.page.get_by_test_id("confirmation")).to_contain_text("研修のため")
    await look(asked.page, "booking-request-declined")
    await asked.page.get_by_test_id("choose-other-time").click()
    await expect(asked.page.get_by_test_id("booking-therapist").first).to_be_visible()


async def test_each_request_of_a_series_is_told_as_it_is_answered(site: Site, visitor: Visitor) -> None:
    asked = await ask(site, visitor, "待機 三郎", count="2")
    await asked.therapist.get_by_test_id("request-each").locator("summary").click()
    await take(asked.therapist)
    await come_back(asked.page)
    await expect(asked.page.locator("[data-testid=booked][data-status=confirmed]")).to_have_count(1)
    await expect(asked.page.get_by_test_id("confirmation")).to_have_attribute("data-status", "requested")
    await look(asked.page, "booking-series-half-answered")
    await decline(asked.therapist)
    await come_back(asked.page)
    await expect(asked.page.locator("[data-testid=booked][data-status=cancelled]")).to_have_count(1)
    await expect(asked.page.get_by_test_id("confirmation")).to_have_attribute("data-status", "confirmed")


async def test_the_pages_behind_the_links_and_the_clients_own_list_say_it_too(
    site: Site, visitor: Visitor
) -> None:
    appointment = await asked_for(site)
    change, join, home = [await visitor(language) for language in ("ja", "en", "ja")]
    await sign_in_by_mail(home, site, appointment.client_email)
    await expect(home.get_by_test_id("own-asked")).to_be_visible()
    for page in (change, join):
        await page.clock.install(time=SystemClock().now())
    await join.goto(appointment.join_link)
    await expect(join.get_by_test_id("asked")).to_be_visible()
    await change.goto(appointment.join_link.replace("/join/", "/change/"))
    await expect(change.get_by_test_id("booking")).to_have_attribute("data-status", "requested")
    therapist = await visitor("ja")
    await people.sign_in(therapist, site, appointment.therapist_email, PASSWORD)
    await therapist.goto(f"{site.address}/therapist")
    await take(therapist)
    for page in (change, join):
        await page.clock.run_for(LATER_MS)
    await expect(change.get_by_test_id("booking")).to_have_attribute("data-status", "confirmed")
    await expect(join.get_by_test_id("early")).to_be_visible()
    for page in (change, join, home):
        await page.evaluate(COME_BACK)
        await expect(page.get_by_test_id("answered").locator("p").first).to_be_visible(timeout=40_000)
    await look(change, "change-request-taken")
    await look(join, "join-request-taken")
    await look(home, "client-home-request-taken")
