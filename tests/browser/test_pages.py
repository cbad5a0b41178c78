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
    await expect(page.get_by_role("alert")).to_contain_text("。")
    await look(page, "sign-in-refused")


async def test_who_is_refused_hears_why_and_goes_on_from_there_with_the_keyboard(
    site: Site, visitor: Visitor
) -> None:
    page = await visitor("en")
    await page.goto(site.sign_in)
    email, password = page.get_by_test_id("signin-email"), page.get_by_test_id("signin-password")
    await email.focus()
    await page.keyboard.press("Enter")
    await expect(email).to_be_focused()  # the first field that is wrong
    await email.fill("nobody@test.example")
    await password.fill("not the password")
    for _ in range(2):  # a second refusal in the same words is told again
        await password.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("refused")).to_be_focused()
        await expect(page.get_by_test_id("refused")).to_have_role("alert")
    await page.keyboard.press("Tab")
    await expect(email).to_be_focused()
    await expect(password).to_have_value("not the password")


async def test_who_asks_for_a_link_is_told_where_it_is_or_what_is_wrong(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja")
    await page.goto(site.sign_in)
    email = page.get_by_test_id("signin-link-email")
    await email.fill("nobody@test..example")  # looks like an address, but is none
    await page.get_by_test_id("signin-link").click()
    await expect(email).to_have_attribute("aria-invalid", "true")
    await expect(email).to_be_focused()
    await look(page, "sign-in-link-wrong")
    await email.fill("nobody-else@test.example")
    await expect(email).not_to_have_attribute("aria-invalid", "true")
    await page.get_by_test_id("signin-link").click()
    await expect(page.get_by_test_id("link-sent")).to_be_focused()
    for _ in range(3):
        await page.request.post(
            f"{site.address}/api/sign-in-links", data={"email": "nobody-else@test.example", "locale": "ja"}
        )
    await page.reload()
    await email.fill("nobody-else@test.example")
    await page.get_by_test_id("signin-link").click()
    await expect(page.get_by_test_id("refused")).to_be_focused()
    await expect(email).to_have_value("nobody-else@test.example")
    await look(page, "sign-in-link-throttled")


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


async def test_a_therapist_sees_the_day(site: Site, visitor: Visitor) -> None:
    appointment = await site.appointment()
    page = await visitor("ja")
    await people.sign_in(page, site, appointment.therapist_email, PASSWORD)
    await expect(page.get_by_test_id("session-row")).to_have_count(1)
    await look(page, "therapist-day")


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
