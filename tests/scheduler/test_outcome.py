"""What came of a session, decided from who was in its room and when."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.model import Span, Status
from scheduler.outcome import CORRECTIONS, MISSED, Attendance, Came, came_to, settle
from tests.scheduler.practice import utc

START = utc("2026-11-25T00:00")
SESSION = Span(START, START + timedelta(minutes=45))
GRACE = timedelta(minutes=15)
CLOSES = SESSION.ends_at + timedelta(minutes=30)


def there(*minutes: tuple[float, float]) -> tuple[Span, ...]:
    """Minutes after the start."""
    return tuple(Span(START + timedelta(minutes=a), START + timedelta(minutes=b)) for a, b in minutes)


@pytest.mark.parametrize(
    ("client", "therapist", "expected"),
    [
        (there(), there(), "both"),
        (there((-5, 20)), there(), "therapist"),
        (there(), there((0, 45)), "client"),
        (there((-10, -7)), there((0, 45)), "client"),  # looked in and was gone by the start
        (there((20, 44)), there((0, 16)), "client"),  # came when the other had waited the grace
        (there((0, 15.5)), there((16, 45)), "therapist"),
        (there((30, 44)), there(), "therapist"),  # late, and yet the only one who came
        (there((16, 18)), there((40, 44)), None),  # both late, each alone
        (there((0, 45)), there((5, 40)), None),  # both there, and no call: a fault of the technique
        (there((40, 44)), there((0, 45)), None),
    ],
)
def test_who_missed_whom(client: tuple[Span, ...], therapist: tuple[Span, ...], expected: str | None) -> None:
    outcome = settle(SESSION, CLOSES, Attendance(client, therapist), CLOSES, GRACE)
    assert outcome is not None
    assert (outcome.status, outcome.noshow_by) == (Status.NOSHOW, expected)
    assert outcome.started_at is None


def test_nothing_is_said_while_somebody_could_still_enter_or_a_call_goes_on() -> None:
    assert settle(SESSION, CLOSES, Attendance(), CLOSES - timedelta(seconds=1), GRACE) is None
    on_the_phone = Attendance(there((0, 500)), there((0, 500)), call_since=START)
    assert settle(SESSION, CLOSES, on_the_phone, CLOSES + timedelta(hours=3), GRACE) is None


def test_two_who_are_in_the_room_at_its_end_may_still_begin() -> None:
    now = CLOSES + timedelta(minutes=5)
    both = Attendance(there((70, 80)), there((0, 80)))
    assert settle(SESSION, CLOSES, both, now, GRACE) is None
    one_left = Attendance(there((70, 79)), there((0, 80)))
    assert settle(SESSION, CLOSES, one_left, now, GRACE) is not None


def test_a_call_keeps_its_times_lateness_and_overrun() -> None:
    ended_at = START + timedelta(minutes=56)
    seen = Attendance(there((-3, 55)), there((4, 30), (31, 55)), START + timedelta(minutes=5), ended_at)
    outcome = settle(SESSION, CLOSES, seen, ended_at, GRACE)
    assert outcome is not None
    assert (outcome.status, outcome.noshow_by) == (Status.FULFILLED, None)
    assert (outcome.client_late_s, outcome.therapist_late_s) == (0, 240)
    assert outcome.finished_at == START + timedelta(minutes=55)  # the end was noticed a minute later
    assert outcome.overrun_s == 600


def test_a_call_that_was_over_before_the_start_was_late_for_nobody() -> None:
    ended_at = START - timedelta(minutes=1)
    seen = Attendance(there((-8, -1)), there((-8, -1)), START - timedelta(minutes=8), ended_at)
    outcome = settle(SESSION, CLOSES, seen, ended_at, GRACE)
    assert outcome is not None
    assert (outcome.client_late_s, outcome.therapist_late_s, outcome.overrun_s) == (0, 0, 0)


def test_every_pair_has_an_answer_and_it_does_not_matter_who_is_who() -> None:
    other = {"client": "therapist", "therapist": "client", "both": "both", None: None}
    for client in Came:
        for therapist in Came:
            assert other[MISSED[therapist, client]] == MISSED[client, therapist]


def test_staff_can_correct_only_what_is_settled() -> None:
    assert set(CORRECTIONS) == {Status.FULFILLED, Status.NOSHOW}
    assert all(to <= set(CORRECTIONS) for to in CORRECTIONS.values())


@given(
    st.lists(st.tuples(st.integers(-20, 80), st.integers(1, 40)), max_size=5),
    st.integers(-20, 80),
    st.integers(1, 40),
)
def test_being_there_more_never_counts_as_coming_less(
    some: list[tuple[int, int]], begin: int, length: int
) -> None:
    less = there(*((a, a + b) for a, b in some))
    more = (*less, *there((begin, begin + length)))
    assert came_to(SESSION, more, GRACE) >= came_to(SESSION, less, GRACE)
