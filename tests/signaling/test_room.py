"""The rules of a room, on values alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.grants import Grant, GrantRefused
from core.ids import BookingId, ConversationId, ParticipantId, PersonId, RelayId, RoomId
from signaling import room as rules
from signaling.errors import NoRelay, NotAdmitted, NotTherapist, RoomEnded, TabReplaced
from signaling.model import EndReason, Media, Participant, RelayInfo, Role, Room, RoomState
from signaling.participant import Action, Event, State
from signaling.placement import choose
from signaling.room import Call

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
PATIENCE = rules.Patience(timedelta(seconds=10), timedelta(seconds=60))
CLIENT, THERAPIST = ParticipantId("client-in-room"), ParticipantId("therapist-in-room")


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def person(role: Role, participant_id: ParticipantId, state: State) -> Participant:
    return Participant(
        id=participant_id,
        room_id=RoomId("room"),
        person_id=PersonId(role),
        role=role,
        name=role,
        state=state,
        tab_id="tab",
        connection_id=f"{role} connection",
        grant_id="0",
        seat=0 if state in (State.WAITING, State.ADMITTED) else 1,
        microphone=True,
        camera=True,
        media=Media.UP if state is State.CONNECTED else Media.NONE,
        media_at=NOW,
        admitted_at=None if state is State.WAITING else NOW,
        since=NOW,
        last_seen=NOW,
    )


def call(client: State = State.WAITING, therapist: State = State.ADMITTED, **room: object) -> Call:
    made = Room(
        id=RoomId("room"),
        booking_id=BookingId("booking"),
        conversation_id=ConversationId("conversation"),
        epoch=1,
        revision=1,
        state=RoomState.OPEN,
        relay_id=RelayId("relay"),
        created_at=NOW,
        closes_at=later(3600),
        opened_at=NOW,
        call_since=None,
        ended_at=None,
        ended_by=None,
        end_reason=None,
    )
    people = (person("client", CLIENT, client), person("therapist", THERAPIST, therapist))
    return Call(replace(made, **room), people)  # type: ignore[arg-type]


def grant(grant_id: str = "1", epoch: int = 1) -> Grant:
    return Grant(
        "wait", RoomId("room"), CLIENT, PersonId("client"), "client", "x", epoch, later(300), grant_id
    )


def test_only_the_therapist_lets_in() -> None:
    assert rules.admit(call(), THERAPIST, "therapist connection", CLIENT, NOW).call.find(CLIENT).admitted_at
    with pytest.raises(NotTherapist):
        rules.admit(call(), CLIENT, "client connection", CLIENT, NOW)


def test_who_was_not_let_in_gets_no_seat() -> None:
    with pytest.raises(NotAdmitted):
        rules.join(call(), CLIENT, "client connection", NOW)


def test_who_was_away_without_being_let_in_gets_no_seat_either() -> None:
    away = call(client=State.AWAY)
    away = away.put(replace(away.find(CLIENT), admitted_at=None, seat=0))
    with pytest.raises(NotAdmitted):
        rules.join(away, CLIENT, "client connection", NOW)


def test_the_call_begins_when_both_are_connected_and_begins_once() -> None:
    one = rules.media_changed(call(State.JOINING, State.CONNECTED), CLIENT, 1, Media.UP, later(5)).call
    assert (one.room.state, one.room.call_since) == (RoomState.IN_CALL, later(5))
    down = rules.media_changed(one, CLIENT, 1, Media.NONE, later(6)).call
    again = rules.media_changed(down, CLIENT, 1, Media.UP, later(7)).call
    assert again.room.call_since == later(5)


def test_hanging_up_before_the_call_leaves_the_room_open() -> None:
    after = rules.leave(call(), CLIENT, "client connection", NOW).call
    assert (after.find(CLIENT).state, after.room.state) == (State.LEFT, RoomState.OPEN)


@pytest.mark.parametrize("who", ["client", "therapist"])
def test_hanging_up_in_the_call_ends_it_for_both(who: str) -> None:
    both = call(State.CONNECTED, State.CONNECTED, call_since=NOW, state=RoomState.IN_CALL)
    leaver = CLIENT if who == "client" else THERAPIST
    after = rules.leave(both, leaver, f"{who} connection", later(9)).call
    assert {one.state for one in after.people} == {State.ENDED}
    assert (after.room.ended_by, after.room.end_reason) == (who, EndReason.HUNG_UP)


def test_ending_raises_the_epoch_so_that_older_grants_are_refused() -> None:
    ended = rules.end(call(), "staff", EndReason.STAFF, NOW).call
    assert ended.room.epoch == 2
    with pytest.raises(RoomEnded):
        rules.connect(ended, grant(), "tab", "c", NOW)
    moved = rules.move(call(), RelayId("other"), NOW).call
    with pytest.raises(GrantRefused):
        rules.connect(moved, grant(epoch=1), "tab", "c", NOW)


def test_ending_twice_changes_nothing() -> None:
    ended = rules.end(call(), "staff", EndReason.STAFF, NOW).call
    assert rules.end(ended, "client", EndReason.HUNG_UP, later(5)).call == ended


def test_another_tab_takes_over_with_a_newer_grant_and_the_old_one_stays_out() -> None:
    taken = rules.connect(call(), grant("2"), "other tab", "new", NOW).call
    assert taken.find(CLIENT).connection_id == "new"
    with pytest.raises(TabReplaced):
        rules.connect(taken, grant("1"), "tab", "old again", NOW)
    with pytest.raises(TabReplaced):
        rules.join(taken, CLIENT, "client connection", NOW)
    back = rules.connect(taken, grant("3"), "tab", "asked for it", NOW).call
    assert back.find(CLIENT).connection_id == "asked for it"


def test_the_same_tab_resumes_with_the_grant_it_has() -> None:
    taken = rules.connect(call(), grant("2"), "tab", "first", NOW).call
    again = rules.connect(taken, grant("2"), "tab", "second", later(1)).call
    assert again.find(CLIENT).connection_id == "second"


def test_news_of_an_earlier_seat_is_ignored() -> None:
    before = call(State.CONNECTED, State.CONNECTED)
    joined = rules.join(before, CLIENT, "client connection", NOW).call
    assert joined.find(CLIENT).seat == 2
    assert rules.media_changed(joined, CLIENT, 1, Media.NONE, NOW).call == joined


def test_a_lost_connection_does_not_end_the_call_while_media_flows() -> None:
    both = call(State.CONNECTED, State.CONNECTED, call_since=NOW, state=RoomState.IN_CALL)
    assert rules.watch(both, PATIENCE, later(3600)).call == both


def test_a_flowing_connection_without_media_is_not_absence() -> None:
    waiting = call(State.WAITING)
    fresh = waiting.put(replace(waiting.find(CLIENT), last_seen=later(100)))
    assert rules.watch(fresh, PATIENCE, later(105)).call.find(CLIENT).state is State.WAITING


def test_silence_of_both_is_absence_then_leaving_and_frees_the_seat() -> None:
    quiet = call(State.CONNECTED, State.CONNECTED)
    quiet = quiet.put(replace(quiet.find(CLIENT), media=Media.SILENT, media_at=later(6)))
    assert rules.watch(quiet, PATIENCE, later(9)).call.find(CLIENT).state is State.CONNECTED
    away = rules.watch(quiet, PATIENCE, later(10)).call
    assert away.find(CLIENT).state is State.AWAY
    assert rules.watch(away, PATIENCE, later(59)).call == away
    left = rules.watch(away, PATIENCE, later(60))
    assert left.call.find(CLIENT).state is State.LEFT
    assert [effect.action for effect in left.effects] == [Action.FREE_SEAT]


def test_the_relays_patience_and_ours_do_not_add_up() -> None:
    """Whichever comes last, silence of media or of the connection, is enough at that moment."""
    both = call(State.CONNECTED, State.CONNECTED)
    silent = rules.media_changed(both, CLIENT, 1, Media.SILENT, later(11))
    assert rules.settle(silent, PATIENCE, later(11)).call.find(CLIENT).state is State.AWAY
    fresh = both.put(replace(both.find(CLIENT), media=Media.SILENT, media_at=NOW, last_seen=later(19)))
    quiet = rules.heard(fresh, CLIENT, "client connection", later(10))
    assert rules.settle(quiet, PATIENCE, later(20)).call.find(CLIENT).state is State.AWAY
    assert rules.settle(rules.Outcome(fresh), PATIENCE, later(20)).call == fresh


def test_nobody_is_back_whose_connection_has_ended() -> None:
    away = call(State.AWAY)
    gone = rules.disconnect(away, CLIENT, "client connection", later(20))
    assert rules.settle(gone, PATIENCE, later(21)).call.find(CLIENT).state is State.AWAY


def test_signs_of_an_earlier_connection_count_for_nothing() -> None:
    before = call(State.CONNECTED)
    for rule in (rules.heard, rules.disconnect):
        assert rule(before, CLIENT, "an earlier connection", later(5)).call == before


@pytest.mark.parametrize(("admitted", "state"), [(None, State.WAITING), (NOW, State.JOINING)])
def test_who_comes_back_goes_on_where_they_were(admitted: datetime | None, state: State) -> None:
    away = call(State.AWAY)
    away = away.put(replace(away.find(CLIENT), admitted_at=admitted, seat=0, last_seen=later(30)))
    assert rules.watch(away, PATIENCE, later(31)).call.find(CLIENT).state is state


def test_a_call_that_both_have_disappeared_from_ends() -> None:
    gone = call(State.LEFT, State.LEFT, call_since=NOW, state=RoomState.IN_CALL)
    after = rules.watch(gone, PATIENCE, later(1)).call
    assert (after.room.state, after.room.end_reason) == (RoomState.ENDED, EndReason.ABANDONED)


def test_an_empty_room_stays_until_its_time_is_over() -> None:
    empty = call(State.LEFT, State.LEFT)
    assert rules.watch(empty, PATIENCE, later(3599)).call.room.state is RoomState.OPEN
    assert rules.watch(empty, PATIENCE, later(3600)).call.room.end_reason is EndReason.EXPIRED


def test_moving_gives_everybody_in_the_call_a_new_seat_and_a_new_epoch() -> None:
    moved = rules.move(call(State.CONNECTED, State.JOINING), RelayId("other"), NOW)
    assert (moved.call.room.relay_id, moved.call.room.epoch) == ("other", 2)
    assert [one.seat for one in moved.call.people] == [2, 2]
    assert {one.media for one in moved.call.people} == {Media.NONE}


def test_the_first_placement_keeps_the_epoch() -> None:
    assert rules.place(call(relay_id=None), RelayId("relay")).room.epoch == 1


def relay(
    name: str, load: int, alive: bool = True, draining: bool = False, most: int | None = None
) -> RelayInfo:
    return RelayInfo(RelayId(name), later(5 if alive else -5), load, draining, most)


def test_the_least_loaded_living_relay_is_chosen() -> None:
    relays = [relay("a", 9), relay("b", 2), relay("dead", 0, alive=False), relay("d", 0, draining=True)]
    assert choose(relays, NOW) == "b"
    with pytest.raises(NoRelay):
        choose(relays[2:], NOW)


def test_only_a_relay_with_room_for_both_is_chosen() -> None:
    full, nearly_full, free = relay("a", 8, most=8), relay("b", 7, most=8), relay("c", 90, most=92)
    assert choose([full, nearly_full, free], NOW) == "c"
    with pytest.raises(NoRelay):
        choose([full, nearly_full], NOW)


def test_an_event_keeps_since_unless_the_state_changes() -> None:
    same = rules.apply(call(State.CONNECTED), CLIENT, Event.ADMIT, later(9)).call
    assert same.find(CLIENT).since == NOW
