"""The Socket.IO edge of a call: validates, calls a use-case, emits. It decides nothing and remembers nothing
but which connections this process holds.

Who has a participant's place stands in the row (`connection_id`), so any web process can speak to any page,
and a connection that lost its place without hearing of it is found by the next heartbeat.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence

import structlog
from aiohttp import web
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from core.allowance import Allowance
from core.bus import Bus
from core.errors import TodokuError, Unauthenticated
from core.ids import RoomId
from core.sockets import Handler, Namespace, SocketServer, serve
from media.relays import QUALITY_TOPIC
from signaling import protocol as p
from signaling import room as rules
from signaling import store
from signaling.seats import Seats
from signaling.service import CallService, Member

FIGURES_PER_S, FIGURES_AT_ONCE = 2.0, 10.0  # a page sends one in two seconds, and one when it is hidden

log = structlog.get_logger()


class CallGateway:
    """Namespace /call on `server`; also the Notices of the call service."""

    def __init__(self, server: SocketServer, calls: CallService, seats: Seats, bus: Bus) -> None:
        self._server, self._calls, self._seats, self._bus = server, calls, seats, bus
        self._mine: dict[str, Member] = {}  # this process's own connections
        self._figures: dict[str, Allowance] = {}  # how many reports they may still send
        self._quiet: dict[
            str, float
        ] = {}  # those of them that give no sign of life, and for how many seconds
        self._telling = asyncio.Lock()  # snapshots leave in the order they were read
        self._tasks: set[asyncio.Task[None]] = set()
        self.devices_of: Callable[[str], Sequence[p.DeviceThere]] = lambda room_id: ()
        calls.notices = self
        handlers: dict[str, Handler] = {
            "join": self._join,
            "answer": self._answer,
            "resync": self._resync,
            "admit": self._admit,
            "media": self._media,
            "quality": self._quality,
            "leave": self._leave,
        }
        events = {name: (p.FROM_CLIENT[name][0], handler) for name, handler in handlers.items()}
        serve(server, Namespace(p.NAMESPACE, p.Auth, self._connect, self._disconnect, events))

    async def start(self) -> None:
        """Begin the heartbeat."""
        self._spawn(self._beat_for_ever())

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def connections(self) -> int:
        """How many pages are connected to this process."""
        return len(self._mine)

    # From the pages.

    async def _connect(self, sid: str, _request: web.Request, auth: p.Auth) -> None:
        member = await self._calls.connect(auth.grant, auth.tab_id, sid)
        self._mine[sid] = member
        self._spawn(self._welcome(member))  # after the page has been told that it is connected

    async def _disconnect(self, sid: str) -> None:
        member = self._mine.pop(sid, None)
        self._figures.pop(sid, None)
        if member is not None:  # whether somebody is gone is told by their silence (room.absence)
            await self._calls.disconnect(member, self._server.quiet_s(sid, p.NAMESPACE))

    async def _join(self, sid: str, message: p.Join) -> BaseModel:
        state, offer = await self._seats.join(self._member(sid), message.grant, message.tcp)
        await self.offered(sid, offer)
        return p.JoinAck(state=state, offer=offer)

    async def _answer(self, sid: str, message: p.Answer) -> None:
        await self._seats.answer(self._member(sid), message.offer, message.sdp)

    async def _resync(self, sid: str, message: p.Resync) -> BaseModel:
        state, offer = await self._seats.resync(self._member(sid), message.restart)
        await self._emit("state", state, sid)
        if offer is not None:
            await self.offered(sid, offer)
        return p.ResyncAck(state=state, offer=offer)

    async def _admit(self, sid: str, message: p.Admit) -> None:
        await self._calls.admit(self._member(sid), message.participant_id)

    async def _media(self, sid: str, message: p.MediaShown) -> None:
        await self._calls.show(self._member(sid), message.microphone, message.camera)

    async def _quality(self, sid: str, message: p.Quality) -> None:
        """Every relay hears it: of one that sends too many, some are left out; the next says it all again."""
        member = self._member(sid)
        allowance = self._figures.setdefault(sid, Allowance(FIGURES_PER_S, FIGURES_AT_ONCE))
        if not allowance.take(1, self._calls.clock.monotonic()):
            return
        figures = {
            "room_id": member.room_id,
            "participant_id": member.participant_id,
            **message.model_dump(exclude_none=True),
        }
        with contextlib.suppress(TodokuError):  # figures are worth no error
            await self._bus.publish(QUALITY_TOPIC, figures)

    async def _leave(self, sid: str, _message: p.Leave) -> None:
        await self._calls.leave(self._member(sid))

    def _member(self, sid: str) -> Member:
        member = self._mine.get(sid)
        if member is None:
            raise Unauthenticated
        return member

    # To the pages (service.Notices).

    async def changed(self, room_id: RoomId) -> None:
        async with self._telling:
            with contextlib.suppress(TodokuError):
                call = await self._calls.load(room_id)
                for person in call.people:
                    if person.connection_id is not None:
                        await self._emit("state", p.state_of(call, person), person.connection_id)

    async def admitted(self, connection_id: str, grant: str) -> None:
        await self._emit("admitted", p.Admitted(grant=grant), connection_id)

    async def offered(self, connection_id: str, offer: p.OfferMessage) -> None:
        await self._emit("offer", offer, connection_id)

    async def replaced(self, connection_id: str) -> None:
        await self._emit("replaced", p.Replaced(), connection_id)
        self._mine.pop(connection_id, None)
        self._figures.pop(connection_id, None)
        await self._server.disconnect(connection_id, namespace=p.NAMESPACE)

    async def ended(self, call: rules.Call) -> None:
        for person in call.people:
            if person.connection_id is not None:
                await self._emit("ended", p.ended_of(call), person.connection_id)

    def mine(self, room_id: str, participant_id: str) -> list[str]:
        """This process's own connections of somebody."""
        wanted = (room_id, participant_id)
        return [sid for sid, one in self._mine.items() if (one.room_id, one.participant_id) == wanted]

    async def devices_are(self, room_id: RoomId, devices: p.DevicesMessage) -> None:
        """Which devices are in a room, to this process's own connections there."""
        for sid in [sid for sid, one in self._mine.items() if one.room_id == room_id]:
            await self._emit("devices", devices, sid)

    async def _welcome(self, member: Member) -> None:
        await self.changed(member.room_id)
        devices = self.devices_of(member.room_id)
        if devices:
            message = p.DevicesMessage(devices=list(devices))
            await self._emit("devices", message, member.connection_id)

    async def advised(self, connection_id: str, advice: p.OneWayMedia | p.RatingMessage | p.Repair) -> None:
        """Something a relay has noticed, to the page it is about."""
        await self._emit(p.EVENT_OF[type(advice)], advice, connection_id)

    async def _emit(self, event: str, message: BaseModel, connection_id: str) -> None:
        payload = message.model_dump(mode="json")
        await self._server.emit(event, payload, to=connection_id, namespace=p.NAMESPACE)

    # Presence.

    async def beat(self) -> None:
        """Note who is here, and who falls quiet or answers again; hang up on who has lost their place."""
        here: Mapping[str, Member] = dict(self._mine)
        before, quiet = self._quiet, self._quiet_ones(here)
        self._quiet = quiet
        if not here:
            return
        now, lively = self._calls.clock.now(), [sid for sid in here if sid not in quiet]

        async def note(connection: AsyncConnection) -> set[str]:
            await store.seen(connection, lively, now)
            return await store.held_connections(connection, list(here))

        held = await self._calls.database.transact(note)
        for sid in here.keys() & self._mine.keys() - held:
            await self.replaced(sid)
        for sid in held & (before.keys() ^ quiet.keys()):
            await self._calls.heard(here[sid], quiet.get(sid, 0.0))

    def _quiet_ones(self, sids: Iterable[str]) -> dict[str, float]:
        quiet = {sid: self._server.quiet_s(sid, p.NAMESPACE) for sid in sids}
        return {sid: quiet_s for sid, quiet_s in quiet.items() if quiet_s > 0}

    async def _beat_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._calls.config.heartbeat_s)
            try:
                await self.beat()
            except Exception:  # the database may be away for a moment; the heart goes on
                log.exception("heartbeat_failed")

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
