"""Who can still be taken, why not, and what is offered instead; the life of a booking as a table."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.ids import PersonId
from scheduler.alternatives import nearest, offers
from scheduler.capacity import Closed, closed, free_places
from scheduler.config import SchedulerConfig
from scheduler.model import LIVE, TRANSITIONS, Alternative, Status, Therapist, sources
from tests.scheduler.practice import utc

NOW = utc("2026-11-24T01:00")
THERAPIST = Therapist(
    id=PersonId("t1"),
    licence_kind="physiotherapist",
    licence_verified_at=NOW - timedelta(days=100),
    licence_expires_at=NOW + timedelta(days=100),
    timezone="Asia/Tokyo",
    headline={"ja": "", "en": ""},
    languages=("ja",),
    capacity=5,
    active=3,
    offers=1,
    pause_new=False,
    version=1,
)


def test_promised_places_count_as_used() -> None:
    assert free_places(THERAPIST) == 1


def test_a_capacity_below_the_open_cares_leaves_no_place_and_is_no_error() -> None:
    assert free_places(replace(THERAPIST, capacity=2)) == 0


@pytest.mark.parametrize(
    ("changes", "new_client", "client_in_care"),
    [
        ({}, None, None),
        ({"active": 4}, Closed.FULL, None),
        ({"pause_new": True}, Closed.PAUSED, None),
        ({"licence_verified_at": None}, Closed.LICENCE_UNVERIFIED, Closed.LICENCE_UNVERIFIED),
        ({"licence_expires_at": NOW}, Closed.LICENCE_EXPIRED, Closed.LICENCE_EXPIRED),
        ({"licence_expires_at": None}, None, None),
    ],
)
def test_pause_and_full_stop_new_clients_only_and_a_licence_stops_all(
    changes: dict[str, object], new_client: Closed | None, client_in_care: Closed | None
) -> None:
    therapist = replace(THERAPIST, **changes)  # type: ignore[arg-type]
    assert closed(therapist, NOW, in_care=False) is new_client
    assert closed(therapist, NOW, in_care=True) is client_in_care


def at(therapist: str, hours: float) -> Alternative:
    starts_at = NOW + timedelta(hours=hours)
    return Alternative(PersonId(therapist), starts_at, starts_at + timedelta(minutes=30))


def test_the_three_nearest_come_first_and_of_equal_ones_the_earlier() -> None:
    found = nearest([at("t", 5), at("t", 1), at("t", -1), at("t", 0.5), at("t", 9)], NOW)
    assert found == [at("t", 0.5), at("t", -1), at("t", 1)]


def test_other_therapists_only_fill_what_the_asked_one_leaves() -> None:
    own, others = [at("t", 20), at("t", 30)], [at("u", 1), at("v", 2)]
    assert offers(own, others, NOW) == [at("t", 20), at("t", 30), at("u", 1)]
    assert offers([], [], NOW) == []


def test_every_status_is_in_the_table_and_every_end_is_final() -> None:
    assert set(TRANSITIONS) == set(Status)
    ends = {Status.FULFILLED, Status.CANCELLED, Status.NOSHOW, Status.EXPIRED}
    assert {state for state, targets in TRANSITIONS.items() if not targets} == ends


def test_whatever_can_become_confirmed_blocks_its_time() -> None:
    """Invariant I3: pending requests block too (cal.diy #10789)."""
    reaches = {Status.CONFIRMED}
    while (more := {state for state in Status if TRANSITIONS[state] & reaches}) - reaches:
        reaches |= more
    assert reaches == LIVE
    assert sources(Status.FULFILLED) == {Status.CONFIRMED}


def test_the_default_grid_packs_session_and_buffers_without_a_rest() -> None:
    rules = SchedulerConfig().rules()
    assert rules.session_min + rules.buffer_before_min + rules.buffer_after_min == rules.step_min
