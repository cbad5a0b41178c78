"""The offer's shape, and answers from a browser, from a broken one and from an enemy."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import SdpRefused
from media.ice import IceCredentials
from media.sdp import OfferParameters, SlotSsrcs, build_offer, parse_answer
from tests.media.client import answer_to, attribute
from tests.media.texts import changed

OFFER = build_offer(
    OfferParameters(
        session_id=5,
        number=1,
        credentials=IceCredentials("ufra", "passwordpasswordpassword"),
        fingerprint=":".join(["AB"] * 32),
        addresses=("192.0.2.7", "2001:db8::7"),
        port=40000,
        slots={"2": SlotSsrcs(31, None), "3": SlotSsrcs(41, 42)},
    )
)
ANSWER = answer_to(OFFER)


def without(prefix: str) -> str:
    return "\r\n".join(row for row in ANSWER.split("\r\n") if not row.startswith(prefix))


def test_the_offer_has_the_agreed_lines_in_one_bundle() -> None:
    assert attribute(OFFER, "mid") == ["0", "1", "2", "3"]
    assert attribute(OFFER, "group") == ["BUNDLE 0 1 2 3"]
    kinds = [row.split(" ")[0] for row in OFFER.split("\r\n") if row.startswith("m=")]
    assert kinds == ["m=audio", "m=video", "m=audio", "m=video"]
    directions = [row[2:] for row in OFFER.split("\r\n") if row in ("a=recvonly", "a=sendonly")]
    assert directions == ["recvonly", "recvonly", "sendonly", "sendonly"]


def test_the_offer_names_fixed_ssrcs_for_what_the_relay_will_send() -> None:
    assert attribute(OFFER, "ssrc", "2") == ["31 cname:todoku"]
    assert attribute(OFFER, "ssrc-group", "3") == ["FID 41 42"]
    assert attribute(OFFER, "ssrc", "0") == []


def test_the_offer_asks_for_no_transport_wide_feedback() -> None:
    assert "transport-cc" not in OFFER
    assert "transport-wide" not in OFFER
    assert attribute(OFFER, "rtcp-fb", "1")[:4] == ["96 nack", "96 nack pli", "96 ccm fir", "96 goog-remb"]


def test_the_offer_names_every_address_once_in_order_of_preference() -> None:
    candidates = [row.split(" ") for row in attribute(OFFER, "candidate")]
    assert [(c[4], c[5]) for c in candidates] == [("192.0.2.7", "40000"), ("2001:db8::7", "40000")]
    assert int(candidates[0][3]) > int(candidates[1][3])


def test_a_browsers_answer_is_read() -> None:
    answer = parse_answer(ANSWER)
    assert answer.ufrag == "abcd"
    assert [line.sends for line in answer.lines] == [True, True, False, False]
    assert [line.receives for line in answer.lines] == [False, False, True, True]
    assert [(line.ssrc, line.rtx_ssrc) for line in answer.lines] == [
        (11, None),
        (21, 22),
        (None, None),
        (None, None),
    ]
    assert answer.lines[3].payload_types == {96, 97, 102, 103}
    assert answer.fingerprints[0][0] == "sha-256"


def test_an_answer_without_camera_and_ssrcs_is_read() -> None:
    sections = without("a=ssrc").split("m=video")
    sections[1] = sections[1].replace("a=sendonly", "a=inactive")
    answer = parse_answer("m=video".join(sections))
    assert [line.ssrc for line in answer.lines] == [None] * 4
    assert not answer.lines[1].sends


def test_a_rejected_line_is_read_as_such() -> None:
    answer = parse_answer(
        ANSWER.replace("m=video 9", "m=video 0", 1).replace("BUNDLE 0 1 2 3", "BUNDLE 0 2 3")
    )
    assert answer.lines[1].payload_types == frozenset()
    assert not answer.lines[1].sends


CHANGES: dict[str, Callable[[str], str]] = {
    "empty": lambda s: "",
    "not sdp": lambda s: "hello",
    "too long": lambda s: s + "a=x:" + "y" * 64_000,
    "too many lines": lambda s: s + "a=x\r\n" * 2001,
    "control characters": lambda s: s.replace("a=rtcp-mux", "a=rtcp\x00mux", 1),
    "a line missing": lambda s: s[: s.rindex("m=video")],
    "a line more": lambda s: s + s[s.rindex("m=video") :],
    "other order": lambda s: s.replace("m=audio", "m=video", 1),
    "other mid": lambda s: s.replace("a=mid:1", "a=mid:7"),
    "no mux": lambda s: s.replace("a=rtcp-mux\r\n", "", 1),
    "no bundle": lambda s: s.replace("a=group:BUNDLE 0 1 2 3\r\n", ""),
    "half a bundle": lambda s: s.replace("BUNDLE 0 1 2 3", "BUNDLE 0 1"),
    "plain rtp": lambda s: s.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP", 1),
    "strange payload type": lambda s: s.replace("96 97 102 103", "96 97 100", 1),
    "payload type out of range": lambda s: s.replace("96 97 102 103", "96 400", 1),
    "sends where we send": lambda s: s.replace("a=recvonly", "a=sendrecv", 1),
    "receives where we receive": lambda s: s.replace("a=sendonly", "a=sendrecv", 1),
    "two directions": lambda s: s.replace("a=sendonly", "a=sendonly\r\na=inactive", 1),
    "would be the server": lambda s: s.replace("setup:active", "setup:passive"),
    "no setup": lambda s: s.replace("a=setup:active\r\n", ""),
    "ice-lite too": lambda s: s.replace("t=0 0", "t=0 0\r\na=ice-lite"),
    "no ufrag": lambda s: s.replace("a=ice-ufrag:abcd\r\n", ""),
    "bad ufrag": lambda s: s.replace("ice-ufrag:abcd", "ice-ufrag:a:b"),
    "no fingerprint": lambda s: s.replace("a=fingerprint:sha-256", "a=fingerprint:md5"),
    "short fingerprint": lambda s: s.replace("a=fingerprint:sha-256 ", "a=fingerprint:sha-384 "),
    "ssrc no number": lambda s: s.replace("a=ssrc:11 ", "a=ssrc:eleven "),
    "ssrc too large": lambda s: s.replace("a=ssrc:11 ", "a=ssrc:4294967296 "),
    "ssrc in other digits": lambda s: s.replace("a=ssrc:11 ", "a=ssrc:\u0661\u0661 "),
    "ssrc used twice": lambda s: s.replace("a=ssrc:11 ", "a=ssrc:21 "),
    "fid of three": lambda s: s.replace("FID 21 22", "FID 21 22 23"),
    "everything rejected": lambda s: s.replace("audio 9", "audio 0").replace("video 9", "video 0"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_answer_no_browser_could_give_is_refused(name: str) -> None:
    changed = CHANGES[name](ANSWER)
    assert changed != ANSWER
    with pytest.raises(SdpRefused):
        parse_answer(changed)


def refused_or_read(text: str) -> bool:
    """Nothing else may come out of the parser."""
    with contextlib.suppress(SdpRefused):
        parse_answer(text)
    return True


@given(st.text(max_size=400))
def test_no_text_makes_the_parser_fail(text: str) -> None:
    assert refused_or_read(text)
    assert refused_or_read("v=0\r\n" + text)


@given(changed(ANSWER))
def test_no_change_of_an_answer_makes_the_parser_fail(text: str) -> None:
    assert refused_or_read(text)
