"""One peer connection of the load generator: real ICE checks, real DTLS-SRTP, and then sockets for the load.

Connecting is asyncio's; afterwards the socket is free for bench/relay/load.py. Not here: who it talks to.
"""

import asyncio
import os
import secrets
import socket
from dataclasses import dataclass, field
from itertools import count

from aioice import stun
from pylibsrtp import Policy, Session

from bench.relay.description import ANSWERS, EXTENSIONS, TRANSPORT_CC, Description, Line
from media.dtls import Certificate, DtlsSession, Role

HOST = os.environ.get("TODOKU_BENCH_HOST", "127.0.0.1")  # another in a network of its own, see network.py
RECEIVE_BUFFER_BYTES = 1 << 20
CHECK_EVERY_S = 0.05
SRTP = {
    "SRTP_AEAD_AES_128_GCM": Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    "SRTP_AEAD_AES_256_GCM": Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    "SRTP_AES128_CM_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}
CONNECT_S = 20.0
_ssrcs = count(secrets.randbits(20) << 8)


@dataclass
class Peer:
    """`sends` is by kind; `transport_cc`: its id where the other side sends such numbers to us."""

    certificate: Certificate
    sends: dict[str, Line] = field(default_factory=dict)
    transport_cc: int | None = None
    inbound: Session = field(init=False)
    outbound: Session = field(init=False)
    remote: Description = field(init=False)
    profile: str = ""

    def __post_init__(self) -> None:
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(12)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self.sock.bind((HOST, 0))
        self._checked = asyncio.Event()
        self._dtls: DtlsSession | None = None

    def describe(self, setup: str, lines: tuple[Line, ...]) -> Description:
        return Description(
            self.ufrag, self.password, self.certificate.sha256(), setup, lines, self.sock.getsockname()
        )

    def offer(self) -> Description:
        """Of somebody who sends a voice and a picture."""
        self.sends = {kind: self._sending(str(at), kind) for at, kind in enumerate(("audio", "video"))}
        return self.describe("actpass", tuple(self.sends.values()))

    def answer(self, offer: Description, publishes: bool = True, watches: bool = True) -> Description:
        """Take what is offered; send on the first line of each kind that is asked for."""
        lines = []
        for line in offer.lines:
            if line.direction == "recvonly" and publishes and line.kind not in self.sends:
                self.sends[line.kind] = self._sending(line.mid, line.kind, line.extensions)
                lines.append(self.sends[line.kind])
                continue
            takes = watches and line.direction == "sendonly"
            known = EXTENSIONS[line.kind]
            extensions = {uri: number for uri, number in line.extensions.items() if uri in known}
            lines.append(Line(line.mid, line.kind, "recvonly" if takes else "inactive", extensions))
            if takes:
                self.transport_cc = extensions.get(TRANSPORT_CC, self.transport_cc)
        return self.describe("active", tuple(lines))

    def _sending(self, mid: str, kind: str, offered: dict[str, int] | None = None) -> Line:
        known = EXTENSIONS[kind]
        extensions = known if offered is None else {u: n for u, n in offered.items() if u in known}
        ssrcs = tuple(next(_ssrcs) for _ in range(1 if kind == "audio" else 2))
        return Line(mid, kind, ANSWERS["recvonly"], extensions, ssrcs)

    async def connect(self, remote: Description) -> None:
        """Check, shake hands, take the keys. Raises TimeoutError, ConnectionError."""
        self.remote = remote
        role: Role = "server" if remote.setup == "active" else "client"
        loop = asyncio.get_running_loop()
        self._dtls = DtlsSession(self.certificate, self.send, role=role)
        loop.add_reader(self.sock.fileno(), self._readable)
        checking = asyncio.create_task(self._check_on())
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._checked.wait()
                keys = await self._dtls.handshake((("sha-256", remote.fingerprint),))
        finally:
            checking.cancel()
            loop.remove_reader(self.sock.fileno())
        if keys is None:
            raise ConnectionError("the DTLS handshake failed")
        self.profile = keys.profile
        self.inbound = Session(Policy(keys.inbound, Policy.SSRC_ANY_INBOUND, srtp_profile=SRTP[keys.profile]))
        self.outbound = Session(
            Policy(keys.outbound, Policy.SSRC_ANY_OUTBOUND, srtp_profile=SRTP[keys.profile])
        )

    async def _check_on(self) -> None:
        """As browsers do, until there is more to send: the first may come before the other side is ready."""
        while True:
            self.send(self.check())
            await asyncio.sleep(CHECK_EVERY_S)

    def check(self) -> bytes:
        """A connectivity check that nominates."""
        message = stun.Message(
            stun.Method.BINDING,
            stun.Class.REQUEST,
            attributes={
                "USERNAME": f"{self.remote.ufrag}:{self.ufrag}",
                "ICE-CONTROLLING": int.from_bytes(os.urandom(8), "big"),
                "PRIORITY": 1853824767,
                "USE-CANDIDATE": None,
            },
        )
        message.add_message_integrity(self.remote.password.encode())
        return bytes(message)

    def stun_received(self, data: bytes) -> None:
        """Note that we were answered; answer (libnice checks too, whatever it says of ICE-lite)."""
        message = stun.parse_message(data)
        if message.message_class == stun.Class.RESPONSE:
            self._checked.set()
        elif message.message_class == stun.Class.REQUEST:
            mapped = {"XOR-MAPPED-ADDRESS": self.remote.address}
            answer = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, message.transaction_id, mapped)
            answer.add_message_integrity(self.password.encode())
            self.send(bytes(answer))

    def send(self, data: bytes) -> None:
        self.sock.sendto(data, self.remote.address)

    def _readable(self) -> None:
        while True:
            try:
                data = self.sock.recv(2048)
            except BlockingIOError:
                return
            if data[0] < 4:
                self.stun_received(data)
            elif data[0] < 64 and self._dtls is not None:
                self._dtls.received(data)

    async def close(self) -> None:
        """Say goodbye."""
        if self._dtls is not None:
            await self._dtls.close()
        self.sock.close()
