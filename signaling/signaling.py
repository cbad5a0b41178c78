"""The parts of signaling put together for one process; server/assembly says with what.

Every process builds all of it. A web process calls `start`; the jobs process adds `watch.run` to its jobs and
speaks to pages through the Socket.IO manager.
"""

from dataclasses import dataclass

from core.bus import Bus
from core.clock import Clock
from core.database import Database
from core.grants import Signer
from core.http import Route
from core.sockets import SocketServer
from media.relays import Relays
from signaling import device_routes
from signaling.advice import Advice
from signaling.config import NO_TURN, SignalingConfig, TurnConfig
from signaling.device_news import DeviceNews
from signaling.devices import DeviceService
from signaling.entering import Entering, Neighbours
from signaling.gateway import CallGateway
from signaling.placement import Registry
from signaling.routes import routes
from signaling.seats import Seats
from signaling.service import CallService
from signaling.watch import MediaNews, Watch


@dataclass(frozen=True)
class House:
    """What the whole house shares."""

    database: Database
    bus: Bus
    clock: Clock
    signer: Signer


class Signaling:
    """Rooms and calls of this process."""

    def __init__(
        self,
        house: House,
        neighbours: Neighbours,
        config: SignalingConfig,
        server: SocketServer,
        turn: TurnConfig = NO_TURN,
        public_url: str = "",
    ) -> None:
        self._turn, self._public_url = turn, public_url
        relays = Relays(house.bus, config.relay_timeout_s)
        self.entering = Entering(house.database, house.clock, house.signer, neighbours, config)
        self.calls = CallService(house.database, house.clock, house.signer, relays, neighbours, config)
        self.seats = Seats(self.calls, turn)
        self.gateway = CallGateway(server, self.calls, self.seats, house.bus)
        self.device_news = DeviceNews(self.gateway, house.bus, house.clock)
        self.gateway.devices_of = self.device_news.of
        self.devices = DeviceService(self.calls, self.seats, turn, self.device_news.of)
        self.registry = Registry(house.database, house.bus, house.clock, config.relay_lease)
        self.news = MediaNews(self.calls, house.bus)
        self.advice = Advice(self.calls, self.gateway, house.bus)
        self.watch = Watch(self.calls, self.seats)

    def routes(self) -> list[Route]:
        """Every HTTP operation."""
        return [
            *routes(self.entering, self.calls, self._turn),
            *device_routes.routes(self.devices, self._public_url),
        ]

    async def start(self) -> None:
        """Listen to relays and note who is connected."""
        await self.registry.start()
        await self.news.start()
        await self.advice.start()
        await self.device_news.start()
        await self.gateway.start()

    async def close(self) -> None:
        await self.gateway.close()
        await self.device_news.close()
        await self.advice.close()
        await self.news.close()
        await self.registry.close()
