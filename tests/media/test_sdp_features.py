"""What an offer can ask for beyond its default, what the answer says to it, and a workshop's layout."""

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given

from media import codecs
from media.codecs import LAYOUT, Features, Layout, workshop_layout
from media.errors import SdpRefused
from media.ice import IceCredentials
from media.sdp import AnsweredLine, OfferParameters, SlotSsrcs, build_offer, parse_answer
from tests.media.client import attribute
from tests.media.texts import changed

EVERYTHING = Features(
    codecs=("red", "opus", "AV1", "VP9", "VP8", "H264"),
    transport_cc=True,
    simulcast=True,
    dtx=True,
    video_orientation=True,
    playout_delay=True,
    dependency_descriptor=True,
)


def parameters(features: Features = EVERYTHING, layout: Layout = LAYOUT) -> OfferParameters:
    lines = codecs.send_lines(layout)
    return OfferParameters(
        session_id=5,
        number=1,
        credentials=IceCredentials("ufra", "passwordpasswordpassword"),
        fingerprint=":".join(["AB"] * 32),
        addresses=("192.0.2.7", "2001:db8::7"),
        port=40000,
        slots={
            line.mid: SlotSsrcs(100 + at, 200 + at if line.kind == "video" else None)
            for at, line in enumerate(lines)
        },
        features=features,
        layout=layout,
    )


def mirrored(offer: str) -> str:
    """An answer that takes everything offered, made by turning the offer round."""
    sections = offer.split("\r\nm=")
    turned = [sections[0].replace("\r\na=ice-lite", "")]
    for section in sections[1:]:
        rows = [
            row for row in section.split("\r\n") if not row.startswith(("a=candidate", "a=ssrc", "a=msid"))
        ]
        turned.append("\r\n".join(TURNED.get(row, row) for row in rows).replace(" recv", " send"))
    return "\r\nm=".join(turned).replace("simulcast:recv", "simulcast:send")


TURNED = {"a=recvonly": "a=sendonly", "a=sendonly": "a=recvonly", "a=setup:actpass": "a=setup:active"}
OFFER = build_offer(parameters())
ANSWER = mirrored(OFFER)


def read(text: str, features: Features = EVERYTHING) -> tuple[AnsweredLine, ...]:
    return parse_answer(text, features=features).lines


def test_codecs_are_offered_in_order_of_preference_each_video_one_with_its_retransmissions() -> None:
    media = [row for row in OFFER.split("\r\n") if row.startswith("m=")]
    assert media[0].endswith("SAVPF 63 111")
    assert media[1].endswith("SAVPF 100 101 98 99 96 97 102 103")
    maps = attribute(OFFER, "rtpmap", "1")
    assert [each.split(" ")[1] for each in maps[::2]] == ["AV1/90000", "VP9/90000", "VP8/90000", "H264/90000"]
    assert {"101 apt=100", "99 apt=98", "97 apt=96", "103 apt=102"} <= set(attribute(OFFER, "fmtp", "1"))
    assert attribute(OFFER, "fmtp", "0") == ["63 111/111", "111 minptime=10;useinbandfec=1;usedtx=1"]


def test_only_the_camera_is_asked_for_layers_the_smallest_first() -> None:
    assert attribute(OFFER, "rid", "1") == ["l recv", "m recv", "h recv"]
    assert attribute(OFFER, "simulcast", "1") == ["recv l;m;h"]
    assert attribute(OFFER, "simulcast") == ["recv l;m;h"]
    by_line = [[each.split(" ")[0] for each in attribute(OFFER, "extmap", mid)] for mid in "0123"]
    assert by_line == [
        ["1", "3", "4"],
        ["1", "2", "4", "5", "6", "7", "8", "9"],
        ["1", "3", "4"],
        ["1", "2", "4", "7", "8", "9"],
    ]


def test_the_same_extension_has_the_same_id_everywhere_and_fits_the_short_form() -> None:
    assert len(set(codecs.EXTENSIONS.values())) == len(codecs.EXTENSIONS) == 9
    assert max(codecs.EXTENSIONS) <= codecs.HIGHEST_EXTENSION_ID == 14
    numbers = [n for c in codecs.CODECS for n in (c.payload_type, c.rtx_payload_type) if n is not None]
    assert len(set(numbers)) == len(numbers)
    assert not any(64 <= number <= 95 for number in numbers)  # RFC 5761 4: those are RTCP


