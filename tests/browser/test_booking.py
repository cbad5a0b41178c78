"""Step 2 of the story: from a booking link, without an account, to a confirmed booking."""

import asyncio
import email
import re
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, LOOP]

MAIL_TIMEOUT_S = 20


FREE_DAY = "[data-testid=month-day][data-free]"


async def show_a_later_day(page: Page) -> None:
    """The last free day of the month that is shown, or of the next one where hardly any is left."""
    await expect(page.get_by_test_id("slot").first).to_be_visible()
    if await page.locator(FREE_DAY).count() < 2:
        shown = await page.locator(FREE_DAY).first.get_attribute("data-date")
        await page.get_by_test_id("next-month").click()
        await expect(page.locator(f'[data-date="{shown}"]')).to_have_count(0)
        await expect(page.get_by_test_id("slot").first).to_be_visible()
    await page.locator(FREE_DAY).last.click()


def called(person: dict[str, Any]) -> re.Pattern[str]:
    """The name, in whichever language."""
    return re.compile("|".join(re.escape(one) for one in (person["name"], person["name_en"]) if one))


async def pick_time(page: Page, site: Site, therapist: int | str, pictures: bool = False) -> None:
    """Open the link, choose a therapist (of the demonstration, or by name), and a time of a later day."""
    name = therapist if isinstance(therapist, str) else called(site.demo["therapists"][therapist])
    await page.goto(site.demo["booking_link"])
    cards = page.get_by_test_id("booking-therapist")
    await expect(cards.first).to_be_visible()
    if pictures:
        await look(page, "booking-therapists")
    await cards.filter(has_text=name).click()
    await show_a_later_day(page)
    if pictures:
        await look(page, "booking-times")
    await page.get_by_test_id("slot").first.click()
    await expect(page.get_by_test_id("hold")).to_be_visible()


async def book(page: Page, site: Site, therapist: int | str, name: str, mail: str) -> None:
    await pick_time(page, site, therapist)
    await page.get_by_test_id("name").fill(name)
    await page.get_by_test_id("email").fill(mail)
    await page.get_by_test_id("confirm").click()
    await expect(page.get_by_test_id("confirmation")).to_be_visible()


async def mail_to(outbox: Path, address: str, kind: str = "booking-") -> EmailMessage:
    """The mail of this kind for `address`; the outbox delivers it a moment after what caused it."""

    async def written() -> EmailMessage:
        while True:
            for path in await asyncio.to_thread(lambda: sorted(outbox.glob(f"{kind}*.eml"))):
                raw = await asyncio.to_thread(path.read_bytes)
                message = email.message_from_bytes(raw, EmailMessage, policy=policy.default)
                if address in message["To"]:
                    return message
            await asyncio.sleep(0.1)

    async with asyncio.timeout(MAIL_TIMEOUT_S):
        return await written()


async def calendar_of(page: Page) -> str:
    """What the calendar button downloads."""
    async with page.expect_download() as started:
        await page.get_by_test_id("ics").click()
    download = await started.value
    return await asyncio.to_thread((await download.path()).read_text, "utf-8")


