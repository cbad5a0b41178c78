"""Who a client sees: handed over, or covered during a leave; each decided by them, from a mail's link."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from core.clock import SystemClock
from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import PASSWORD, Appointment, Site
from tests.browser.test_booking import mail_to

pytestmark = [pytest.mark.browser, LOOP]

NOTE = "右の肩から始めました。\nゆっくりがよいようです。"


async def open_clients(page: Page, site: Site, email: str) -> None:
    await people.sign_in(page, site, email, PASSWORD)
    await page.goto(f"{site.address}/therapist/clients")
    await expect(page.get_by_test_id("clients").locator("h2").first).to_be_visible()


async def choose_link(site: Site, appointment: Appointment, kind: str) -> str:
    message = await mail_to(site.var / "outbox", appointment.client_email, kind)
    body = message.get_body(("plain",))
    assert body is not None
    links: list[str] = re.findall(rf"{site.address}/choose/\S+", body.get_content())
    assert len(links) == 1
    return links[0]


async def test_a_client_is_handed_over_only_with_their_word_and_the_note_goes_along(
    site: Site, visitor: Visitor
) -> None:
    appointment = await site.appointment(starts_in=timedelta(days=2))
    colleague_id = await site.taking_new_clients("引継 秋子")
    therapist, client = await visitor("en"), await visitor("ja")
    await open_clients(therapist, site, appointment.therapist_email)
    await look(therapist, "clients")
    await therapist.get_by_test_id("client-handover").click()
    await therapist.get_by_test_id("handover-propose").click()
    await expect(therapist.get_by_test_id("handover-to")).to_be_focused()
    await therapist.get_by_test_id("handover-to").select_option(colleague_id)
    await therapist.get_by_test_id("handover-note").fill(NOTE)
    await look(therapist, "clients-handover")
    await therapist.get_by_test_id("handover-propose").click()
    await expect(therapist.get_by_test_id("proposed")).to_contain_text("引継 秋子")
    await expect(therapist.get_by_test_id("dialog-handover")).to_be_hidden()
    await look(therapist, "clients-proposed")

    await client.goto(await choose_link(site, appointment, "handover-"))
    await expect(client.get_by_test_id("coming").first).to_be_visible()
    await look(client, "choose-handover")
    await client.get_by_test_id("share-from").check()
    await expect(client.get_by_test_id("handover-yes")).to_be_disabled()
    await look(client, "choose-handover-from")
    await client.get_by_test_id("share-all").check()
    await client.get_by_test_id("handover-yes").click()
    await expect(client.get_by_test_id("done")).to_be_focused()
    await expect(client.get_by_test_id("care")).to_contain_text("引継 秋子")
    await look(client, "choose-moved")
    await therapist.reload()
    await expect(therapist.get_by_test_id("no-clients")).to_be_visible()

    colleague = await visitor("ja")
    await open_clients(colleague, site, await site.account(colleague_id))
    note = colleague.get_by_test_id("client").get_by_test_id("note")
    await note.locator("summary").click()
    await expect(note).to_contain_text("ゆっくりがよい")
    await colleague.get_by_test_id("client-book").click()
    await expect(colleague.get_by_test_id("arrange-day")).to_be_visible()
    await look(colleague, "clients-book")


async def test_a_client_says_what_they_want_during_a_leave_and_may_change_it(
    site: Site, visitor: Visitor
) -> None:
    appointment = await site.appointment()
    cover_id = await site.taking_new_clients("代理 冬子")
    therapist, client = await visitor("en"), await visitor("ja")
    await people.sign_in(therapist, site, appointment.therapist_email, PASSWORD)
    await therapist.goto(f"{site.address}/therapist/pace")
    await therapist.get_by_test_id("add-leave").click()
    now = SystemClock().now()
    await therapist.get_by_test_id("leave-first").fill(str((now + timedelta(days=10)).date()))
    await therapist.get_by_test_id("leave-last").fill(str((now + timedelta(days=40)).date()))
    await therapist.get_by_test_id("leave-kind").select_option("leave")
    await therapist.get_by_test_id("leave-cover").select_option(cover_id)
    await therapist.get_by_test_id("save-leave").click()
    await expect(therapist.get_by_test_id("time-off")).to_be_visible()

    await client.goto(await choose_link(site, appointment, "leave-"))
    await expect(client.get_by_test_id("leave-choose")).to_be_disabled()
    await look(client, "choose-leave")
    await client.get_by_test_id("leave-transfer").check()
    await look(client, "choose-leave-transfer")
    await client.get_by_test_id("leave-cover").check()
    await client.get_by_test_id("leave-choose").click()
    await expect(client.get_by_test_id("done")).to_be_visible()
    await client.reload()
    await expect(client.get_by_test_id("leave-cover")).to_be_checked()
    await look(client, "choose-leave-chosen")
    await client.get_by_test_id("leave-wait").check()
    await client.get_by_test_id("leave-choose").click()
    await expect(client.get_by_test_id("done")).to_be_visible()
    await client.get_by_test_id("end").click()
    await expect(client.get_by_test_id("end-yes")).to_be_visible()
    await look(client, "choose-end")
    await client.get_by_test_id("end-yes").click()
    await expect(client.get_by_test_id("nothing")).to_be_visible()
    await look(client, "choose-nothing")
