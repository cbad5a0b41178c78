"""The table of a participant's states: complete, and drawn as it is."""

import pytest

from signaling.errors import NotAdmitted, NotPossible
from signaling.participant import TABLE, Action, Event, State, diagram, step


def test_every_state_has_a_line() -> None:
    assert set(TABLE) == set(State)


def test_every_event_is_accepted_somewhere() -> None:
    assert {event for line in TABLE.values() for event in line} == set(Event)


def test_every_action_is_asked_for_somewhere() -> None:
    asked = {action for line in TABLE.values() for found in line.values() for action in found.actions}
    assert asked == set(Action)


def test_every_state_can_be_reached_and_ended() -> None:
    reached = {State.WAITING, State.ADMITTED}
    for _ in State:
        reached |= {found.state for state in reached for found in TABLE[state].values()}
    assert reached == set(State)
    assert all(step(state, Event.END).state is State.ENDED for state in State)


def test_nothing_but_the_end_happens_after_the_end() -> None:
    assert set(TABLE[State.ENDED]) == {Event.END}


def test_a_seat_is_taken_only_by_who_was_let_in() -> None:
    takers = {s for s, line in TABLE.items() for found in line.values() if Action.TAKE_SEAT in found.actions}
    assert takers == {State.ADMITTED, State.JOINING, State.CONNECTED}
    with pytest.raises(NotAdmitted):
        step(State.WAITING, Event.JOIN)


def test_what_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(NotPossible):
        step(State.LEFT, Event.ADMIT)


def test_the_diagram_shows_every_change_of_state() -> None:
    drawn = diagram()
    for state, line in TABLE.items():
        for event, found in line.items():
            if found.state is not state:
                [arrow] = [
                    one for one in drawn.splitlines() if one.startswith(f"    {state} --> {found.state}:")
                ]
                assert event.value in arrow