def test_long_extensions_are_allowed_only_with_the_one_that_may_be_long() -> None:
    assert "a=extmap-allow-mixed" in OFFER.split("\r\nm=")[0]
    shorter = build_offer(parameters(replace(EVERYTHING, dependency_descriptor=False)))
    assert "extmap-allow-mixed" not in shorter


@pytest.mark.parametrize(
    ("features", "traces"),
    [
        (replace(EVERYTHING, transport_cc=False), ["transport-cc", "transport-wide"]),
        (replace(EVERYTHING, simulcast=False), ["a=rid", "simulcast", "rtp-stream-id"]),
        (replace(EVERYTHING, dtx=False), ["usedtx"]),
        (replace(EVERYTHING, codecs=("opus", "VP8")), ["AV1/", "VP9/", "H264", "red/"]),
        (
            Features(),
            ["transport-cc", "a=rid", "usedtx", "VP9", "AV1", "red/", "orientation", "playout", "tcptype"],
        ),
    ],
)
def test_what_is_not_wanted_leaves_no_trace_in_the_offer(features: Features, traces: list[str]) -> None:
    text = build_offer(parameters(features))
    assert [trace for trace in traces if trace in text] == []
    assert [trace for trace in traces if trace != "tcptype" and trace not in OFFER] == []


@pytest.mark.parametrize("names", [("opus", "H265"), ("VP8", "VP8"), ("vp8",)])
def test_codecs_nobody_knows_are_a_mistake_of_ours(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="VP8"):
        Features(codecs=names)


def test_the_answer_tells_codecs_layers_and_extensions() -> None:
    microphone, camera, _, picture = read(ANSWER)
    assert [codec.name for codec in microphone.codecs] == ["red", "opus"]
    assert [codec.name for codec in camera.codecs] == ["AV1", "VP9", "VP8", "H264"]
    assert camera.rids == ("l", "m", "h")
    assert picture.rids == ()
    assert camera.extensions == {1, 2, 4, 5, 6, 7, 8, 9}
    assert camera.payload_map[97] == 97
    assert microphone.transport_cc
    assert picture.transport_cc
    assert picture.feedback == {"nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"}


def test_a_smaller_answer_is_read_as_such() -> None:
    text = ANSWER.replace("100 101 98 99 96 97 102 103", "102 103 96 97", 1)
    text = text.replace("send l;m;h", "send l;~m", 1).replace("a=extmap:9 ", "a=x:", 1)
    text = text.replace("a=extmap:2 ", "a=extmap:2/sendonly ", 1).replace("transport-cc", "x")
    _, camera, _, picture = read(text)
    assert [codec.name for codec in camera.codecs] == ["H264", "VP8"]
    assert camera.rids == ("l", "m")
    assert camera.extensions == {1, 2, 4, 5, 6, 7, 8}
    assert not camera.transport_cc
    assert not picture.transport_cc


def test_streams_of_layers_have_no_ssrc_whatever_else_is_announced() -> None:
    announced = "a=simulcast:send l;m;h\r\na=ssrc-group:FID 5 6\r\na=ssrc:5 cname:c\r\na=ssrc:6 cname:c"
    text = ANSWER.replace("a=simulcast:send l;m;h", announced)
    assert (read(text)[1].ssrc, read(text)[1].rtx_ssrc) == (None, None)
    single = text.replace("a=simulcast:send l;m;h\r\n", "")
    assert (read(single)[1].ssrc, read(single)[1].rtx_ssrc) == (5, 6)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("send l;m;h", "send l;m;x"),
        ("send l;m;h", "send l;l"),
        ("send l;m;h", "send"),
        ("a=rid:h send", "a=rid:h recv"),
        ("a=rid:h send\r\n", ""),
        ("a=extmap:4 ", "a=extmap:11 "),
        ("a=extmap:4 ", "a=extmap:0 "),
        ("a=extmap:4 ", "a=extmap:1 "),
        ("a=extmap:4 ", "a=extmap:four "),
        ("rtp-hdrext:sdes:mid", "rtp-hdrext:toffset"),
        ("a=rtpmap:96 VP8/", "a=rtpmap:96 VP9/"),
        ("a=rtpmap:96 VP8/90000", "a=rtpmap:96"),
        ("a=rtpmap:97 rtx/", "a=rtpmap:97 VP8/"),
        ("SAVPF 63 111", "SAVPF 111 111"),
    ],
)
def test_an_answer_to_another_offer_is_refused(old: str, new: str) -> None:
    assert old in ANSWER
    with pytest.raises(SdpRefused):
        read(ANSWER.replace(old, new, 1))


