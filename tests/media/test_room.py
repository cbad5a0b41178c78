"""Seats, epochs and offer numbers."""

import pytest

from core.ids import ParticipantId, RoomId
from media.errors import OfferOutdated, RelayRoomFull, RelayRoomOutdated, RelayRoomUnknown, RelaySeatUnknown
from media.model import Device
from media.room import CLOSED_FOR_S, CLOSED_KEPT, DEVICES, ClosedRooms, Rooms, Seat

ROOM = RoomId("room")
NOW = 1000.0
ONE, TWO, THREE = ParticipantId("one"), ParticipantId("two"), ParticipantId("three")


@pytest.fixture
def rooms() -> Rooms:
    opened = Rooms()
    opened.open(ROOM, 3, NOW)
    return opened


def take(rooms: Rooms, who: ParticipantId, number: int = 1, epoch: int = 3) -> Seat:
    return rooms.take(ROOM, who, epoch, number).seat


def test_the_same_seat_again_is_the_same_seat(rooms: Rooms) -> None:
    seat = take(rooms, ONE)
    again = rooms.take(ROOM, ONE, 3, 1)
    assert again.resumed
    assert again.seat == seat


def test_a_higher_seat_number_replaces_the_lower(rooms: Rooms) -> None:
    seat = take(rooms, ONE)
    later = rooms.take(ROOM, ONE, 3, 2)
    assert later.replaced == seat.peer
    assert later.seat.peer != seat.peer
    assert later.seat.offer_number > seat.offer_number


def test_a_replaced_tab_stays_out(rooms: Rooms) -> None:
    take(rooms, ONE, 2)
    for again in (False, True):
        with pytest.raises(RelaySeatUnknown):
            take(rooms, ONE, 1)
        if not again:
            rooms.leave(rooms.find(ROOM, ONE, 2))


def test_a_third_person_finds_no_place(rooms: Rooms) -> None:
    take(rooms, ONE)
    take(rooms, TWO)
    with pytest.raises(RelayRoomFull):
        take(rooms, THREE)


def test_a_left_seat_is_free_for_another(rooms: Rooms) -> None:
    take(rooms, ONE)
    rooms.leave(take(rooms, TWO))
    assert take(rooms, THREE).participant_id == THREE


def test_leaving_late_does_not_end_the_newer_seat(rooms: Rooms) -> None:
    old, new = take(rooms, ONE), take(rooms, ONE, 2)
    rooms.leave(old)
    assert rooms.find(ROOM, ONE, 2) == new


def test_a_grant_of_another_epoch_is_refused(rooms: Rooms) -> None:
    for epoch in (2, 4):
        with pytest.raises(RelayRoomOutdated):
            take(rooms, ONE, epoch=epoch)


def test_a_higher_epoch_ends_everybodys_seat(rooms: Rooms) -> None:
    seats = [take(rooms, ONE), take(rooms, TWO)]
    assert rooms.open(ROOM, 4, NOW) == seats
    with pytest.raises(RelayRoomOutdated):
        take(rooms, ONE)


def test_opening_again_changes_nothing_and_an_older_epoch_is_refused(rooms: Rooms) -> None:
    seat = take(rooms, ONE)
    assert rooms.open(ROOM, 3, NOW) == []
    assert rooms.find(ROOM, ONE, 1) == seat
    with pytest.raises(RelayRoomOutdated):
        rooms.open(ROOM, 2, NOW)


def test_a_closed_room_is_unknown(rooms: Rooms) -> None:
    seat = take(rooms, ONE)
    with pytest.raises(RelayRoomOutdated):
        rooms.close(ROOM, 2, NOW)
    assert rooms.close(ROOM, 3, NOW) == [seat]
    assert rooms.close(ROOM, 3, NOW) == []
    with pytest.raises(RelayRoomUnknown):
        take(rooms, ONE)


