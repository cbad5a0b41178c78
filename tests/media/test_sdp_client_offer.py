"""Clients that offer by themselves: what is understood of them, what they are answered, what is refused."""

import contextlib
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from hypothesis import given
from hypothesis import strategies as st

from media.codecs import Features
from media.errors import SdpRefused
from media.ice import IceCredentials
from media.sdp import OfferParameters, SlotSsrcs
from media.sdp_client_offer import Role, build_client_answer, parse_client_offer
from tests.media.client import attribute
from tests.media.foreign import GSTREAMER, OBS, WHEP
from tests.media.test_sdp_features import EVERYTHING
from tests.media.texts import changed

TODAY = Features()
OURS = OfferParameters(
    session_id=77,
    number=1,
    credentials=IceCredentials("ours", "passwordpasswordpassword"),
    fingerprint=":".join(["AB"] * 32),
    addresses=("192.0.2.7",),
    port=40000,
    slots={"1": SlotSsrcs(31, None), "2": SlotSsrcs(41, 42), "0": SlotSsrcs(51, 52)},
    tcp_port=40000,
)


def media(sdp: str) -> list[str]:
    return [row for row in sdp.split("\r\n") if row.startswith("m=")]


def test_an_offer_in_the_manner_of_obs_is_understood() -> None:
    offer = parse_client_offer(OBS, "publish")
    voice, picture = offer.answer.lines
    assert (offer.answer.ufrag, offer.answer.fingerprints[0][0]) == ("kT4x", "sha-256")
    assert (voice.kind, voice.sends, voice.receives, voice.ssrc) == ("audio", True, False, 871204)
    assert voice.payload_map == {111: 111}
    assert [codec.name for codec in picture.codecs] == ["H264"]
    assert picture.payload_map == {96: 102}  # their 96 is our 102, not our VP8
    assert picture.payload_types == {102}
    assert (picture.ssrc, picture.rtx_ssrc, picture.extension_map) == (871205, None, {})


def test_obs_is_answered_in_its_own_numbers() -> None:
    answer = build_client_answer(parse_client_offer(OBS, "publish"), OURS)
    assert media(answer) == ["m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=video 9 UDP/TLS/RTP/SAVPF 96"]
    assert attribute(answer, "rtpmap", "1") == ["96 H264/90000"]
    assert attribute(answer, "fmtp", "1") == [
        "96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1"
    ]
    assert attribute(answer, "rtcp-fb", "1") == ["96 nack", "96 nack pli", "96 goog-remb"]
    assert attribute(answer, "setup") == ["passive", "passive"]
    assert attribute(answer, "group") == ["BUNDLE 0 1"]
    assert "a=ice-lite" in answer.split("\r\nm=")[0]
    assert answer.count("a=recvonly") == 2
    assert attribute(answer, "ssrc") == []
    assert [row.split(" ")[2] for row in attribute(answer, "candidate", "0")] == ["udp", "tcp"]
    assert attribute(answer, "candidate", "1") == []


def test_of_many_codecs_those_are_taken_that_everybody_decodes() -> None:
    picture, voice = parse_client_offer(GSTREAMER, "publish").answer.lines
    assert picture.payload_map == {97: 102, 98: 96, 99: 97, 100: 103}  # no high profile, no FEC
    assert (picture.ssrc, picture.rtx_ssrc) == (5001, 5002)
    assert voice.payload_map == {104: 111}
    assert picture.extension_map == {7: 2}  # its mids are too long to be patched in place
    assert voice.extension_map == {1: 3}
    assert not picture.transport_cc


