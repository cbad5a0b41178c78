"""Slots in every zone of the tz database around every change of its clocks, against a count of minutes.

The short form draws some; `make long` takes all of them, and draws thousands.
"""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.hours import opening
from scheduler.model import Calendar, Override, Pace, Rule, SessionRules, Slot, Span, Travel
from scheduler.slots import Verdict, free_slots, judge
from tests.scheduler.oracle import DAY, MINUTE, changing_zones, oracle, transitions
from tests.scheduler.practice import rules, span, utc

# Half an hour; a gap at midnight; a doubled hour before midnight, and after it; two hours; Ramadan.
NAMED = [
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Santiago",
    "America/Havana",
    "Antarctica/Troll",
    "Africa/Casablanca",
    "Asia/Beirut",
    "America/Nuuk",
    "Europe/London",
]
PLAIN = rules(session_min=30, step_min=15)


def around(at: datetime, days: int = 1) -> Span:
    return Span(at - days * DAY, at + days * DAY)


def all_day(name: str, *hours: tuple[int, int]) -> Calendar:
    weekly = [Rule(weekday, *pair, name) for weekday in range(7) for pair in hours or ((0, 1440),)]
    return Calendar(name, tuple(weekly))


def test_the_zones_that_go_wrong_elsewhere_are_among_those_that_are_tried() -> None:
    assert set(NAMED) <= set(changing_zones())
    assert len(changing_zones()) > 150
    assert transitions("Pacific/Apia") == ()  # its lost day is tried by itself


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("hours", [((0, 1440),), ((0, 60), (60, 180), (1380, 1440)), ((90, 150),)])
def test_a_named_zone_offers_what_a_count_of_minutes_finds(
    name: str, hours: tuple[tuple[int, int], ...]
) -> None:
    calendar = all_day(name, *hours)
    for at in transitions(name)[-2:]:
        within = around(at)
        found = free_slots(calendar, PLAIN, within, within.starts_at)
        assert found == oracle(calendar, PLAIN, within, within.starts_at)
        assert found


def test_a_date_that_was_left_out_has_no_hours() -> None:
    """Samoa went from Thursday the 29th to Saturday the 31st of December 2011."""
    calendar = all_day("Pacific/Apia", (540, 1020))
    found = opening(calendar, span("2011-12-28T00:00", "2012-01-02T00:00"))
    wall = [one.starts_at.astimezone(ZoneInfo("Pacific/Apia")).date() for one in found]
    assert date(2011, 12, 30) not in wall
    assert {date(2011, 12, 29), date(2011, 12, 31)} <= set(wall)
    assert all(one.ends_at - one.starts_at == timedelta(hours=8) for one in found)


def test_hours_until_midnight_end_there_where_the_next_day_begins_twice() -> None:
    """In Havana the clock goes from 00:59:59 on Sunday back to 00:00."""
    calendar = Calendar("America/Havana", (Rule(5, 1320, 1440, "America/Havana"),))
    night = span("2026-10-31T00:00", "2026-11-02T00:00")
    assert opening(calendar, night) == [span("2026-11-01T02:00", "2026-11-01T04:00")]


CASES = st.sampled_from([(name, at) for name in changing_zones() for at in transitions(name)])
MINUTES = st.integers(0, 288).map(lambda n: n * 5)
PAIRS = (
    st.tuples(MINUTES, MINUTES)
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: (min(pair), max(pair)))
)
SESSIONS = st.builds(
    SessionRules,
    session_min=st.sampled_from([15, 20, 45, 50, 90]),
    step_min=st.sampled_from([5, 15, 25, 30, 60]),
    buffer_before_min=st.sampled_from([0, 5, 20]),
    buffer_after_min=st.sampled_from([0, 10, 15]),
    notice_min=st.sampled_from([0, 61, 720]),
    notice_calendar_days=st.sampled_from([0, 1]),
    window_days=st.sampled_from([1, 2, 28]),
)