def test_an_answer_with_more_than_was_offered_is_refused() -> None:
    for fewer in (
        replace(EVERYTHING, transport_cc=False),
        replace(EVERYTHING, simulcast=False),
        replace(EVERYTHING, codecs=("opus", "VP8")),
        Features(),
    ):
        with pytest.raises(SdpRefused):
            read(ANSWER, fewer)


def test_tcp_candidates_come_when_asked_after_every_udp_one() -> None:
    text = build_offer(replace(parameters(Features()), tcp_port=443))
    rows = [row.split(" ") for row in attribute(text, "candidate")]
    assert [(row[2], row[4], row[5]) for row in rows] == [
        ("udp", "192.0.2.7", "40000"),
        ("udp", "2001:db8::7", "40000"),
        ("tcp", "192.0.2.7", "443"),
        ("tcp", "2001:db8::7", "443"),
    ]
    assert [" ".join(row[6:]) for row in rows] == ["typ host"] * 2 + ["typ host tcptype passive"] * 2
    priorities = [int(row[3]) for row in rows]
    assert priorities == sorted(set(priorities), reverse=True)
    assert len({row[0] for row in rows}) == 4
    assert rows[2][3] == str(90 << 24 | (4 << 13 | 8191) << 8 | 255)


def test_a_restart_is_the_same_session_with_a_higher_version_and_other_credentials() -> None:
    again = replace(parameters(), number=2, credentials=IceCredentials("afra", "wordpasswordpasswordpass"))
    old, new = OFFER.split("\r\n"), build_offer(again).split("\r\n")
    assert (old[1], new[1]) == ("o=- 5 1 IN IP4 127.0.0.1", "o=- 5 2 IN IP4 127.0.0.1")
    changed = {row.split(":")[0] for row, other in zip(old[2:], new[2:], strict=True) if row != other}
    assert changed == {"a=ice-ufrag", "a=ice-pwd"}


def test_a_workshop_has_slots_for_voices_and_at_most_six_pictures() -> None:
    layout = workshop_layout(4, 6)
    assert [line.mid for line in layout] == list("0123456789ab")
    assert "".join(line.kind[0] for line in codecs.send_lines(layout)) == "aaaavvvvvv"
    assert layout[:2] == LAYOUT[:2]
    assert len({line.stream for line in layout[2:]}) == 10  # whoever fills one may not be who fills another
    assert len(workshop_layout(codecs.MAX_AUDIO_SLOTS, 6)) == len(codecs.MIDS)
    for audio, video in ((4, 7), (-1, 1), (1, -1), (codecs.MAX_AUDIO_SLOTS + 1, 0)):
        with pytest.raises(ValueError, match="slots"):
            workshop_layout(audio, video)


def test_a_workshop_is_offered_and_its_answer_read() -> None:
    layout = workshop_layout(2, 3)
    offer = build_offer(parameters(layout=layout))
    assert attribute(offer, "group") == ["BUNDLE 0 1 2 3 4 5 6"]
    assert attribute(offer, "msid", "5") == ["remote-5 remote-5-video"]
    assert len(set(attribute(offer, "ssrc-group"))) == 3
    lines = parse_answer(mirrored(offer), layout, EVERYTHING).lines
    assert [line.receives for line in lines] == [False, False, True, True, True, True, True]
    with pytest.raises(SdpRefused):
        parse_answer(mirrored(offer), LAYOUT, EVERYTHING)


@given(changed(ANSWER))
def test_no_change_of_a_full_answer_makes_the_parser_fail(text: str) -> None:
    with contextlib.suppress(SdpRefused):
        assert len(read(text)) == len(LAYOUT)
