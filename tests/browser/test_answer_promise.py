"""A client sees in the chat by when the therapist answers, as the therapist has set it."""

import re

import pytest
from playwright.async_api import expect

from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import PASSWORD, Site

pytestmark = [pytest.mark.browser, pytest.mark.call, LOOP]


async def test_the_chat_says_by_when_a_message_is_answered(site: Site, visitor: Visitor) -> None:
    appointment = await site.appointment()
    client, therapist = await visitor("ja"), await visitor("en")
    await people.sign_in(therapist, site, appointment.therapist_email, PASSWORD)
    await people.join(client, appointment.join_link, "waiting-room")
    await people.join(therapist, appointment.therapist_link, "lobby")
    await people.admit(therapist, client)
    await people.say(client, "質問です")
    await people.has_read(therapist, "質問です")
    promise = client.get_by_test_id("answers-by")
    await expect(promise).to_have_count(0)  # nothing is promised yet

    page = await therapist.context.new_page()
    await page.goto(f"{site.address}/therapist/pace")
    await page.get_by_test_id("add-reply").click()
    await page.get_by_test_id("save-reply").click()
    await expect(page.get_by_test_id("pace-saved")).to_be_visible()
    await page.close()

    await people.say(client, "もう一つ")  # the promise is looked up as the conversation goes on
    await expect(promise).to_contain_text(appointment.therapist_name)
    await expect(promise).to_have_text(re.compile(r"\d+月\d+日\(.\) \d\d:\d\d までに返信します"))
    await expect(therapist.get_by_test_id("answers-by")).to_have_count(0)
    await look(client, "call-answers-by")
