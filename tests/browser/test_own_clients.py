"""A therapist is asked to take somebody: told in the menu, answers once, and a no has no drawbacks."""

import pytest
from playwright.async_api import Page, expect

from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import PASSWORD, Site
from tests.browser.test_waiting import full_site, pause_everybody

pytestmark = [pytest.mark.browser, LOOP]
__all__ = ["full_site"]

ASK = """(newcomer) => fetch('/api/care/match', {
  method: 'POST',
  headers: {'Content-Type': 'application/json', 'Todoku-Session': 'link'},
  body: JSON.stringify({newcomer}),
}).then((answer) => answer.status)"""


async def ask_to_be_matched(page: Page, site: Site, name: str) -> None:
    await page.goto(site.demo["booking_link"])
    await expect(page.locator("h1")).to_be_visible()
    newcomer = {
        "name": name,
        "email": f"{len(name)}@client.example",
        "timezone": "Asia/Tokyo",
        "locale": "ja",
    }
    assert await page.evaluate(ASK, newcomer) == 200


async def test_a_therapist_answers_who_would_like_to_come(full_site: Site, visitor: Visitor) -> None:
    site = full_site
    await pause_everybody(site, visitor)
    email = await site.account(await site.taking_new_clients("受付 花子"))
    client, page = await visitor("ja"), await visitor("ja")
    await ask_to_be_matched(client, site, "初めて 一郎")
    await people.sign_in(page, site, email, PASSWORD)
    await expect(page.get_by_test_id("requests-count")).to_contain_text("1")
    await page.get_by_test_id("requests-count").click()
    await expect(page.get_by_test_id("request")).to_have_count(1)
    await expect(page.get_by_test_id("no-clients")).to_be_visible()
    await look(page, "clients-request")
    await page.get_by_test_id("request-decline").click()
    await look(page, "clients-decline")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("request-decline")).to_be_focused()
    await page.get_by_test_id("request-accept").click()
    await expect(page.get_by_test_id("clients-said")).to_be_focused()
    await expect(page.get_by_test_id("client")).to_have_attribute("data-name", "初めて 一郎")
    await expect(page.get_by_test_id("requests-count")).to_have_count(0)
    await look(page, "clients-accepted")
    await ask_to_be_matched(client, site, "二人目 次郎様")
    await page.reload()
    await page.get_by_test_id("request-decline").click()
    await page.get_by_test_id("decline-yes").click()
    await expect(page.get_by_test_id("clients-said")).to_be_visible()
    await expect(page.get_by_test_id("request")).to_have_count(0)
    await expect(page.get_by_test_id("client")).to_have_count(1)
