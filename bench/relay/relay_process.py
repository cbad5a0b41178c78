"""The measured relay: media.relay.Relay on uvloop, told what to do by lines of JSON over TCP.

Prints its signalling port. `wire` connects people of different rooms by the plane alone: a room has two
places today, so that one person seen by thirty is put together here. Ends on SIGTERM.
"""

import asyncio
import json
import logging
import signal
from collections.abc import Callable
from itertools import count
from typing import Any

import structlog
import uvloop

from bench.relay.peer import HOST
from core.clock import SystemClock
from core.ids import ParticipantId, RoomId
from media.config import MediaConfig
from media.plane import Sink
from media.relay import Relay

TYPES = {"audio": {111: 111}, "video": {96: 96, 97: 97}}


class Service:
    """Calls of one connection after the other, as the bus would bring them."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._offers: dict[tuple[str, str], int] = {}
        self._ssrcs = count(1 << 31)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            request = json.loads(line)
            room, name = RoomId(request["room"]), ParticipantId(request["name"])
            writer.write(json.dumps(METHODS[request["do"]](self, room, name, request)).encode() + b"\n")
        writer.close()

    def join(self, room: RoomId, name: ParticipantId, request: dict[str, Any]) -> dict[str, Any]:
        self._relay.open_room(room, 1)
        offer = self._relay.join(room, name, 1, 1)
        self._offers[room, name] = offer.number
        return {"sdp": offer.sdp}

    def answer(self, room: RoomId, name: ParticipantId, request: dict[str, Any]) -> dict[str, Any]:
        self._relay.answer(room, name, 1, self._offers[room, name], request["sdp"])
        return {}

    def wire(self, room: RoomId, name: ParticipantId, request: dict[str, Any]) -> dict[str, Any]:
        plane, rooms = self._relay._plane, self._relay._rooms
        viewer = rooms.find(room, name, 1).peer
        for other_room, other_name in request["others"]:
            publisher = rooms.find(RoomId(other_room), ParticipantId(other_name), 1).peer
            for source in plane.stats().peers[publisher].sources:
                sink = Sink(next(self._ssrcs), None, source.kind, TYPES[source.kind])
                plane.add_sink(viewer, sink)
                plane.connect(publisher, source.ssrc, viewer, sink.ssrc)
        return {}


Method = Callable[[Service, RoomId, ParticipantId, dict[str, Any]], dict[str, Any]]
METHODS: dict[str, Method] = {"join": Service.join, "answer": Service.answer, "wire": Service.wire}


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    relay, stop = (
        Relay(MediaConfig(udp_host=HOST, udp_port=0, max_participants=1000), SystemClock()),
        asyncio.Event(),
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await relay.start()
    server = await asyncio.start_server(Service(relay).serve, HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stop.wait()
    server.close()
    await relay.close()


if __name__ == "__main__":
    uvloop.run(main())
