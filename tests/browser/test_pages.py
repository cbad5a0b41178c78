"""Pages that the story does not pass through: each can be read by everybody, in both languages."""

import pytest
from playwright.async_api import expect

from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import PASSWORD, Site

pytestmark = [pytest.mark.browser, LOOP]


async def test_the_pages_before_signing_in(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja")
    await page.goto(site.address)
    await expect(page.locator("h1")).to_be_visible()
    await look(page, "home")
    await page.goto(site.sign_in)
    await page.get_by_test_id("signin-email").fill("nobody@test.example")
    await page.get_by_test_id("signin-password").fill("not the password")
    await look(page, "sign-in")
    await page.get_by_test_id("signin-submit").click()
    await expect(page.get_by_role("alert").first).to_contain_text("。")
    await look(page, "sign-in-refused")


@pytest.mark.parametrize("path", ["/b/unknown", "/join/unknown", "/sign-in/unknown", "/nowhere"])
async def test_a_link_that_leads_nowhere_says_what_to_do(site: Site, visitor: Visitor, path: str) -> None:
    page = await visitor("en")
    await page.goto(site.address + path)
    if path.startswith("/sign-in/"):
        await page.get_by_test_id("link-submit").click()
        await expect(page.get_by_test_id("link-refused")).to_be_visible()
    else:
        await expect(page.locator("h1")).to_be_visible()
    await look(page, "nowhere-" + path.strip("/").split("/")[0])


async def test_a_therapist_sees_the_day_and_sets_the_capacity(site: Site, visitor: Visitor) -> None:
    appointment = await site.appointment()
    page = await visitor("ja")
    await people.sign_in(page, site, appointment.therapist_email, PASSWORD)
    await expect(page.get_by_test_id("session-row")).to_have_count(1)
    await look(page, "therapist-day")
    await page.get_by_test_id("capacity-increase").click()
    await expect(page.get_by_test_id("practice-saved")).to_be_visible()
    await look(page, "therapist-day-saved")
    await page.reload()
    await expect(page.get_by_test_id("capacity-value")).to_have_text("2")


async def test_the_language_can_be_changed_and_stays(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja")
    await page.goto(site.demo["booking_link"])
    await page.get_by_test_id("language-switch-en").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "en")


async def test_no_page_asks_another_host_for_anything(site: Site, visitor: Visitor) -> None:
    page = await visitor("en")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in (site.demo["booking_link"], site.sign_in, (await site.appointment()).join_link):
        await page.goto(address)
        await expect(page.locator("h1")).to_be_visible()
    assert len(asked) > 0
    assert [url for url in asked if not url.startswith((f"{site.address}/", "data:", "blob:"))] == []
