"""aiortc's private names that media/dtls.py stands on, pinned; and the handshake's own rules.

If the first test fails after an upgrade of aiortc, look at media/dtls.py and nowhere else.
"""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport, SRTPProtectionProfile

from media.dtls import PROFILES, Certificate, DtlsSession

PINNED: dict[Callable[..., Any], str] = {
    RTCDtlsTransport.__init__: "(self, transport, certificates)",
    RTCDtlsTransport._set_role: "(self, role)",
    RTCDtlsTransport.start: "(self, remoteParameters)",
    RTCDtlsTransport.stop: "(self)",
    RTCCertificate._create_ssl_context: "(self, srtp_profiles)",
    RTCCertificate.getFingerprints: "(self)",
    SRTPProtectionProfile.get_key_and_salt: "(self, src, idx)",
}


def test_the_private_names_of_aiortc_are_as_we_know_them() -> None:
    for function, expected in PINNED.items():
        assert f"({', '.join(inspect.signature(function).parameters)})" == expected, function
    transport = RTCDtlsTransport(object(), [Certificate.generateCertificate()])  # type: ignore[arg-type]
    assert transport._ssl is None
    assert isinstance(transport._srtp_profiles, list)
    assert transport.state == "new"
    source = inspect.getsource(RTCDtlsTransport)
    assert "await self.transport._recv()" in source
    assert "await self.transport._send(data)" in source
    assert 'self.emit("statechange")' in source
    assert [profile.openssl_profile for profile in PROFILES] == [
        b"SRTP_AEAD_AES_128_GCM",
        b"SRTP_AEAD_AES_256_GCM",
        b"SRTP_AES128_CM_SHA1_80",
    ]


def test_one_ssl_context_serves_every_connection() -> None:
    certificate = Certificate.generateCertificate()
    assert certificate._create_ssl_context(PROFILES) is certificate._create_ssl_context(PROFILES)


class Pair:
    """A client and a server that speak to each other directly."""

    def __init__(self) -> None:
        self.certificates = [Certificate.generateCertificate(), Certificate.generateCertificate()]
        self.lost: list[str] = []
        self.client = DtlsSession(self.certificates[0], lambda data: self._to_server(data), role="client")
        self.server = DtlsSession(
            self.certificates[1],
            lambda data: self._to_client(data),
            on_closed=lambda: self.lost.append("client"),
        )

    def _to_server(self, data: bytes) -> None:
        self.server.received(data)

    def _to_client(self, data: bytes) -> None:
        self.client.received(data)

    def prints(self, of: int) -> tuple[tuple[str, str], ...]:
        return (("sha-256", self.certificates[of].sha256()),)


async def test_both_sides_get_the_same_keys_the_other_way_round() -> None:
    pair = Pair()
    client, server = await asyncio.gather(
        pair.client.handshake(pair.prints(1)), pair.server.handshake(pair.prints(0))
    )
    assert client is not None
    assert server is not None
    assert client.profile == server.profile == "SRTP_AEAD_AES_128_GCM"
    assert (client.inbound, client.outbound) == (server.outbound, server.inbound)
    assert client.inbound != client.outbound
    assert client.inbound.hex() not in repr(client)
    await pair.client.close()
    await pair.server.close()


async def test_a_certificate_other_than_the_announced_one_is_refused() -> None:
    pair = Pair()
    _, server = await asyncio.gather(
        pair.client.handshake(pair.prints(1)), pair.server.handshake(pair.prints(1))
    )
    assert server is None
    await pair.client.close()
    await pair.server.close()


async def test_closing_during_the_handshake_ends_it() -> None:
    pair = Pair()
    handshake = asyncio.create_task(pair.server.handshake(pair.prints(0)))
    await asyncio.sleep(0)
    await pair.server.close()
    assert await handshake is None


async def test_datagrams_before_the_answer_wait_and_a_flood_is_dropped() -> None:
    pair = Pair()
    assert [pair.server.received(b"\x16" * 20) for _ in range(20)] == [True] * 16 + [False] * 4