def test_what_the_relay_can_do_beyond_is_taken_when_it_is_wanted() -> None:
    offer = parse_client_offer(GSTREAMER, "publish", EVERYTHING)
    picture = offer.answer.lines[0]
    assert picture.extension_map == {2: 4, 7: 2}
    assert picture.transport_cc
    answer = build_client_answer(offer, replace(OURS, features=EVERYTHING))
    assert media(answer) == ["m=video 9 UDP/TLS/RTP/SAVPF 97 98 99 100", "m=audio 9 UDP/TLS/RTP/SAVPF 104"]
    assert attribute(answer, "extmap", "video0") == [
        "2 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        "7 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    ]
    assert "98 transport-cc" in attribute(answer, "rtcp-fb", "video0")
    assert "98 goog-remb" not in attribute(answer, "rtcp-fb", "video0")  # it did not offer that
    assert {"99 apt=98", "100 apt=97"} <= set(attribute(answer, "fmtp", "video0"))
    assert attribute(answer, "fmtp", "audio1") == ["104 minptime=10;useinbandfec=1;usedtx=1"]


def test_feedback_about_numbers_that_nobody_writes_is_not_promised() -> None:
    text = "\r\n".join(row for row in GSTREAMER.split("\r\n") if not row.startswith("a=extmap:2 "))
    offer = parse_client_offer(text, "publish", EVERYTHING)
    answer = build_client_answer(offer, replace(OURS, features=EVERYTHING))
    assert attribute(answer, "rtcp-fb", "video0")
    assert "transport-cc" not in answer


def test_a_viewer_gets_our_streams_and_no_data_channel() -> None:
    offer = parse_client_offer(WHEP, "watch")
    voice, picture = offer.answer.lines
    assert offer.answer.ufrag == "aB3d"  # of the first line taken, not of the data channel
    assert [voice.payload_map, picture.payload_map] == [{111: 111}, {120: 96, 121: 97}]
    assert [voice.receives, picture.receives, voice.sends, picture.sends] == [True, True, False, False]
    assert voice.extension_map == {1: 3, 4: 1}
    answer = build_client_answer(offer, OURS)
    assert media(answer)[0] == "m=application 0 UDP/DTLS/SCTP webrtc-datachannel"
    assert attribute(answer, "group") == ["BUNDLE 1 2"]
    assert answer.count("a=sendonly") == 2
    assert attribute(answer, "ssrc-group", "2") == ["FID 41 42"]
    assert attribute(answer, "ssrc", "1") == ["31 cname:todoku"]
    assert len({value.split(" ")[0] for value in attribute(answer, "msid")}) == 1
    assert len(attribute(answer, "candidate", "1")) == 2
    assert "extmap-allow-mixed" not in answer


def test_a_viewer_with_more_features_gets_them_in_its_own_numbers() -> None:
    offer = parse_client_offer(WHEP, "watch", EVERYTHING)
    voice, picture = offer.answer.lines
    assert voice.payload_map == {111: 111, 63: 63}
    assert picture.payload_map == {45: 100, 120: 96, 46: 101, 121: 97}
    assert picture.extension_map == {4: 1, 12: 9}
    answer = build_client_answer(offer, replace(OURS, features=EVERYTHING))
    assert "a=extmap-allow-mixed" in answer


def test_a_viewer_can_be_held_to_what_is_published() -> None:
    only = replace(EVERYTHING, codecs=("opus", "VP8"))
    assert parse_client_offer(WHEP, "watch", only).answer.lines[1].payload_map == {120: 96, 121: 97}
    with pytest.raises(SdpRefused, match="no codec"):
        parse_client_offer(WHEP, "watch", replace(EVERYTHING, codecs=("opus", "H264")))


def test_redundant_audio_is_only_taken_where_its_inner_number_is_right() -> None:
    renumbered = WHEP.replace(" 111 63", " 109 63").replace(":111 ", ":109 ").replace("111/111", "109/109")
    for text in (renumbered, WHEP.replace("111/111", "110/110")):
        voice = parse_client_offer(text, "watch", EVERYTHING).answer.lines[0]
        assert [codec.name for codec in voice.codecs] == ["opus"]


