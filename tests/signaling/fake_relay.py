"""A relay without packets: real seats, invented descriptions, messages that can get lost."""

import asyncio
from collections.abc import Callable
from typing import Any

from core.ids import ParticipantId, RelayId, RoomId
from media.errors import RelayFull
from media.model import (
    EventName,
    Notice,
    Offer,
    PageReport,
    ParticipantStats,
    RelayEvent,
    RelayStats,
    RoomStats,
    Shape,
    Track,
)
from media.relay_server import RelayServer
from media.room import Rooms, Seat
from tests.signaling.fake_devices import FakeDevices


class FakeRelay:
    """media.relay.Relay without a network: real seats, invented descriptions."""

    def __init__(self, relay_id: str, max_participants: int) -> None:
        self.relay_id = RelayId(relay_id)
        self.rooms = Rooms()
        self.draining = False
        self.max_participants = max_participants
        self.answers: list[tuple[ParticipantId, int, str]] = []
        self.media: dict[tuple[RoomId, ParticipantId], str] = {}
        self.devices = FakeDevices(self.rooms, self.media)
        self.on_event: Callable[[RelayEvent], None] = lambda event: None
        self.on_notice: Callable[[Notice], None] = lambda notice: None
        self.over_tcp: list[bool] = []  # of each seat asked for
        self.reports: list[tuple[RoomId, ParticipantId, PageReport]] = []

    @property
    def load(self) -> int:
        return sum(len(room.seats) for room in self.rooms.rooms.values())

    def open_room(self, room_id: RoomId, epoch: int, shape: Shape = "consultation") -> None:
        self.rooms.open(room_id, epoch, 0.0, shape)

    def close_room(self, room_id: RoomId, epoch: int) -> None:
        self.rooms.close(room_id, epoch, 0.0)

    def join(
        self, room_id: RoomId, participant_id: ParticipantId, epoch: int, seat: int, tcp: bool = False
    ) -> Offer:
        self.over_tcp.append(tcp)
        if participant_id not in self.rooms.known(room_id) and self.load >= self.max_participants:
            raise RelayFull
        taken = self.rooms.take(room_id, participant_id, epoch, seat).seat
        self.media[room_id, participant_id] = "joining"
        return self._offer(taken)

    def offer(
        self,
        room_id: RoomId,
        participant_id: ParticipantId,
        seat: int,
        restart: bool = False,
    ) -> Offer:
        found = self.rooms.find(room_id, participant_id, seat)
        return self._offer(self.rooms.renewed(found) if restart else found)

    def _offer(self, seat: Seat) -> Offer:
        tracks = (Track("0", seat.participant_id, "audio"), Track("2", None, "audio"))
        return Offer(seat.offer_number, f"v=0\r\no=- {self.relay_id}-{seat.peer} 1\r\n", tracks)

    def answer(
        self, room_id: RoomId, participant_id: ParticipantId, seat: int, number: int, sdp: str
    ) -> None:
        self.rooms.answered(room_id, participant_id, seat, number)
        self.answers.append((participant_id, number, sdp))

    def leave(self, room_id: RoomId, participant_id: ParticipantId, seat: int) -> None:
        self.rooms.leave(self.rooms.find(room_id, participant_id, seat))

    def page_says(self, room_id: RoomId, participant_id: ParticipantId, report: PageReport) -> None:
        self.reports.append((room_id, participant_id, report))

    def stats(self) -> RelayStats:
        rooms = tuple(
            RoomStats(room.room_id, tuple(self._stats(room.room_id, seat) for seat in room.seats.values()))
            for room in self.rooms.rooms.values()
        )
        return RelayStats(self.relay_id, rooms, {})

    def _stats(self, room_id: RoomId, seat: Seat) -> ParticipantStats:
        state: Any = self.media[room_id, seat.participant_id]
        purpose = seat.device.purpose if seat.device is not None else None
        return ParticipantStats(
            seat.participant_id,
            seat.number,
            state,
            "udp",
            500_000,
            400_000,
            0.5,
            None,
            20.0,
            9,
            9,
            device=purpose,
        )

    def tell(self, room_id: str, participant_id: str, event: EventName) -> None:
        """Something happens to the media of somebody's seat."""
        seat = self.rooms.rooms[RoomId(room_id)].seats[ParticipantId(participant_id)]
        if event == "disconnected":
            self.rooms.leave(seat)
        else:
            self.media[seat.room_id, seat.participant_id] = event
        self.on_event(RelayEvent(seat.room_id, seat.participant_id, seat.number, event))

    def notice(self, room_id: str, participant_id: str, **what: Any) -> None:
        """The page of somebody's present seat should know something."""
        seat = self.rooms.rooms[RoomId(room_id)].seats[ParticipantId(participant_id)]
        self.on_notice(Notice(seat.room_id, seat.participant_id, seat.number, **what))


class FakeRelayServer(RelayServer):
    """A relay's side of the bus that loses messages: one of each method named in `lost`; all when dead."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.lost: list[str] = []
        self.dead = False

    async def _serve(self, message: dict[str, Any]) -> dict[str, Any]:
        if message["method"] in self.lost:
            self.lost.remove(message["method"])
            await asyncio.Event().wait()
        if self.dead:
            await asyncio.Event().wait()
        return await super()._serve(message)

    async def _publish(self, topic: str, payload: dict[str, Any]) -> None:
        if not self.dead:
            await super()._publish(topic, payload)
