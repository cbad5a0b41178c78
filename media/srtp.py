"""SRTP for one direction of one peer, on libsrtp through pylibsrtp. The only file that touches its private
names.

pylibsrtp's own calls copy a packet four times and make a length object each time; here one buffer of the
process is written, protected in place and sent, at about half the price (docs/benchmarks.md). Everything runs
in the thread of the event loop. tests/media/test_srtp.py pins every name used.
"""

from pylibsrtp import Error, Policy, Session
from pylibsrtp._binding import ffi, lib

from media.plane import SrtpKeys

PROFILES = {
    "SRTP_AEAD_AES_128_GCM": Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    "SRTP_AEAD_AES_256_GCM": Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    "SRTP_AES128_CM_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}
REPLAY_WINDOW_PACKETS = 1024  # retransmissions and reordering stay well inside
MAX_PACKET_BYTES = 2048
TRAILER_BYTES = 148  # the most libsrtp adds: SRTCP index, tag, MKI


class Buffer:
    """Room for one packet. `address`: where it is in memory."""

    __slots__ = ("address", "cdata", "octets", "view")

    def __init__(self) -> None:
        self.cdata = ffi.new("unsigned char[]", MAX_PACKET_BYTES + TRAILER_BYTES)
        self.octets = ffi.buffer(self.cdata)
        self.view = memoryview(self.octets)
        self.address = int(ffi.cast("uintptr_t", self.cdata))


# Mostly one packet at a time is worked on, so all sessions share a buffer.
_shared = Buffer()
_cdata, _buffer = _shared.cdata, _shared.octets
_length = ffi.new("int *")
_protect, _unprotect = lib.srtp_protect, lib.srtp_unprotect

Refused = (Error, ValueError)  # what pylibsrtp's own calls raise on RTCP


def session(profile: str, key: bytes, direction: int) -> Session:
    """A libsrtp session for one direction.

    Repeated sending stays refused (allow_repeat_tx off): the last guard against using a nonce twice.
    """
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=PROFILES[profile])
    policy.window_size = REPLAY_WINDOW_PACKETS
    return Session(policy)


class Inbound:
    """What a peer sends us."""

    __slots__ = ("_context", "_session", "unprotect_rtcp")

    def __init__(self, keys: SrtpKeys) -> None:
        self._session = session(keys.profile, keys.inbound, Policy.SSRC_ANY_INBOUND)
        self._context = self._session._srtp[0]
        self.unprotect_rtcp = self._session.unprotect_rtcp

    def unprotect(self, data: bytes) -> bytes | None:
        """The plain RTP packet; None when it is not authentic, or was seen before."""
        length = len(data)
        if length > MAX_PACKET_BYTES:
            return None
        _buffer[0:length] = data
        _length[0] = length
        if _unprotect(self._context, _cdata, _length):
            return None
        return bytes(_buffer[0 : _length[0]])


class Outbound:
    """What we send to a peer."""

    __slots__ = ("_context", "_session", "protect_rtcp")

    def __init__(self, keys: SrtpKeys) -> None:
        self._session = session(keys.profile, keys.outbound, Policy.SSRC_ANY_OUTBOUND)
        self._context = self._session._srtp[0]
        self.protect_rtcp = self._session.protect_rtcp

    def protect(self, header: bytes, payload: bytes, buffer: Buffer = _shared) -> memoryview | None:
        """The protected RTP packet, in the buffer: in the shared one it is good until the next call of
        anything here; None when libsrtp refuses."""
        start = len(header)
        length = start + len(payload)
        if length > MAX_PACKET_BYTES:
            return None
        octets = buffer.octets
        octets[0:start] = header
        octets[start:length] = payload
        _length[0] = length
        if _protect(self._context, buffer.cdata, _length):
            return None
        return buffer.view[0 : _length[0]]
