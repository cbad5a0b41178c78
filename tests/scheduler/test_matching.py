"""Who suits a client and in which order they are asked; how long a therapist has to answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import PersonId
from scheduler.matching import Candidate, Wanted, band, ordered, suits, working_deadline
from scheduler.model import Calendar, Rule, Span, Therapist
from scheduler.offering import answer_until

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)  # Tuesday 10:00 in Tokyo
DAY = timedelta(days=1)


def therapist(name: str, capacity: int = 4, active: int = 0, offers: int = 0) -> Therapist:
    return Therapist(
        id=PersonId(name),
        licence_kind="physiotherapist",
        licence_verified_at=NOW - 30 * DAY,
        licence_expires_at=None,
        timezone="Asia/Tokyo",
        headline={},
        languages=("ja",),
        capacity=capacity,
        active=active,
        offers=offers,
        pause_new=False,
        version=1,
        specialisms=("neck",),
    )


def names(candidates: list[Candidate]) -> list[str]:
    return [one.therapist.id for one in candidates]


def test_who_cared_for_them_before_comes_first_then_load_then_the_longest_wait() -> None:
    many = [
        Candidate(therapist("half", 4, 2)),
        Candidate(therapist("quarter", 4, 1)),
        Candidate(therapist("promised", 4, 0, 2)),
        Candidate(therapist("idle-lately", 4, 0), NOW - DAY),
        Candidate(therapist("idle-long", 4, 0), NOW - 9 * DAY),
        Candidate(therapist("idle-ever", 4, 0)),
    ]
    known = Wanted(language="ja", previous="half")
    assert names(ordered(many, known, NOW)) == [
        *("half", "idle-ever", "idle-long", "idle-lately", "quarter", "promised")
    ]
    assert names(ordered(many, Wanted(), NOW))[-2:] == ["half", "promised"]  # equal load: by id


def test_a_pause_costs_nothing_afterwards() -> None:
    one = therapist("one", 4, 1)
    paused = replace(one, pause_new=True)
    assert ordered([Candidate(paused)], Wanted(), NOW) == []
    assert ordered([Candidate(one)], Wanted(), NOW) == ordered(
        [Candidate(replace(paused, pause_new=False))], Wanted(), NOW
    )


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(language="en"),
        Wanted(specialism="knee"),
        Wanted(therapist_id="another"),
        Wanted(not_with=frozenset({"one"})),
        Wanted(employers=frozenset({"acme"})),
    ],
)
def test_what_must_be_so_is_never_traded(wanted: Wanted) -> None:
    one = Candidate(therapist("one"), employers=frozenset({"acme"}))
    assert not suits(one, wanted, NOW)
    assert suits(one, Wanted(language="ja", specialism="neck", therapist_id="one"), NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"licence_verified_at": None},
        {"licence_expires_at": NOW},
        {"pause_new": True},
        {"capacity": 0},
        {"active": 3, "offers": 1},
    ],
)
def test_nobody_is_asked_who_cannot_take_somebody(changes: dict[str, object]) -> None:
    assert not suits(Candidate(replace(therapist("one"), **changes)), Wanted(), NOW)  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 6), st.integers(0, 3)), max_size=8))
def test_the_order_holds_all_who_have_a_place_and_nobody_else(loads: list[tuple[int, int, int]]) -> None:
    many = [Candidate(therapist(f"t{n}", *load)) for n, load in enumerate(loads)]
    found = ordered(many, Wanted(), NOW)
    assert set(names(found)) == {f"t{n}" for n, (most, has, kept) in enumerate(loads) if has + kept < most}
    ratios = [(one.therapist.active + one.therapist.offers) / one.therapist.capacity for one in found]
    assert ratios == sorted(ratios)


@pytest.mark.parametrize(
    ("ahead", "word"), [(0, "next"), (3, "few"), (4, "some"), (10, "some"), (11, "many")]
)
def test_the_queue_is_told_roughly(ahead: int, word: str) -> None:
    assert band(ahead) == word


def test_days_off_do_not_count_against_who_is_asked() -> None:
    assert working_deadline([True, True, True], 2) == 2
    assert working_deadline([True, False, False, True], 2) == 4
    assert working_deadline([False] * 14, 2) == 14
    weekdays = tuple(Rule(weekday, 540, 1020, "Asia/Tokyo") for weekday in range(5))
    calendar = Calendar("Asia/Tokyo", weekdays)
    assert answer_until(calendar, NOW) == NOW + 2 * DAY  # Wednesday, Thursday
    friday = NOW + 3 * DAY
    assert answer_until(calendar, friday) == friday + 4 * DAY  # Monday, Tuesday
    away = replace(calendar, time_off=(Span(NOW, NOW + 3 * DAY),))
    assert answer_until(away, NOW) == NOW + 6 * DAY  # back on Friday afternoon; Friday, Monday