def test_an_older_epoch_does_not_open_a_closed_room_again(rooms: Rooms) -> None:
    rooms.close(ROOM, 4, NOW)
    for epoch in (3, 4):
        with pytest.raises(RelayRoomOutdated):
            rooms.open(ROOM, epoch, NOW + 300)
    assert rooms.open(ROOM, 5, NOW + 300) == []


def test_an_order_to_close_counts_though_the_room_is_not_here_yet(rooms: Rooms) -> None:
    rooms.close(RoomId("late"), 2, NOW)
    with pytest.raises(RelayRoomOutdated):
        rooms.open(RoomId("late"), 1, NOW)


def test_a_late_order_of_an_older_epoch_does_not_shorten_what_is_closed(rooms: Rooms) -> None:
    rooms.close(ROOM, 5, NOW)
    rooms.close(ROOM, 3, NOW)
    with pytest.raises(RelayRoomOutdated):
        rooms.open(ROOM, 4, NOW)


def test_closed_rooms_are_remembered_for_a_time_and_up_to_a_number() -> None:
    closed = ClosedRooms()
    closed.note(ROOM, 1, NOW)
    assert closed.covers(ROOM, 1, NOW + CLOSED_FOR_S - 1)
    assert not closed.covers(ROOM, 1, NOW + CLOSED_FOR_S)
    assert len(closed) == 0
    for number in range(CLOSED_KEPT + 5):
        closed.note(RoomId(str(number)), 1, NOW)
    assert len(closed) == CLOSED_KEPT
    assert closed.covers(RoomId(str(CLOSED_KEPT)), 1, NOW)
    assert not closed.covers(RoomId("0"), 1, NOW)


def test_an_answer_must_name_the_current_offer(rooms: Rooms) -> None:
    first, second = take(rooms, ONE), take(rooms, ONE, 2)
    assert rooms.answered(ROOM, ONE, 2, second.offer_number) == second
    with pytest.raises(OfferOutdated):
        rooms.answered(ROOM, ONE, 2, first.offer_number)
    with pytest.raises(RelaySeatUnknown):
        rooms.answered(ROOM, ONE, 1, first.offer_number)


def device(name: str) -> Device:
    return Device(ParticipantId(name), "publish", ONE)


def test_devices_take_no_persons_place_and_are_bounded(rooms: Rooms) -> None:
    for number in range(DEVICES):
        rooms.attach(ROOM, device(f"camera {number}"), 3)
    one, _ = take(rooms, ONE), take(rooms, TWO)
    with pytest.raises(RelayRoomFull):
        rooms.attach(ROOM, device("one more"), 3)
    assert [other.participant_id for other in rooms.others(one)] == [TWO]
    rooms.leave(rooms.find(ROOM, ParticipantId("camera 0"), 1))
    rooms.attach(ROOM, device("one more"), 3)


def test_a_device_that_comes_again_replaces_itself_even_where_all_places_are_taken(rooms: Rooms) -> None:
    first = rooms.attach(ROOM, device("camera 0"), 3).seat
    for number in range(1, DEVICES):
        rooms.attach(ROOM, device(f"camera {number}"), 3)
    again = rooms.attach(ROOM, device("camera 0"), 3)
    assert again.replaced == first.peer
    assert (again.seat.number, again.seat.offer_number) == (2, 2)
    with pytest.raises(RelaySeatUnknown):
        rooms.find(ROOM, ParticipantId("camera 0"), 1)


def test_a_device_belongs_to_an_epoch_like_everybody(rooms: Rooms) -> None:
    with pytest.raises(RelayRoomOutdated):
        rooms.attach(ROOM, device("camera"), 2)
    seat = rooms.attach(ROOM, device("camera"), 3).seat
    assert rooms.open(ROOM, 4, NOW) == [seat]
    with pytest.raises(RelayRoomUnknown):
        rooms.attach(RoomId("elsewhere"), device("camera"), 3)
