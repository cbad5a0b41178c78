"""SRTP in place, against pylibsrtp's own calls; and the private names it needs."""

import os

import pylibsrtp
import pytest
from pylibsrtp import Policy, _binding

from media.plane import SrtpKeys
from media.srtp import MAX_PACKET_BYTES, PROFILES, Inbound, Outbound, session

HEADER = b"\x80\x60\x00\x01\x00\x00\x00\x00\x00\x00\x00\x07"


def keys(profile: str) -> SrtpKeys:
    size = 30 if "_CM_" in profile else 28 if "128" in profile else 44
    return SrtpKeys(profile, os.urandom(size), os.urandom(size))


def test_the_private_names_of_pylibsrtp_are_there() -> None:
    assert {"srtp_protect", "srtp_unprotect"} <= set(dir(_binding.lib))
    assert callable(_binding.ffi.buffer)
    made = pylibsrtp.Session()
    assert made._srtp[0] is not None


@pytest.mark.parametrize("profile", PROFILES)
def test_what_goes_out_is_what_others_can_read(profile: str) -> None:
    ours = keys(profile)
    theirs = session(profile, ours.outbound, Policy.SSRC_ANY_INBOUND)
    sent = Outbound(ours).protect(HEADER, b"hello")
    assert sent is not None
    assert theirs.unprotect(bytes(sent)) == HEADER + b"hello"


@pytest.mark.parametrize("profile", PROFILES)
def test_what_comes_in_is_read_once_and_only_if_authentic(profile: str) -> None:
    ours = keys(profile)
    data = session(profile, ours.inbound, Policy.SSRC_ANY_OUTBOUND).protect(HEADER + b"hello")
    inbound = Inbound(ours)
    assert inbound.unprotect(data[:-1] + bytes([data[-1] ^ 1])) is None
    assert inbound.unprotect(data) == HEADER + b"hello"
    assert inbound.unprotect(data) is None  # a replay
    assert inbound.unprotect(b"\x80" * 11) is None
    assert inbound.unprotect(bytes(MAX_PACKET_BYTES + 1)) is None


def test_a_number_is_never_used_twice() -> None:
    outbound = Outbound(keys("SRTP_AEAD_AES_128_GCM"))
    assert outbound.protect(HEADER, b"one") is not None
    assert outbound.protect(HEADER, b"two") is None
    assert outbound.protect(HEADER, bytes(MAX_PACKET_BYTES)) is None
