"""Browsers for the cycles: they vanish without a word, speak over TCP, and publish layers.

The media side is tests/media/client.py's.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from media.extensions import Extension
from media.model import Offer
from media.packet import HEADER, write_elements
from tests.media.client import AUDIO, CERTIFICATE, VIDEO, VP8_DELTA, VP8_KEY, Client, rtp_packet
from tests.media.test_sdp_features import mirrored


class Tab(Client):
    """A browser tab; after `vanish` nothing comes from it any more."""

    _vanished = False
    sequence = 0

    def send_raw(self, data: bytes) -> None:
        if not self._vanished:
            super().send_raw(data)

    async def vanish(self) -> None:
        """A flat battery: no goodbye."""
        self._vanished = True
        await self.close()

    async def checked(self) -> None:
        """Check the way, until the answer: all that was sent before has been read by then."""
        answered = self.checks_answered
        self.check(nominate=True)
        await self.until(lambda: self.checks_answered > answered)

    def film(self) -> None:
        """A key frame, a gap, more; and sound."""
        self.sequence = sequence = self.sequence + 100
        audio, video, _ = self.ssrcs
        for number, payload in ((0, VP8_KEY), (1, VP8_DELTA), (3, VP8_DELTA)):
            self.send_rtp(rtp_packet(video, sequence + number, 3000 * sequence, payload, VIDEO))
        for number in range(3):
            self.send_rtp(rtp_packet(audio, sequence + number, 960 * number, b"opus", AUDIO))

    def seen(self, mid: str = "3") -> int:
        """Packets in this slot so far."""
        return len(self.received(self.slot(mid)))


class TcpTab(Tab):
    """The same where no UDP passes (RFC 6544, RFC 4571)."""

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(lambda: _Framed(self), *self.relay_address)
        self._transport = cast(asyncio.DatagramTransport, _Sender(transport))


class _Sender:
    """Looks like a datagram transport."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.get_extra_info = transport.get_extra_info

    def sendto(self, data: bytes, address: Any = None) -> None:
        self._transport.write(len(data).to_bytes(2, "big") + data)

    def close(self) -> None:
        self._transport.abort()


class _Framed(asyncio.Protocol):
    def __init__(self, tab: TcpTab) -> None:
        self._tab = tab
        self._waiting = b""

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) >= 2:
            end = 2 + int.from_bytes(self._waiting[:2], "big")
            if len(self._waiting) < end:
                return
            frame, self._waiting = self._waiting[2:end], self._waiting[end:]
            self._tab.datagram_received(frame, None)


class Publisher(Tab):
    """Answers a workshop's offer; its camera has layers, told by their rids."""

    def __init__(self, offer: Offer, ssrcs: tuple[int, int, int]) -> None:
        super().__init__(offer, ssrcs)
        own = {
            "ice-ufrag": self.credentials.ufrag,
            "ice-pwd": self.credentials.password,
            "fingerprint": f"sha-256 {CERTIFICATE.sha256()}",
        }
        rows = mirrored(offer.sdp).split("\r\n")
        self.answer = "\r\n".join(_own(row, own) for row in rows)

    def film(self) -> None:
        self.sequence = sequence = self.sequence + 100
        audio, video, rtx = self.ssrcs
        for layer, rid in enumerate((b"l", b"m", b"h")):
            elements = [(Extension.MID, b"1"), (Extension.RID, rid), (Extension.TRANSPORT_CC, b"\0\1")]
            self._send(video + 10 * layer, sequence, VP8_KEY, VIDEO, elements)
            repaired = [(Extension.MID, b"1"), (Extension.REPAIRED_RID, rid)]
            self._send(rtx + 10 * layer, sequence, b"\0\1" + VP8_DELTA, VIDEO + 1, repaired)
        level = [(Extension.MID, b"0"), (Extension.AUDIO_LEVEL, b"\x8a")]
        for number in range(10):
            self._send(audio, sequence + number, b"opus", AUDIO, level)

    def _send(
        self,
        ssrc: int,
        sequence: int,
        payload: bytes,
        payload_type: int,
        elements: Sequence[tuple[int, bytes]],
    ) -> None:
        header = HEADER.pack(0x9000 | payload_type, sequence & 0xFFFF, 3000 * sequence, ssrc)
        self.send_rtp(header + write_elements(elements) + payload)


def _own(row: str, own: dict[str, str]) -> str:
    name = row[2:].partition(":")[0]
    return f"a={name}:{own[name]}" if row.startswith("a=") and name in own else row
