"""DTLS-SRTP for one peer, on aiortc's RTCDtlsTransport. The only file that touches aiortc's private names.

The transport is given a small object that looks like its ICE transport: DTLS datagrams in, datagrams out.
Media never passes here: after the handshake the keys are exported for the plane. One certificate and one
SSL context per process, so a handshake costs half a millisecond. tests/media/test_dtls.py pins every name
used: an upgrade of aiortc fails there first.
"""

import asyncio
from collections.abc import Callable
from typing import Literal

from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_PROFILES,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    SRTPProtectionProfile,
)
from OpenSSL import SSL

from media.plane import SrtpKeys

EXPORTER = b"EXTRACTOR-dtls_srtp"  # RFC 5764 section 4.2
HANDSHAKE_S = 30  # a page that only checks and never shakes hands keeps no seat
MAX_WAITING_DATAGRAMS = 16  # a ClientHello may come before the answer; more is a flood

# Cheapest first (relay.md section 3); the server's order decides.
PROFILES = sorted(SRTP_PROFILES, key=lambda profile: profile is not SRTP_AEAD_AES_128_GCM)

Role = Literal["server", "client"]


class Certificate(RTCCertificate):
    """A certificate whose SSL context is made once and shared by every connection."""

    _context: SSL.Context | None = None

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
        return self._context

    def sha256(self) -> str:
        """The fingerprint as SDP writes it: AB:CD:..."""
        return next(f.value for f in self.getFingerprints() if f.algorithm == "sha-256")


class _Wire:
    """What RTCDtlsTransport needs of an RTCIceTransport."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._out = send

    async def _recv(self) -> bytes:
        data = await self.waiting.get()
        if data is None:
            raise ConnectionError
        return data

    async def _send(self, data: bytes) -> None:
        self._out(data)


class DtlsSession:
    """One handshake and what follows it. `send` takes datagrams to the peer.

    `on_closed` is called once when the peer ends the session, not after `close`.
    """

    def __init__(
        self,
        certificate: Certificate,
        send: Callable[[bytes], None],
        on_closed: Callable[[], None] = lambda: None,
        role: Role = "server",
    ) -> None:
        self._wire = _Wire(send)
        self._role = role
        self._on_closed = on_closed
        self._closing = False
        self._transport = RTCDtlsTransport(self._wire, [certificate])  # type: ignore[arg-type]
        self._transport._srtp_profiles = PROFILES
        self._transport._set_role(role)
        self._transport.on("statechange", self._state_changed)

    def received(self, data: bytes) -> bool:
        """Take a DTLS datagram; False when it was dropped because too many wait."""
        if self._wire.waiting.qsize() >= MAX_WAITING_DATAGRAMS:
            return False
        self._wire.waiting.put_nowait(data)
        return True

    async def handshake(self, fingerprints: tuple[tuple[str, str], ...]) -> SrtpKeys | None:
        """Run it to its end; the keys, or None when it failed or the certificate is not the announced one."""
        parameters = RTCDtlsParameters([RTCDtlsFingerprint(a, v) for a, v in fingerprints])
        try:
            async with asyncio.timeout(HANDSHAKE_S):
                await self._transport.start(parameters)
        except (TimeoutError, SSL.Error):  # OpenSSL gives up after its last retransmission
            return None
        connection = self._transport._ssl
        if self._transport.state != "connected" or connection is None:
            return None
        return self._keys(connection)

    async def close(self) -> None:
        """Say goodbye and stop."""
        self._closing = True
        await self._transport.stop()
        self._wire.waiting.put_nowait(None)

    def _keys(self, connection: SSL.Connection) -> SrtpKeys:
        name = connection.get_selected_srtp_profile()
        profile = next(p for p in PROFILES if p.openssl_profile == name)
        material = connection.export_keying_material(EXPORTER, 2 * (profile.key_length + profile.salt_length))
        # RFC 5764 4.2: the client writes with the first key, the server with the second.
        by_client, by_server = profile.get_key_and_salt(material, 0), profile.get_key_and_salt(material, 1)
        inbound, outbound = (by_client, by_server) if self._role == "server" else (by_server, by_client)
        return SrtpKeys(name.decode(), inbound, outbound)

    def _state_changed(self) -> None:
        if self._transport.state == "closed" and not self._closing:
            self._on_closed()
