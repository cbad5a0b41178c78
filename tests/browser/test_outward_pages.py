"""The pages about other systems: a therapist's personal calendars and feed, and staff's webhooks."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import PASSWORD, Site, running
from tests.scheduler.calendar_host import CalendarHost, open_calendar_host
from tests.scheduler.receiver import Receiver, open_receiver

pytestmark = [pytest.mark.browser, LOOP]
OWN_NETWORK = "\n[outgoing]\nprivate_addresses = true\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One that may ask addresses of this machine, where a test's other systems are."""
    with running(tmp_path_factory.mktemp("outward"), more_config=OWN_NETWORK) as site:
        yield site
    assert "Traceback" not in site.service.output(), site.service.output()


@pytest_asyncio.fixture(loop_scope="session")
async def host() -> AsyncIterator[CalendarHost]:
    async with open_calendar_host() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def receiver() -> AsyncIterator[Receiver]:
    async with open_receiver() as opened:
        yield opened


async def open_pace(page: Page, site: Site) -> None:
    appointment = await site.appointment()
    await people.sign_in(page, site, appointment.therapist_email, PASSWORD)
    await page.goto(f"{site.address}/therapist/pace")
    await expect(page.get_by_test_id("card-calendars")).to_be_visible()


async def staff(page: Page, site: Site) -> None:
    account = site.demo["staff"]
    await people.sign_in(page, site, account["email"], account["password"])


async def connect(page: Page, url: str) -> None:
    await page.get_by_test_id("add-calendar").click()
    await page.get_by_test_id("calendar-url").fill(url)
    await page.get_by_test_id("calendar-label").fill("自宅")
    await page.get_by_test_id("save-calendar").click()


async def test_a_personal_calendar_is_connected_looked_at_and_removed(
    site: Site, visitor: Visitor, host: CalendarHost
) -> None:
    page = await visitor("ja")
    await open_pace(page, site)
    host.events = ["DTSTART:20261125T000000Z\nDURATION:PT30M\nRRULE:FREQ=DAILY"]
    await connect(page, host.url)
    calendar = page.get_by_test_id("calendar")
    await expect(calendar).to_contain_text("自宅")
    await expect(calendar).to_contain_text("127.0.0.1")
    await expect(page.get_by_text(host.url)).to_have_count(0)
    await expect(page.get_by_test_id("calendar-state")).to_have_attribute("data-problem", "")
    await page.get_by_test_id("refresh-calendar").click()  # within the same minute
    await expect(calendar.locator("[data-code=too_many]")).to_be_visible()
    await look(page, "pace-calendars")
    await page.get_by_test_id("remove-calendar").press("Enter")
    await expect(page.get_by_role("button", name="戻る")).to_be_focused()
    await page.get_by_test_id("remove-calendar-sure").click()
    await expect(calendar).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "events", "said"),
    [
        (404, [], "There is no calendar at this address"),
        (200, ["DTSTART:20261125T000000Z\nRRULE:FREQ=SECONDLY"], "too large"),
    ],
)
async def test_what_is_wrong_with_an_address_stands_beside_it(
    site: Site, visitor: Visitor, host: CalendarHost, status: int, events: list[str], said: str
) -> None:
    page = await visitor("en")
    await open_pace(page, site)
    host.status, host.events = status, events
    await connect(page, host.url)
    await expect(page.get_by_test_id("card-calendars")).to_contain_text(said)
    await expect(page.get_by_test_id("calendar-url")).to_be_focused()
    await look(page, f"pace-calendar-{status}")


async def fetched(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_the_feed_s_address_is_made_renewed_and_ended(site: Site, visitor: Visitor) -> None:
    page = await visitor("en")
    await open_pace(page, site)
    await page.get_by_test_id("make-feed").click()
    field = page.get_by_test_id("grant-feed")
    first = await field.input_value()
    status, content = await fetched(first)
    assert (status, content.startswith("BEGIN:VCALENDAR")) == (200, True)
    await look(page, "pace-feed")
    await page.get_by_test_id("renew-feed").click()
    await page.get_by_test_id("renew-feed-sure").click()
    await expect(field).not_to_have_value(first)
    second = await field.input_value()
    assert [(await fetched(first))[0], (await fetched(second))[0]] == [404, 200]
    await page.reload()
    await expect(page.get_by_test_id("feed-state")).to_have_attribute("data-active", "true")
    await expect(field).to_have_count(0)  # a secret is shown once
    await page.get_by_test_id("end-feed").click()
    await page.get_by_test_id("end-feed-sure").click()
    await expect(page.get_by_test_id("feed-state")).to_have_attribute("data-active", "false")
    assert (await fetched(second))[0] == 404


async def add_webhook(page: Page, url: str) -> None:
    await page.get_by_test_id("add-webhook").click()
    await page.get_by_test_id("webhook-url").fill(url)
    await page.get_by_test_id("topic-noshow").check()
    await page.get_by_test_id("save-webhook").click()


async def test_staff_add_test_watch_and_remove_a_webhook(
    site: Site, visitor: Visitor, receiver: Receiver
) -> None:
    page = await visitor("ja")
    await staff(page, site)
    await page.get_by_test_id("to-webhooks").click()
    await expect(page.get_by_test_id("add-webhook")).to_be_visible()
    await add_webhook(page, "gopher://nowhere.example/")
    await expect(page.get_by_text("このアドレスは使えません")).to_be_visible()
    await look(page, "webhooks-refused")
    await page.get_by_test_id("webhook-url").fill(receiver.url)
    await page.get_by_test_id("save-webhook").click()
    secret = await page.get_by_test_id("grant-secret").input_value()
    assert secret.startswith("whsec_")
    await page.get_by_test_id("test-webhook").click()
    await expect(page.get_by_test_id("delivery")).to_have_attribute("data-state", "delivered")
    assert [one.headers["content-type"] for one in receiver.came] == ["application/json"]
    await look(page, "webhooks")
    await page.get_by_test_id("secret-seen").click()
    await page.reload()
    await expect(page.get_by_test_id("webhook")).to_have_count(1)
    assert secret not in await page.content()
    await page.get_by_test_id("remove-webhook").click()
    await page.get_by_test_id("remove-webhook-sure").click()
    await expect(page.get_by_test_id("webhook")).to_have_count(0)


async def test_a_receiver_that_is_gone_is_shown_and_a_test_wakes_it(
    site: Site, visitor: Visitor, receiver: Receiver
) -> None:
    page = await visitor("en")
    await staff(page, site)
    await page.goto(f"{site.address}/staff/webhooks")
    await add_webhook(page, receiver.url)
    receiver.status = 410
    await page.get_by_test_id("test-webhook").click()
    await expect(page.get_by_test_id("delivery")).to_have_attribute("data-state", "given_up")
    await page.reload()
    webhook: Any = page.get_by_test_id("webhook")
    await expect(webhook).to_have_attribute("data-active", "false")
    await look(page, "webhooks-gone")
    receiver.status = 204
    await page.get_by_test_id("test-webhook").click()
    await expect(page.get_by_test_id("delivery").first).to_have_attribute("data-state", "delivered")
    await expect(webhook).to_have_attribute("data-active", "true")
