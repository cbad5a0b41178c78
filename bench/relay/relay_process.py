"""The measured relay: media.relay.Relay on uvloop, told what to do by lines of JSON over TCP.

Prints its signalling port; ends on SIGTERM.
"""

import asyncio
import contextlib
import json
import logging
import signal
from collections.abc import Callable
from typing import Any

import structlog
import uvloop

from bench.relay.peer import HOST
from bench.relay.subjects import WORKSHOP
from core import collector
from core.clock import SystemClock
from core.ids import ParticipantId, RoomId
from media.config import MediaConfig
from media.relay import Relay


class Service:
    """Calls of one connection after the other, as the bus would bring them."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._offers: dict[tuple[str, str], int] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # the end may come while it is still open
            while line := await reader.readline():
                request = json.loads(line)
                room, name = RoomId(str(request["room"])), ParticipantId(request["name"])
                answer = METHODS[request["do"]](self, room, name, request)
                writer.write(json.dumps(answer).encode() + b"\n")
        writer.close()

    def join(self, room: RoomId, name: ParticipantId, request: dict[str, Any]) -> dict[str, Any]:
        self._relay.open_room(room, 1, "workshop" if request["room"] == WORKSHOP else "consultation")
        offer = self._relay.join(room, name, 1, 1)
        self._offers[room, name] = offer.number
        return {"sdp": offer.sdp}

    def answer(self, room: RoomId, name: ParticipantId, request: dict[str, Any]) -> dict[str, Any]:
        self._relay.answer(room, name, 1, self._offers[room, name], request["sdp"])
        return {}


Method = Callable[[Service, RoomId, ParticipantId, dict[str, Any]], dict[str, Any]]
METHODS: dict[str, Method] = {"join": Service.join, "answer": Service.answer}


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    stop = asyncio.Event()
    relay = Relay(MediaConfig(udp_host=HOST, udp_port=0, max_participants=1000), SystemClock())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await relay.start()
    collector.settle()  # as server/serving.py does
    server = await asyncio.start_server(Service(relay).serve, HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stop.wait()
    server.close()
    await relay.close()


if __name__ == "__main__":
    uvloop.run(main())