async def test_each_step_of_booking_can_be_read_by_everybody(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja")
    await pick_time(page, site, therapist=2, pictures=True)
    await look(page, "booking-details")
    await page.get_by_test_id("confirm").click()
    assert await page.locator("[aria-invalid=true]").count() == 2
    await look(page, "booking-details-missing")


async def test_a_client_books_from_the_link_and_gets_calendar_and_mail(site: Site, visitor: Visitor) -> None:
    page = await visitor("en", timezone="Europe/London")
    await book(page, site, 1, "Alice Example", "alice@company.example")
    await look(page, "booking-confirmed")

    calendar = await calendar_of(page)
    assert re.findall(r"^SUMMARY[^:]*:(.*)$", calendar, re.M)[0].strip() == "面談 / Consultation"
    mail = await mail_to(site.var / "outbox", "alice@company.example")
    attached = [part.get_content() for part in mail.iter_attachments()]
    uid = re.compile(r"^UID:(.*)$", re.M)
    assert uid.findall(attached[0].replace("\r", "")) == uid.findall(calendar.replace("\r", ""))
    body = mail.get_body(("plain",))
    assert body is not None
    (join_link,) = re.findall(rf"{site.address}/join/\S+", body.get_content())

    await page.goto(join_link)
    await expect(page.get_by_test_id("early")).to_be_visible()
    await expect(page.locator("dl")).to_contain_text("GMT")
    await look(page, "early")


async def test_a_reload_or_back_and_forward_lose_no_step(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja")
    await pick_time(page, site, therapist=1)
    chosen = await page.locator(".summary-time").inner_text()
    await page.reload()
    await expect(page.get_by_test_id("hold")).to_be_visible()
    await expect(page.locator(".summary-time")).to_have_text(chosen)

    await page.go_back()
    await expect(page.get_by_test_id("slot").first).to_be_visible()
    await page.reload()
    await expect(page.get_by_test_id("slot").first).to_be_visible()
    await page.go_forward()
    await expect(page.get_by_test_id("hold")).to_be_visible()

    await page.get_by_test_id("name").fill("山田 太郎")
    await page.get_by_test_id("email").fill("taro.reload＠company.example")
    await page.get_by_test_id("confirm").click()
    await expect(page.get_by_test_id("confirmation")).to_be_visible()
    await page.reload()
    await expect(page.get_by_test_id("mailed-to")).to_have_text("taro.reload@company.example")
    await page.go_back()
    await page.reload()
    await expect(page.get_by_test_id("confirmation")).to_be_visible()


async def test_the_time_zone_is_found_and_named_in_the_pages_language(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja", timezone="Asia/Tokyo")
    await page.goto(site.demo["booking_link"])
    zone, search = page.get_by_test_id("zone"), page.get_by_test_id("zone-search")
    await expect(zone).to_contain_text("東京 (GMT+9)")
    row = page.locator(".zone-picker")
    assert await row.evaluate("(row) => getComputedStyle(row).display") == "flex"  # beside its label
    await zone.click()
    await expect(search).to_be_focused()
    await expect(page.get_by_test_id("zone-option").first).to_contain_text("東京 この端末の設定")
    await look(page, "booking-zone")
    await search.fill("ろんどん")
    await search.press("Enter")
    await expect(search).to_be_hidden()
    await expect(zone).to_contain_text("ロンドン (GMT")
    await expect(zone).to_be_focused()

    await page.get_by_test_id("language-switch-en").click()
    await expect(zone).to_contain_text("London (GMT")
    await zone.click()
    await search.fill("ニューヨーク")
    await page.get_by_test_id("zone-option").get_by_text("New York").click()
    await expect(zone).to_have_attribute("data-zone", "America/New_York")
    await zone.click()
    await search.fill("tokyo")
    await page.keyboard.press("Escape")  # the words go first
    await page.keyboard.press("Escape")
    await expect(search).to_be_hidden()
    await expect(zone).to_have_attribute("data-zone", "America/New_York")


async def test_two_people_who_pick_the_same_time_get_one_booking_and_other_times(
    site: Site, visitor: Visitor
) -> None:
    first, second = await visitor("ja"), await visitor("en")
    await first.goto(site.demo["booking_link"])
    await second.goto(site.demo["booking_link"])
    name = called(site.demo["therapists"][0])
    for page in (first, second):
        await page.get_by_test_id("booking-therapist").filter(has_text=name).click()
        await show_a_later_day(page)
    await first.get_by_test_id("slot").first.click()
    await expect(first.get_by_test_id("hold")).to_be_visible()
    await second.get_by_test_id("slot").first.click()
    await expect(second.get_by_test_id("alternative").first).to_be_visible()
    await look(second, "booking-taken")
    await second.get_by_test_id("alternative").first.click()
    await expect(second.get_by_test_id("hold")).to_be_visible()


async def test_who_must_wait_is_told_how_long_and_loses_nothing(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja")
    await pick_time(page, site, therapist=1)
    await page.get_by_test_id("name").fill("山田 花子")
    await page.get_by_test_id("email").fill("hanako.yamada@company.example")
    problem = {"code": "too_many_bookings", "status": 429, "retry_after_s": 150}
    await page.route("**/api/bookings", lambda route: route.fulfill(status=429, json=problem))
    await page.get_by_test_id("confirm").click()
    notice = page.locator('[data-code="too_many_bookings"]')
    await expect(notice).to_contain_text("3分")
    await look(page, "booking-throttled")
    await page.unroute("**/api/bookings")
    await page.get_by_test_id("confirm").click()
    await expect(page.get_by_test_id("confirmation")).to_contain_text("山田 花子")
