"""From a datagram to a peer with keys: ICE-lite checks and DTLS handshakes of all peers of one relay.

An address counts for a peer after an authentic check from it. The way down moves with the very first check,
by nomination, and with an authentic new media packet from elsewhere (the plane tells). A check can be sent
again from elsewhere by whoever has seen it, and so can a packet that was held back: either moves the way at
once, but is taken back unless the other confirms it in time. What a peer is to anybody else stands in
media/relay.py.
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
REMEMBERED_CHECKS = 64
CONFIRM_S = 6.0  # a browser checks a pair every 2.65 s (measured in Chromium): two of them may be lost


@dataclass
class Generation:
    """ICE credentials of one offer, and the fragment of the answer to it (RFC 8445 9)."""

    credentials: IceCredentials
    remote_ufrag: str | None = None


@dataclass(frozen=True)
class Move:
    """A move that is not confirmed yet: where the way went before, and when it moved.

    `by_check`: only media from there confirm it; else media have moved it, and a check does.
    """

    before: Address
    at: float
    by_check: bool


@dataclass
class Transport:
    """One peer's way to us. `heard_at`: its last authentic check, monotonic.

    `generations`: the newest last; the one before it stays until a check uses the newest. `checks`: the
    ids of the latest ones.
    """

    peer: PeerKey
    generations: list[Generation]
    dtls: DtlsSession
    heard_at: float
    answer: Answer | None = None
    move: Move | None = None
    address: Address | None = None
    addresses: list[Address] = field(default_factory=list)
    checks: dict[bytes, None] = field(default_factory=dict)
    keyed: bool = False
    handshake: asyncio.Task[None] | None = None

    @property
    def credentials(self) -> IceCredentials:
        """Of the newest offer."""
        return self.generations[-1].credentials


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
        transport = Transport(peer, [Generation(credentials)], dtls, self._monotonic())
        self._by_ufrag[credentials.ufrag] = transport
        return transport

    def restart(self, transport: Transport) -> IceCredentials:
        """New credentials for the next offer (ICE restart, RFC 8445 9); what flows goes on meanwhile."""
        while len(transport.generations) > 1:  # an offer that was never answered
            self._by_ufrag.pop(transport.generations.pop().credentials.ufrag, None)
        generation = Generation(IceCredentials.random())
        transport.generations.append(generation)
        self._by_ufrag[generation.credentials.ufrag] = transport
        return generation.credentials

    def accept(self, transport: Transport, answer: Answer) -> None:
        """Begin the handshake with what the answer says; after a restart it is over already."""
        transport.generations[-1].remote_ufrag = answer.ufrag
        first, transport.answer = transport.answer is None, answer
        if first:
            transport.handshake = asyncio.get_running_loop().create_task(self._handshake(transport, answer))

    def close(self, transport: Transport) -> None:
        """Forget it; the goodbye is sent in the background."""
        for generation in transport.generations:
            self._by_ufrag.pop(generation.credentials.ufrag, None)
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
        generation = next(g for g in transport.generations if g.credentials.ufrag == check.ufrag)
        if generation.remote_ufrag not in (None, check.remote_ufrag):
            self.counters["stun_unknown_user"] += 1
            return
        self._plane.send(check.answer, address)
        if check.accepted and self._is_new(transport, check.transaction_id):
            self._checked(transport, address, check.nominated)
            if generation is transport.generations[-1]:
                self._settled(transport)

    def dtls_received(self, data: bytes, address: Address) -> None:
        """Pass a handshake datagram to the peer whose checked address it came from."""
        transport = self._by_address.get(address)
        if transport is None:
            self.counters["dtls_unknown_address"] += 1
        elif not transport.dtls.received(data):
            self.counters["dtls_flood"] += 1

    def moved(self, transport: Transport, address: Address) -> None:
        """Media came from there: the plane has moved the way down, if it was elsewhere."""
        move = transport.move
        if move is not None and move.by_check and transport.address == address:
            transport.move = None
        else:
            before = move.before if move is not None else transport.address
            if before is not None:
                transport.move = Move(before, self._monotonic(), by_check=False)
            self.counters["address_moved"] += 1
            transport.address = address
        if self._by_address.get(address) is not transport:
            self._learn_address(transport, address)

    def take_back(self, transport: Transport, now: float, heard_at: float) -> None:
        """Undo a move that nothing has confirmed in time. `heard_at`: when the peer's media last came, from
        anywhere: who has sent none since a check moved them may still be there."""
        move = transport.move
        if move is None or now < move.at + CONFIRM_S or (move.by_check and heard_at <= move.at):
            return
        transport.move = None
        self.counters["address_taken_back"] += 1
        if transport.address is not None:
            self._forget_address(transport, transport.address)
        transport.address = move.before
        self._plane.set_address(transport.peer, move.before)

    def connection_closed(self, address: Address) -> None:
        """A TCP connection is gone; the way down goes where the peer is heard next."""
        transport = self._by_address.get(address)
        if transport is not None:
            self._forget_address(transport, address)

    def _password(self, ufrag: str) -> str | None:
        transport = self._by_ufrag.get(ufrag)
        if transport is None:
            return None
        credentials = (generation.credentials for generation in transport.generations)
        return next(found.password for found in credentials if found.ufrag == ufrag)

    def _settled(self, transport: Transport) -> None:
        """A check uses the newest credentials: the ones before are of no use any more."""
        for old in transport.generations[:-1]:
            self._by_ufrag.pop(old.credentials.ufrag, None)
        del transport.generations[:-1]

    def _is_new(self, transport: Transport, transaction_id: bytes) -> bool:
        """Whether nobody has sent this check before, from wherever; a repeated one is answered, no more."""
        if transaction_id in transport.checks:
            self.counters["stun_repeated"] += 1
            return False
        transport.checks[transaction_id] = None
        if len(transport.checks) > REMEMBERED_CHECKS:
            del transport.checks[next(iter(transport.checks))]
        return True

    def _is_anothers(self, transport: Transport, address: Address) -> bool:
        """Whether somebody else is there, and is heard: a sender's address is easily given falsely."""
        owner = self._by_address.get(address)
        if owner is None or owner is transport or owner.address != address:
            return False
        stats = self._plane.peer_stats(owner.peer)
        heard_at = owner.heard_at if stats is None else max(owner.heard_at, stats.heard_at)
        return self._monotonic() - heard_at < CONFIRM_S

    def _checked(self, transport: Transport, address: Address, nominated: bool) -> None:
        if self._is_anothers(transport, address):
            self.counters["stun_address_taken"] += 1
            return
        transport.heard_at = self._monotonic()
        move = transport.move
        if move is not None and not move.by_check and address == transport.address:
            transport.move = None
        if self._by_address.get(address) is not transport:
            self._learn_address(transport, address)
        if transport.address is None or transport.address not in transport.addresses:
            transport.address, transport.move = address, None
            if transport.keyed:
                self._plane.set_address(transport.peer, address)
        elif nominated and transport.address != address:
            self._follow(transport, transport.address, address)

    def _follow(self, transport: Transport, current: Address, address: Address) -> None:
        """A nomination moves the way; back to where it was before at once, elsewhere on trial."""
        move, transport.address, transport.move = transport.move, address, None
        if not transport.keyed:
            return
        if move is not None and move.by_check:
            self._plane.allow_address(transport.peer, current)
        before = move.before if move is not None else current
        if before == address:
            self._plane.set_address(transport.peer, address)
        else:
            transport.move = Move(before, self._monotonic(), by_check=True)
            self._plane.try_address(transport.peer, address)

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
