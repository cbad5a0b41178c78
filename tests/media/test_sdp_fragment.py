"""What comes by PATCH while a WHIP or WHEP session runs."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import SdpRefused
from media.ice import IceCredentials
from media.sdp_client_offer import parse_client_offer
from media.sdp_fragment import build_fragment, parse_fragment, restarted
from tests.media.client import attribute
from tests.media.foreign import OBS, sdp
from tests.media.test_sdp_client_offer import OURS
from tests.media.texts import changed

OFFER = parse_client_offer(OBS, "publish")
TRICKLED = sdp("""
    a=ice-ufrag:kT4x
    a=ice-pwd:Rw0yUa7nX2cQb9LmVd5TzJ
    m=audio 9 RTP/AVP 0
    a=mid:0
    a=candidate:1387637174 1 udp 2122260223 192.0.2.30 61764 typ host generation 0 ufrag kT4x network-id 1
    a=candidate:347162385 1 UDP 2122194687 3f2c.local 61765 typ host
    a=candidate:47332282 1 tcp 1518280447 2001:db8::30 9 typ host tcptype active
    a=end-of-candidates
""")
RESTART = "a=ice-ufrag:ysXw\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\n"


def test_more_candidates_change_nothing() -> None:
    fragment = parse_fragment(TRICKLED)
    assert (fragment.ufrag, fragment.candidates, fragment.complete) == ("kT4x", 3, True)
    assert restarted(OFFER.answer, fragment) is None


@pytest.mark.parametrize("where", ["before the m-line", "in the m-line"])
def test_other_credentials_are_a_restart_with_everything_else_as_it_was(where: str) -> None:
    text = RESTART if where == "before the m-line" else f"m=audio 9 RTP/AVP 0\r\na=mid:0\r\n{RESTART}"
    answer = restarted(OFFER.answer, parse_fragment(text))
    assert answer is not None
    assert answer.ufrag == "ysXw"
    assert (answer.fingerprints, answer.lines) == (OFFER.answer.fingerprints, OFFER.answer.lines)


def test_the_restart_is_answered_with_credentials_and_where_we_are() -> None:
    text = build_fragment(OFFER, OURS)
    assert text.split("\r\n")[0] == "a=ice-lite"
    fragment = parse_fragment(text)
    assert (fragment.ufrag, fragment.candidates, fragment.complete) == ("ours", 2, True)
    assert attribute(text, "mid") == ["0"]


def test_a_fragment_shows_no_password() -> None:
    assert "vw5L" not in repr(parse_fragment(RESTART))
    assert "word" not in repr(IceCredentials("ours", "passwordpasswordpassword"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        TRICKLED.replace("a=ice-ufrag:kT4x\r\n", ""),
        re.sub("a=ice-pwd.*\r\n", "", TRICKLED),
        TRICKLED.replace("ice-ufrag:kT4x", "ice-ufrag:k:4x"),
        TRICKLED.replace(" 61764 typ host", " typ host"),
        TRICKLED.replace("a=candidate:47332282 1 tcp", "a=candidate:47332282 one tcp"),
        TRICKLED + "a=x\r\n" * 2001,
    ],
)
def test_a_fragment_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(SdpRefused):
        parse_fragment(text)


@given(st.one_of(st.text(max_size=300), changed(TRICKLED), changed(RESTART)))
def test_no_text_makes_the_parser_fail(text: str) -> None:
    with contextlib.suppress(SdpRefused):
        assert parse_fragment(text).candidates >= 0