def test_layers_are_taken_when_wanted_in_the_clients_own_words() -> None:
    rids = "a=mid:1\r\na=rid:f send\r\na=rid:q send\r\na=simulcast:send f;q\r\n"
    more = f"{rids}a=extmap:5 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
    text = OBS.replace("a=mid:1\r\n", more)
    offer = parse_client_offer(text, "publish", EVERYTHING)
    assert (offer.answer.lines[1].rids, offer.answer.lines[1].ssrc) == (("f", "q"), None)
    assert offer.answer.lines[1].extension_map == {5: 5}
    answer = build_client_answer(offer, replace(OURS, features=EVERYTHING))
    assert attribute(answer, "simulcast", "1") == ["recv f;q"]
    single = parse_client_offer(text, "publish", TODAY)
    assert (single.answer.lines[1].rids, single.answer.lines[1].ssrc) == ((), 871205)
    assert "simulcast" not in build_client_answer(single, OURS)


def test_one_line_needs_neither_bundle_nor_mid() -> None:
    voice = OBS[: OBS.index("m=video")].replace("a=group:BUNDLE 0 1\r\n", "").replace("a=mid:0\r\n", "")
    offer = parse_client_offer(voice, "publish")
    assert offer.answer.lines[0].mid == ""
    answer = build_client_answer(offer, OURS)
    assert "BUNDLE" not in answer
    assert attribute(answer, "mid") == []


def test_a_line_the_client_has_switched_off_stays_off() -> None:
    offer = parse_client_offer(OBS.replace("m=audio 53012", "m=audio 0"), "publish")
    assert [line.kind for line in offer.answer.lines] == ["video"]
    assert media(build_client_answer(offer, OURS))[0].startswith("m=audio 0 ")
    quiet = OBS.replace("a=sendonly", "a=inactive", 1)
    assert [line.kind for line in parse_client_offer(quiet, "publish").answer.lines] == ["video"]


