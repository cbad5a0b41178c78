"""What people are told about who cares for them: once, neutrally, with a link that works."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from accounts.tables import link_token
from core.config import MailConfig
from core.http import Identity
from core.ids import PersonId, new_id, token_hash
from core.mail import Mail, compose
from scheduler.care_letters import CARE_LETTERS, CARE_SUBJECTS
from scheduler.care_mail import OCCASIONS, CareMails
from scheduler.cares import Cares
from scheduler.handing import Shared
from scheduler.mail_frame import Frame
from scheduler.model import Span
from scheduler.pace_service import Away, PaceService
from scheduler.waiting import Place
from tests.scheduler.clinic import NOBODY_REPEATS, PUBLIC_URL, WEDNESDAY, Clinic
from tests.scheduler.test_calendar_file import HEALTH, Letterbox


@pytest.fixture
def cares(clinic: Clinic) -> Cares:
    return Cares(clinic.database, clinic.config, clinic.clock)


async def sent(clinic: Clinic, topic: str) -> list[Mail]:
    """The mails that the events of this topic lead to now; each event comes twice."""
    letterbox = Letterbox()
    mails = CareMails(clinic.database, letterbox, clinic.clock, PUBLIC_URL, clinic.secret, Frame(True))
    for payload in await clinic.events(topic):
        for _ in range(2):
            await mails.handlers()[topic](payload)
    again = letterbox.mails[1::2]
    assert letterbox.mails[::2] == again  # the same mail, with the same id and the same link
    return again


def as_therapist(person_id: PersonId) -> Identity:
    return Identity(person_id, frozenset({"therapist"}), new_id(), "account")


async def in_care(clinic: Clinic) -> tuple[PersonId, Identity, str]:
    therapist_id, who = await clinic.therapist(capacity=1), await clinic.client()
    await clinic.book(who, therapist_id, WEDNESDAY)
    return therapist_id, who, (await clinic.events("care.opened"))[0]["care_id"]


def test_all_words_are_there_in_both_languages_and_say_nothing_of_health() -> None:
    for letters in CARE_LETTERS.values():
        assert set(letters) == {"ja", "en"}
        for letter in letters.values():
            assert HEALTH.search(" ".join((*letter.lines, *letter.after))) is None
    assert set(CARE_SUBJECTS) == set(CARE_LETTERS)
    for subjects in CARE_SUBJECTS.values():
        assert HEALTH.search(" ".join(subjects.values())) is None
        assert "{name}" not in "".join(subjects.values())
    assert set(OCCASIONS) >= {"care.offered", "care.asked", "handover.proposed", "leave.asked"}


async def test_an_offered_place_is_told_with_a_link_of_ones_own(clinic: Clinic, cares: Cares) -> None:
    therapist_id, has_it, care_id = await in_care(clinic)
    waits = await clinic.client()
    await cares.wait(waits, Place(therapist_id, "ja"), None, NOBODY_REPEATS)
    (joined,) = await sent(clinic, "wait.joined")
    assert joined.subject == "空きをお待ちいただいています"
    assert f"{PUBLIC_URL}/choose/" in joined.text
    await cares.end_care(has_it, care_id, apart=False, once=NOBODY_REPEATS)
    await cares.give_places()
    assert await sent(clinic, "wait.joined") == []  # the news of the place says more
    (mail,) = await sent(clinic, "care.offered")
    assert "11月25日(水) 10:00 (日本時間, GMT+9)まで" in mail.text
    assert compose(mail, MailConfig(), clinic.clock)["Subject"] == "枠が空きました（11/25 10:00まで）"
    token = mail.text.split(f"{PUBLIC_URL}/b/")[1].split()[0]
    async with clinic.database.read() as connection:
        query = sa.select(link_token.c.person_id).where(link_token.c.token_hash == token_hash(token))
        assert (await connection.execute(query)).scalar_one() == waits.person_id
    clinic.clock.advance(25 * 3600)
    assert await sent(clinic, "care.offered") == []  # too late to be told
    await cares.end_offers()
    assert len(await sent(clinic, "care.offer_over")) == 1


async def test_an_opened_care_is_told_where_no_booking_tells_it(clinic: Clinic, cares: Cares) -> None:
    await in_care(clinic)
    assert await sent(clinic, "care.opened") == []
    other, who = await clinic.therapist(), await clinic.client()
    await cares.match(who, "ja", None, NOBODY_REPEATS)
    (asked,) = await sent(clinic, "care.asked")
    assert f"{PUBLIC_URL}/therapist/clients" in asked.text
    offer_id = (await clinic.events("care.asked"))[0]["offer_id"]
    await cares.answer_offer(as_therapist(other), offer_id, take=True, once=NOBODY_REPEATS)
    assert await sent(clinic, "care.asked") == []
    (opened,) = await sent(clinic, "care.opened")
    assert "先生 5が担当になりました" in opened.text


async def test_a_handover_and_a_leave_ask_the_client_and_an_end_tells_the_other(
    clinic: Clinic, cares: Cares
) -> None:
    old, who, care_id = await in_care(clinic)
    new = await clinic.therapist()
    since = WEDNESDAY - timedelta(hours=9)
    pace = PaceService(clinic.database, clinic.config, clinic.clock)
    await pace.add_time_off(as_therapist(old), Away(Span(since, since + timedelta(days=9)), "leave", new))
    (leave,) = await sent(clinic, "leave.asked")
    assert f"{PUBLIC_URL}/choose/" in leave.text
    assert "先生 1が11月25日〜12月3日にお休みします" in leave.text
    handover_id = await cares.hand_over(as_therapist(old), care_id, new, None, NOBODY_REPEATS)
    (proposed,) = await sent(clinic, "handover.proposed")
    assert "先生 5" in proposed.text
    await cares.decide_handover(who, handover_id, Shared("none"), NOBODY_REPEATS)
    assert await sent(clinic, "handover.proposed") == []
    assert len(await sent(clinic, "handover.done_told")) == 2
    assert await sent(clinic, "care.end_told") == []
    care_id = (await clinic.events("care.opened"))[1]["care_id"]
    await cares.end_care(who, care_id, apart=False, once=NOBODY_REPEATS)
    await cares.give_places()
    (ended,) = await sent(clinic, "care.end_told")
    assert ended.text.startswith("先生 5 様")
