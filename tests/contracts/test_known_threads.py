"""What went wrong in other schedulers, each test named after the thread that tells of it.

cal: calcom/cal.diy (once cal.com); ea: alextselegidis/easyappointments; mosin: SergeyMosin/Appointments.
Those that need a database run on both. What cannot happen here by its nature stands in tests of rules too:
tests/scheduler/test_known_clock_threads.py, test_slots_everywhere.py, tests/contracts/test_booking_races.py.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import sqlalchemy as sa

from core.database import Database
from core.errors import TodokuError
from core.http import Identity
from core.ids import PersonId, new_id
from scheduler.booking import Pick
from scheduler.browsing import Asked
from scheduler.changes import Changes
from scheduler.errors import CareElsewhere, SlotNotOffered, SlotTaken
from scheduler.hours import local_day
from scheduler.join_links import JoinLinks
from scheduler.mail import when
from scheduler.model import Span
from scheduler.once import Once
from scheduler.practice import Hours
from scheduler.tables import availability_override
from tests.contracts.test_session_types import add_type, set_pace
from tests.fakes import FakeClock
from tests.scheduler.clinic import NOBODY_REPEATS, PUBLIC_URL, TOKYO, WEDNESDAY, Clinic
from tests.scheduler.practice import utc

HOUR = timedelta(hours=1)
NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"


def changes_of(clinic: Clinic) -> Changes:
    links = JoinLinks(clinic.database, clinic.clock, PUBLIC_URL, clinic.secret)
    return Changes(clinic.database, clinic.config, clinic.clock, links)


def their_therapist(person_id: PersonId) -> Identity:
    return Identity(person_id, frozenset({"therapist"}), new_id(), "account")


async def at_once(*attempts: Awaitable[object]) -> Counter[str]:
    """How often each answer was given."""
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    for one in outcomes:
        if isinstance(one, BaseException) and not isinstance(one, TodokuError):
            raise one
    return Counter(one.code if isinstance(one, TodokuError) else "done" for one in outcomes)


# Two at once.


async def test_cal_13397_ten_parallel_requests_for_one_slot_make_one_booking(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist(capacity=20)
    tried = [clinic.book(clinic.visitor(), therapist_id, WEDNESDAY) for _ in range(10)]
    assert await at_once(*tried) == {"done": 1, "slot_taken": 9}
    assert await clinic.statuses() == ["confirmed"]


async def test_cal_5820_who_picks_a_time_first_keeps_it_while_typing(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist(capacity=20)
    visitors = [clinic.visitor() for _ in range(4)]
    picks = [clinic.service.hold(one, Pick(therapist_id, WEDNESDAY), NOBODY_REPEATS) for one in visitors]
    assert await at_once(*picks) == {"done": 1, "slot_taken": 3}


async def _two_requests(clinic: Clinic) -> tuple[PersonId, list[str]]:
    """Requests for one time of one therapist; the second is refused already."""
    therapist_id = await clinic.therapist(capacity=20)
    await add_type(clinic, therapist_id, approval=True)
    start = WEDNESDAY + timedelta(days=3)
    made: list[str] = [(await clinic.book(clinic.visitor(), therapist_id, start)).visit.booking_id]
    with pytest.raises(SlotTaken):
        await clinic.book(clinic.visitor(), therapist_id, start)
    return therapist_id, made


async def test_cal_10789_a_request_keeps_its_time_so_that_two_are_never_both_confirmed(
    clinic: Clinic,
) -> None:
    therapist_id, (request,) = await _two_requests(clinic)
    taken = await changes_of(clinic).approve(their_therapist(therapist_id), request, NOBODY_REPEATS)
    assert (taken.status, await clinic.statuses()) == ("confirmed", ["confirmed"])


async def test_cal_29958_and_7703_two_who_confirm_at_once_confirm_once(clinic: Clinic) -> None:
    therapist_id, (request,) = await _two_requests(clinic)
    changes, who = changes_of(clinic), their_therapist(therapist_id)
    tried = [changes.approve(who, request, Once(f"key-{n}", b"")) for n in range(4)]
    assert await at_once(*tried) == {"done": 4}
    told = await clinic.events("booking.confirmed")
    assert [one["to"] for one in told] == ["client", "therapist"]  # one mail each, one calendar entry


async def test_cal_28151_overlapping_times_of_other_lengths_are_no_way_around(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist(capacity=20)
    long = await add_type(clinic, therapist_id, session_min=60, step_min=30)
    short = await add_type(clinic, therapist_id, session_min=15, step_min=15)
    at = [(long, 0), (short, 15), (short, 45), (long, 30)]
    tried = [
        clinic.book(
            clinic.visitor(), therapist_id, WEDNESDAY + timedelta(minutes=minutes), session_type_id=kind
        )
        for kind, minutes in at
    ]
    outcome = await at_once(*tried)
    assert set(outcome) == {"done", "slot_taken"}
    assert len(await clinic.statuses()) == outcome["done"] <= 2


async def test_cal_playwright_booking_race_condition_the_second_guest_is_refused(clinic: Clinic) -> None:
    """Their end-to-end test asserts that both guests get the time, a second apart."""
    therapist_id = await clinic.therapist(capacity=20)
    shown = [await clinic.offered(clinic.visitor(), therapist_id) for _ in range(2)]
    assert all(WEDNESDAY in times for times in shown)
    await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY)
    clinic.clock.advance(1.5)
    with pytest.raises(SlotTaken):
        await clinic.book(clinic.visitor(), therapist_id, WEDNESDAY)


async def test_ea_31_and_1783_two_windows_that_confirm_one_time_book_it_once(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist(capacity=20)
    one, other = clinic.visitor(), clinic.visitor()
    tried = [clinic.book(who, therapist_id, WEDNESDAY) for who in (one, other)]
    assert await at_once(*tried) == {"done": 1, "slot_taken": 1}


async def test_ea_845_who_does_not_mind_whom_gets_another_therapist_or_no(clinic: Clinic) -> None:
    """Forty double bookings a week, with any provider."""
    both = [await clinic.therapist(capacity=20) for _ in range(2)]
    outcome = await at_once(
        *(clinic.book(clinic.visitor(), therapist_id, WEDNESDAY) for therapist_id in both * 4)
    )
    assert outcome == {"done": 2, "slot_taken": 6}
    with pytest.raises(SlotTaken) as refused:
        await clinic.book(clinic.visitor(), both[0], WEDNESDAY)
    assert "2026-11-25T00:00:00Z" not in [one["starts_at"] for one in refused.value.extra["alternatives"]]


async def test_ea_160_one_client_is_not_booked_with_two_therapists_at_a_time(clinic: Clinic) -> None:
    who = await clinic.client()
    await clinic.book(who, await clinic.therapist(), WEDNESDAY)
    with pytest.raises(CareElsewhere):
        await clinic.book(who, await clinic.therapist(), WEDNESDAY)


async def test_cal_6622_a_time_that_only_an_exception_offers_can_be_booked_and_the_days_limit_holds(
    clinic: Clinic,
) -> None:
    """It was shown and then refused; and from a second tab, beyond the limit of the day, it was not."""
    therapist_id = await clinic.therapist(hours=[])
    hours = {"local_date": date(2026, 11, 25), "start_minute": 540, "end_minute": 720, "timezone": TOKYO}
    row = {"id": new_id(), "therapist_id": therapist_id, **hours}
    async with clinic.database.write() as connection:
        await connection.execute(sa.insert(availability_override).values(row))
    await set_pace(clinic, therapist_id, sessions_per_day=1)
    first, *_, last = sorted(await clinic.offered(clinic.visitor(), therapist_id))
    await clinic.book(clinic.visitor(), therapist_id, first)
    with pytest.raises(SlotNotOffered):
        await clinic.book(clinic.visitor(), therapist_id, last)


# Zones of two people, and calendar files.


async def test_ea_962_and_1314_the_calendar_file_says_the_same_instant_in_summer_and_winter(
    database: Database,
) -> None:
    for day in ("2026-07-08T07:00", "2026-12-09T08:00"):  # 09:00 in Bratislava
        at = utc(day)
        clinic = await Clinic(database, FakeClock(at - timedelta(days=7))).open()
        hours = [Hours(weekday, "09:00", "17:00") for weekday in range(7)]
        therapist_id = await clinic.therapist(timezone="Europe/Bratislava", hours=hours)
        who = clinic.visitor()
        booked = await clinic.book(who, therapist_id, at, timezone="Australia/Melbourne")
        content = await clinic.service.calendar(who, booked.visit.booking_id)
        (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
        assert event.decoded("dtstart") == at
        assert at.astimezone(ZoneInfo("Europe/Bratislava")).hour == 9


async def test_ea_910_and_872_what_is_booked_is_what_is_gone(clinic: Clinic) -> None:
    """The nine o'clock that was booked was shown as eight, and nine could be booked again."""
    hours = [Hours(weekday, "09:00", "17:00") for weekday in range(7)]
    therapist_id = await clinic.therapist(timezone="Atlantic/Azores", hours=hours)
    within = Span(WEDNESDAY, WEDNESDAY + timedelta(days=2))
    before = await clinic.service.slots(clinic.visitor(), Asked(therapist_id, within))
    picked = before[3]
    booked = await clinic.book(clinic.visitor(), therapist_id, picked.starts_at, timezone="Europe/Amsterdam")
    after = await clinic.service.slots(clinic.visitor(), Asked(therapist_id, within))
    assert booked.visit.starts_at == picked.starts_at
    assert set(before) - set(after) == {picked}