@st.composite
def spans(draw: st.DrawFn, at: datetime, most: int) -> tuple[Span, ...]:
    """Some around `at`, to the minute; half-open, so that they may touch slots."""
    pairs = draw(
        st.lists(st.tuples(st.integers(-2880, 2880), st.sampled_from([1, 5, 30, 60, 600])), max_size=most)
    )
    return tuple(Span(at + start * MINUTE, at + (start + length) * MINUTE) for start, length in pairs)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Calendar, SessionRules, Span, datetime]:
    """A therapist's calendar with everything in it, around some change of some zone's clocks."""
    name, at = draw(CASES)
    away = draw(st.sampled_from([name, *NAMED]))
    day = at.astimezone(ZoneInfo(name)).date()
    weekly = [
        Rule(weekday, start, end, name)
        for start, end in draw(st.lists(PAIRS, min_size=1, max_size=3))
        for weekday in range(7)
    ]
    near = st.sampled_from([day - DAY, day, day + DAY])
    hours = st.one_of(PAIRS, st.just((None, None)))
    pairs = [(draw(near), draw(hours)) for _ in range(draw(st.integers(0, 2)))]
    overrides = [Override(on, start, end, name) for on, (start, end) in pairs]
    travels = (Travel(day, day + DAY, away),) if draw(st.booleans()) else ()
    sessions = draw(spans(at, 4))
    calendar = Calendar(
        timezone=name,
        rules=tuple(weekly),
        overrides=tuple(overrides),
        time_off=draw(spans(at, 2)),
        busy=(*draw(spans(at, 3)), *sessions),
        imported=draw(spans(at, 2)),
        travels=travels,
        pace=draw(st.sampled_from([Pace(), Pace(sessions_per_day=1), Pace(weekly_min=120, message_min=20)])),
        sessions=sessions,
    )
    begins = at + draw(st.integers(-2000, 500)) * MINUTE
    within = Span(begins, begins + draw(st.sampled_from([1, 60, 1440, 2880])) * MINUTE)
    return calendar, draw(SESSIONS), within, begins - draw(st.integers(0, 1500)) * MINUTE


def is_well(calendar: Calendar, session: SessionRules, within: Span, found: list[Slot]) -> None:
    """What must hold of any list, whoever made it."""
    taken = (*calendar.busy, *calendar.time_off, *calendar.imported)
    for slot in found:
        assert within.starts_at <= slot.starts_at < within.ends_at
        assert slot.ends_at - slot.starts_at == session.session_min * MINUTE
        assert not any(session.block(slot).overlaps(one) for one in taken)
    assert all(one.starts_at < other.starts_at for one, other in pairwise(found))


@given(situation=situations())
def test_any_calendar_offers_what_a_count_of_minutes_finds(
    situation: tuple[Calendar, SessionRules, Span, datetime],
) -> None:
    calendar, session, within, now = situation
    found = free_slots(calendar, session, within, now)
    is_well(calendar, session, within, found)
    assert found == oracle(calendar, session, within, now)


@given(situation=situations(), offset=st.integers(0, 14))
def test_whatever_the_list_holds_is_judged_free_and_nothing_else_is(
    situation: tuple[Calendar, SessionRules, Span, datetime], offset: int
) -> None:
    calendar, session, within, now = situation
    listed = {slot.starts_at for slot in free_slots(calendar, session, within, now)}
    asked = {within.starts_at + n * MINUTE for n in range(offset, 1440, 45)}
    asked = {at for at in asked if at < within.ends_at} | set(sorted(listed)[:20])
    free = {at for at in asked if judge(calendar, session, at, now) is Verdict.FREE}
    assert free == asked & listed


@pytest.mark.long
@pytest.mark.parametrize("name", changing_zones())
def test_every_change_of_every_zone_is_offered_as_a_count_of_minutes_finds(name: str) -> None:
    for at in transitions(name):
        for calendar in (
            all_day(name),
            all_day(name, (0, 60), (60, 180), (1320, 1440)),
            all_day(name, (95, 150)),
        ):
            within = around(at)
            found = free_slots(calendar, PLAIN, within, within.starts_at)
            assert found == oracle(calendar, PLAIN, within, within.starts_at)
            is_well(calendar, PLAIN, within, found)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMED)
def test_every_minute_of_the_night_is_judged_as_the_list_shows_it(name: str) -> None:
    calendar, at = all_day(name, (0, 180), (1290, 1440)), transitions(name)[-1]
    within = Span(at - timedelta(hours=6), at + timedelta(hours=6))
    now = within.starts_at - DAY
    listed = {slot.starts_at for slot in free_slots(calendar, PLAIN, within, now)}
    asked = [within.starts_at + n * MINUTE for n in range(12 * 60)]
    assert {at for at in asked if judge(calendar, PLAIN, at, now) is Verdict.FREE} == listed


def test_the_oracle_itself_counts_an_ordinary_day() -> None:
    calendar = all_day("Asia/Tokyo", (540, 600))
    within = span("2026-06-08T00:00", "2026-06-08T01:00")
    found = oracle(calendar, rules(), within, utc("2026-06-01T00:00"))
    assert [slot.starts_at for slot in found] == [utc("2026-06-08T00:00"), utc("2026-06-08T00:30")]
