"""From a datagram to a peer with keys: ICE-lite checks and DTLS handshakes of all peers of one relay.

An address counts for a peer only after an authentic check from it; the way down moves only by nomination,
or with the very first check. What a peer is to anybody else stands in media/relay.py.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from media.dtls import Certificate, DtlsSession
from media.ice import IceCredentials, Ignored, read_check
from media.plane import Address, PeerKey, Plane, SrtpKeys
from media.sdp import Answer

MAX_ADDRESSES = 8  # candidate pairs of one browser that stay usable


@dataclass
class Transport:
    """One peer's way to us. `heard_at`: its last authentic check, monotonic."""

    peer: PeerKey
    credentials: IceCredentials
    dtls: DtlsSession
    heard_at: float
    answer: Answer | None = None
    address: Address | None = None
    addresses: list[Address] = field(default_factory=list)
    keyed: bool = False
    handshake: asyncio.Task[None] | None = None


class Transports:
    """All of them, found by username fragment and by address."""

    def __init__(
        self,
        plane: Plane,
        monotonic: Callable[[], float],
        on_keys: Callable[[Transport, SrtpKeys, Address], None],
        on_lost: Callable[[PeerKey], None],
    ) -> None:
        self._plane = plane
        self._monotonic = monotonic
        self._on_keys, self._on_lost = on_keys, on_lost
        self._certificate = Certificate.generateCertificate()
        self._by_ufrag: dict[str, Transport] = {}
        self._by_address: dict[Address, Transport] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self.counters: Counter[str] = Counter()
        self.fingerprint = self._certificate.sha256()

    def open(self, peer: PeerKey) -> Transport:
        """A new peer's transport."""
        credentials = IceCredentials.random()

        def send(data: bytes) -> None:
            if transport.address is not None:
                self._plane.send(data, transport.address)

        dtls = DtlsSession(self._certificate, send, on_closed=lambda: self._on_lost(peer))
        transport = Transport(peer, credentials, dtls, self._monotonic())
        self._by_ufrag[credentials.ufrag] = transport
        return transport

    def accept(self, transport: Transport, answer: Answer) -> None:
        """Begin the handshake with what the answer says."""
        transport.answer = answer
        transport.handshake = asyncio.get_running_loop().create_task(self._handshake(transport, answer))

    def close(self, transport: Transport) -> None:
        """Forget it; the goodbye is sent in the background."""
        self._by_ufrag.pop(transport.credentials.ufrag, None)
        for address in transport.addresses:
            self._forget_address(transport, address)
        task = asyncio.get_running_loop().create_task(transport.dtls.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def closed(self) -> None:
        """Wait until every goodbye is said."""
        await asyncio.gather(*self._closing)

    def stun_received(self, data: bytes, address: Address) -> None:
        """Answer a check; learn the address it came from."""
        check = read_check(data, address, self._password)
        if isinstance(check, Ignored):
            self.counters[check.reason] += 1
            return
        transport = self._by_ufrag[check.ufrag]
        if transport.answer is not None and transport.answer.ufrag != check.remote_ufrag:
            self.counters["stun_unknown_user"] += 1
            return
        self._plane.send(check.answer, address)
        if check.accepted:
            self._checked(transport, address, check.nominated)

    def dtls_received(self, data: bytes, address: Address) -> None:
        """Pass a handshake datagram to the peer whose checked address it came from."""
        transport = self._by_address.get(address)
        if transport is None:
            self.counters["dtls_unknown_address"] += 1
        elif not transport.dtls.received(data):
            self.counters["dtls_flood"] += 1

    def _password(self, ufrag: str) -> str | None:
        transport = self._by_ufrag.get(ufrag)
        return transport.credentials.password if transport is not None else None

    def _checked(self, transport: Transport, address: Address, nominated: bool) -> None:
        transport.heard_at = self._monotonic()
        if self._by_address.get(address) is not transport:
            self._learn_address(transport, address)
        if transport.address is None or (nominated and transport.address != address):
            transport.address = address
            if transport.keyed:
                self._plane.set_address(transport.peer, address)

    def _learn_address(self, transport: Transport, address: Address) -> None:
        self._by_address[address] = transport
        transport.addresses.append(address)
        if len(transport.addresses) > MAX_ADDRESSES:
            self._forget_address(transport, next(a for a in transport.addresses if a != transport.address))
        if transport.keyed:
            self._plane.allow_address(transport.peer, address)

    def _forget_address(self, transport: Transport, address: Address) -> None:
        transport.addresses = [known for known in transport.addresses if known != address]
        if self._by_address.get(address) is transport:
            del self._by_address[address]

    async def _handshake(self, transport: Transport, answer: Answer) -> None:
        keys = await transport.dtls.handshake(answer.fingerprints)
        if keys is None or transport.address is None:
            self.counters["dtls_failed"] += 1
            self._on_lost(transport.peer)
            return
        transport.keyed = True
        transport.heard_at = self._monotonic()
        self._on_keys(transport, keys, transport.address)
        for address in transport.addresses:
            self._plane.allow_address(transport.peer, address)