CHANGES: dict[str, Callable[[str], str]] = {
    "empty": lambda s: "",
    "not sdp": lambda s: "hello",
    "no m-line": lambda s: s[: s.index("m=audio")],
    "too long": lambda s: s + "a=x:" + "y" * 64_000,
    "an m-line without formats": lambda s: s.replace("SAVPF 111", "SAVPF").replace(
        " UDP/TLS/RTP/SAVPF\r", "\r"
    ),
    "both lines audio": lambda s: s.replace(
        "m=video 53012 UDP/TLS/RTP/SAVPF 96", "m=audio 9 UDP/TLS/RTP/SAVPF 96"
    ).replace("a=rtpmap:96 H264/90000", "a=rtpmap:96 opus/48000/2"),
    "only a data channel": lambda s: re.sub("m=(audio|video)", "m=application", s),
    "all switched off": lambda s: s.replace(" 53012 UDP", " 0 UDP"),
    "wants to watch": lambda s: s.replace("a=sendonly", "a=recvonly", 1),
    "no codec of ours": lambda s: s.replace("H264/90000", "H265/90000"),
    "high profile": lambda s: s.replace("42e01f", "640028"),
    "single nal units": lambda s: s.replace("packetization-mode=1", "packetization-mode=0"),
    "mono opus": lambda s: s.replace("opus/48000/2", "opus/48000"),
    "plain rtp": lambda s: s.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP", 1),
    "no mux": lambda s: s.replace("a=rtcp-mux\r\n", "", 1),
    "no bundle": lambda s: s.replace("a=group:BUNDLE 0 1\r\n", ""),
    "two bundles": lambda s: s.replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 0\r\na=group:BUNDLE 1"),
    "half a bundle": lambda s: s.replace("BUNDLE 0 1", "BUNDLE 0"),
    "a mid twice": lambda s: s.replace("a=mid:1", "a=mid:0"),
    "a mid missing": lambda s: s.replace("a=mid:1\r\n", ""),
    "a mid of two words": lambda s: s.replace("a=mid:1", "a=mid:1 0"),
    "would be the server": lambda s: s.replace("setup:actpass", "setup:passive"),
    "no setup": lambda s: s.replace("a=setup:actpass\r\n", ""),
    "ice-lite too": lambda s: s.replace("t=0 0", "t=0 0\r\na=ice-lite"),
    "ice-lite in a line": lambda s: s.replace("a=mid:1", "a=mid:1\r\na=ice-lite"),
    "no ufrag": lambda s: s.replace("a=ice-ufrag:kT4x\r\n", ""),
    "no password": lambda s: re.sub("a=ice-pwd:.*\r\n", "", s),
    "short password": lambda s: re.sub("a=ice-pwd:.*\r\n", "a=ice-pwd:short\r\n", s),
    "no fingerprint": lambda s: s.replace("a=fingerprint:sha-256", "a=fingerprint:md5"),
    "an ssrc twice": lambda s: s.replace("871205", "871204"),
    "a number with two meanings": lambda s: s.replace("SAVPF 96", "SAVPF 111").replace(":96 ", ":111 "),
    "a number out of range": lambda s: s.replace("SAVPF 96", "SAVPF 960"),
    "a broken rtpmap": lambda s: s.replace("H264/90000", "H264"),
    "an extension with two meanings": lambda s: s.replace(
        "a=mid:0", "a=mid:0\r\na=extmap:3 urn:ietf:params:rtp-hdrext:ssrc-audio-level"
    ).replace("a=mid:1", "a=mid:1\r\na=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_offer_that_cannot_be_used_whole_is_refused(name: str) -> None:
    offer = CHANGES[name](OBS)
    assert offer != OBS
    with pytest.raises(SdpRefused):
        parse_client_offer(offer, "publish")


def test_who_publishes_cannot_watch_and_the_other_way_round() -> None:
    for text, role in ((WHEP, "publish"), (OBS, "watch")):
        with pytest.raises(SdpRefused, match="direction"):
            parse_client_offer(text, "publish" if role == "publish" else "watch")


def understood_or_refused(text: str, role: Role) -> None:
    """Nothing else may come out of the parser; what is understood can be answered."""
    with contextlib.suppress(SdpRefused):
        offer = parse_client_offer(text, role, EVERYTHING)
        slots = {line.mid: SlotSsrcs(1, 2) for line in offer.answer.lines}
        answer = build_client_answer(offer, replace(OURS, slots=slots))
        assert len(media(answer)) == len(media(text.replace("\r\n", "\n").replace("\n", "\r\n")))


@given(st.text(max_size=400))
def test_no_text_makes_the_parser_fail(text: str) -> None:
    understood_or_refused(text, "publish")
    understood_or_refused("v=0\r\n" + text, "watch")


@given(st.one_of(changed(OBS), changed(GSTREAMER)))
def test_no_change_of_a_publishers_offer_makes_the_parser_fail(text: str) -> None:
    understood_or_refused(text, "publish")


@given(changed(WHEP))
def test_no_change_of_a_viewers_offer_makes_the_parser_fail(text: str) -> None:
    understood_or_refused(text, "watch")


@pytest.mark.parametrize("role", ["publish", "watch"])
async def test_aiortc_offers_and_takes_our_answer(role: Role) -> None:
    peer = RTCPeerConnection()
    try:
        for kind in ("audio", "video"):
            peer.addTransceiver(kind, direction="sendonly" if role == "publish" else "recvonly")
        await peer.setLocalDescription(await peer.createOffer())
        offer = parse_client_offer(peer.localDescription.sdp, role)
        voice, picture = offer.answer.lines
        assert [codec.name for codec in voice.codecs] == ["opus"]
        assert {codec.name for codec in picture.codecs} == {"VP8", "H264"}
        assert set(picture.payload_map.values()) == {96, 97, 102, 103}
        assert (voice.ssrc is not None) == (picture.rtx_ssrc is not None) == (role == "publish")
        answer = build_client_answer(offer, OURS)
        await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        assert [line.currentDirection for line in peer.getTransceivers()] == [
            "sendonly" if role == "publish" else "recvonly"
        ] * 2
    finally:
        await peer.close()