async def test_ea_445_914_and_mosin_195_each_is_told_the_time_on_their_own_wall(clinic: Clinic) -> None:
    therapist_id = await clinic.therapist()
    who = clinic.visitor()
    booked = await clinic.book(who, therapist_id, WEDNESDAY, timezone=BERLIN)
    theirs = await clinic.service.visit(
        booked.visit.booking_id, their_therapist(therapist_id), clinic.clock.now()
    )
    own = [when(one.starts_at, one.ends_at, one.timezone, "en") for one in (booked.visit, theirs)]
    assert own == [
        "Wednesday 25 November 2026, 01:00–01:45 (Berlin, GMT+1)",
        "Wednesday 25 November 2026, 09:00–09:45 (Tokyo, GMT+9)",
    ]


async def test_ea_1789_a_session_four_hours_ahead_west_of_greenwich_can_be_moved(clinic: Clinic) -> None:
    hours = [Hours(weekday, "00:00", "24:00") for weekday in range(7)]
    therapist_id = await clinic.therapist(timezone="America/Chicago", hours=hours)
    who, start = clinic.visitor(), clinic.clock.now() + 4 * HOUR
    booked = await clinic.book(who, therapist_id, start)
    moved = await changes_of(clinic).move(who, booked.visit.booking_id, start + 2 * HOUR, NOBODY_REPEATS)
    assert moved.starts_at == start + 2 * HOUR


async def test_ea_1432_a_time_beyond_midnight_is_on_the_readers_next_day(clinic: Clinic) -> None:
    hours = [Hours(weekday, "23:00", "24:00") for weekday in range(7)]
    therapist_id = await clinic.therapist(hours=hours)
    east = local_day(date(2026, 11, 26), ZoneInfo("Pacific/Guam"))  # one hour east of Tokyo
    found = await clinic.service.slots(clinic.visitor(), Asked(therapist_id, east))
    assert [one.starts_at.astimezone(ZoneInfo("Pacific/Guam")).strftime("%d %H:%M") for one in found] == [
        "26 00:00"
    ]
