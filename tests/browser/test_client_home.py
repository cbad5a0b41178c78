"""A client without a password: from the mailed sign-in link to their sessions, and into the next one."""

import asyncio
import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import Site
from tests.browser.test_booking import mail_to

pytestmark = [pytest.mark.browser, LOOP]


async def sign_in_by_mail(page: Page, site: Site, address: str) -> None:
    """What somebody without a password does, with the pages' own buttons."""
    await page.goto(site.sign_in)
    await page.get_by_test_id("signin-link-email").fill(address)
    await page.get_by_test_id("signin-link").click()
    body = (await mail_to(site.var / "outbox", address, "sign-in-")).get_body(("plain",))
    assert body is not None
    (link,) = re.findall(r"https?://\S+/sign-in/[\w-]+", body.get_content())
    await page.goto(link)
    await page.get_by_test_id("link-submit").click()
    await expect(page.get_by_test_id("client-home")).to_be_visible()


async def test_a_client_who_signed_in_by_mail_finds_their_sessions_and_enters(
    site: Site, visitor: Visitor
) -> None:
    appointment = await site.appointment()
    await site.again(appointment, timedelta(days=7))
    await site.again(appointment, timedelta(days=-7))
    page = await visitor("ja")
    await sign_in_by_mail(page, site, appointment.client_email)
    sessions = page.get_by_test_id("own-session")
    await expect(sessions).to_have_count(2)
    await expect(sessions.nth(0)).to_have_attribute("data-stage", "open")
    await expect(sessions.nth(0)).to_contain_text(f"{appointment.therapist_name} 先生")
    await expect(sessions.nth(1)).to_have_attribute("data-stage", "early")
    await expect(sessions.nth(1).get_by_test_id("own-enter")).to_have_count(0)
    await expect(page.get_by_test_id("own-past")).to_have_count(1)
    await look(page, "client-home")

    async with page.expect_download() as started:
        await sessions.nth(1).get_by_test_id("own-calendar").click()
    calendar = await asyncio.to_thread((await (await started.value).path()).read_text, "utf-8")
    assert "BEGIN:VEVENT" in calendar
    await page.get_by_test_id("own-enter").click()
    await people.check_devices(page)
    await page.get_by_test_id("join-button").click()
    await expect(page.get_by_test_id("waiting-room")).to_be_visible()


async def test_a_client_without_sessions_is_told_how_to_book(site: Site, visitor: Visitor) -> None:
    appointment = await site.appointment(timedelta(days=-1))
    page = await visitor("en", timezone="Europe/London")
    await sign_in_by_mail(page, site, appointment.client_email)
    await expect(page.get_by_test_id("own-empty")).to_be_visible()
    await expect(page.get_by_test_id("own-past")).to_have_count(1)
    await look(page, "client-home-empty")


async def test_a_client_who_signed_in_books_again_without_saying_who_they_are(
    site: Site, visitor: Visitor
) -> None:
    appointment = await site.appointment()
    page = await visitor("ja")
    await sign_in_by_mail(page, site, appointment.client_email)
    await page.get_by_test_id("own-book").click()
    await expect(page.get_by_test_id("slot").first).to_be_visible()  # of their own therapist
    await page.get_by_test_id("slot").first.click()
    await expect(page.get_by_test_id("hold")).to_be_visible()
    await expect(page.get_by_test_id("email")).to_have_count(0)
    await look(page, "booking-signed-in")
    await page.get_by_test_id("confirm").click()
    await expect(page.get_by_test_id("confirmation")).to_contain_text(appointment.client_name)
    await page.goto(site.address)
    await expect(page.get_by_test_id("own-session")).to_have_count(2)


async def test_whoever_is_not_signed_in_is_led_there_and_back(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja")
    await page.goto(f"{site.address}/book")
    await expect(page.get_by_test_id("error-screen")).to_have_attribute("data-code", "unauthenticated")
    link = page.locator("a.button-primary")
    await expect(link).to_have_attribute("href", "/sign-in?next=/book")
