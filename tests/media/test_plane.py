"""What the plane does by itself: changing over, keeping, repeating, numbering, moving. Without sockets."""

import pytest

from media.extensions import Extension
from media.plane import Numbering, StreamStarted
from media.python_streams import MAX_GAP_PACKETS
from media.repeats import MAX_TIMES
from tests.fakes import FakeClock
from tests.media.planes import DELTA, KEY, TRANSPORT_CC, Browser, HandPlane

CAMERA, CAMERA_RTX, LOW, MICROPHONE, SLOT, SLOT_RTX, EAR = 21, 22, 23, 11, 41, 42, 31


AGAIN_S = 0.05


def resend(plane: HandPlane, viewer: Browser, *numbers: int) -> int:
    """How many packets the viewer is sent again."""
    return len(plane.resend(viewer.key, SLOT, numbers, AGAIN_S, 1_000_000))


@pytest.fixture
def plane(clock: FakeClock) -> HandPlane:
    return HandPlane(clock)


@pytest.fixture
def one(plane: HandPlane) -> Browser:
    browser = Browser(plane, 1)
    browser.publishes(CAMERA, rtx_ssrc=CAMERA_RTX)
    browser.publishes(LOW)
    browser.publishes(MICROPHONE, "audio")
    return browser


@pytest.fixture
def two(plane: HandPlane, one: Browser) -> Browser:
    """A viewer, whose slots are connected and empty."""
    browser = Browser(plane, 2)
    browser.receives(SLOT, rtx_ssrc=SLOT_RTX, extensions=TRANSPORT_CC)
    browser.receives(EAR, "audio", extensions=TRANSPORT_CC | {Extension.AUDIO_LEVEL: Extension.AUDIO_LEVEL})
    plane.connect(one.key, CAMERA, browser.key, SLOT)
    plane.connect(one.key, MICROPHONE, browser.key, EAR)
    return browser


# Changing over.


def test_video_begins_with_a_key_frame_and_sound_at_once(
    one: Browser, two: Browser, plane: HandPlane
) -> None:
    one.sends(CAMERA, 1)
    one.sends(MICROPHONE, 7, payload_type=111)
    assert two.numbers() == [7]
    one.sends(CAMERA, 2, KEY)
    one.sends(CAMERA, 3)
    assert two.numbers() == [2, 3]
    assert plane.rows("key_frame") == [(one.key, CAMERA)]


def test_a_layer_goes_on_until_the_next_ones_key_frame_with_unbroken_numbers(
    one: Browser, two: Browser, plane: HandPlane
) -> None:
    one.sends(CAMERA, 100, KEY)
    plane.connect(one.key, LOW, two.key, SLOT)
    one.sends(LOW, 5000)
    one.sends(CAMERA, 101)
    assert two.numbers() == [100, 101]
    one.sends(LOW, 5001, KEY)
    one.sends(CAMERA, 102)
    one.sends(LOW, 5002)
    one.sends(LOW, 5000 - 1)  # from before the change
    assert two.numbers() == [102, 103]
    [stats] = [sink for sink in plane.stats().peers[two.key].sinks if sink.ssrc == SLOT]
    assert (stats.source_ssrc, stats.wanted_ssrc) == (LOW, None)


def test_wanting_back_what_is_there_forgets_the_change(one: Browser, two: Browser, plane: HandPlane) -> None:
    one.sends(CAMERA, 1, KEY)
    plane.connect(one.key, LOW, two.key, SLOT)
    plane.connect(one.key, CAMERA, two.key, SLOT)
    one.sends(LOW, 9, KEY)
    one.sends(CAMERA, 2)
    assert two.numbers() == [1, 2]


def test_a_slot_whose_people_leave_is_empty(one: Browser, two: Browser, plane: HandPlane) -> None:
    one.sends(CAMERA, 1, KEY)
    plane.connect(one.key, LOW, two.key, SLOT)
    plane.remove_peer(one.key)
    assert plane.wire_into(two.key, SLOT) is None
    assert len(plane._movers) == 0
    assert plane._by_address.keys() == {two.address}


# Keeping and repeating.


def test_what_a_viewer_misses_comes_again_on_the_retransmission_stream(
    one: Browser, two: Browser, plane: HandPlane, clock: FakeClock
) -> None:
    for number, payload in ((65535, KEY), (0, DELTA + b"a"), (1, DELTA)):
        one.sends(CAMERA, number, payload)
    two.got()
    assert resend(plane, two, 0, 2, 60000) == 1
    [again] = two.got()
    assert (again.ssrc, again.payload_type, again.payload) == (SLOT_RTX, 97, b"\x00\x00" + DELTA + b"a")
    assert resend(plane, two, 0) == 0  # on its way already
    clock.advance(AGAIN_S + 0.001)
    assert resend(plane, two, 0) == 1
    [third] = two.got()
    assert third.sequence == again.sequence + 1 & 0xFFFF
    clock.advance(2)
    assert resend(plane, two, 0) == 0  # too old


def test_what_is_asked_for_again_and_again_is_sent_again_a_few_times(
    one: Browser, two: Browser, plane: HandPlane, clock: FakeClock
) -> None:
    one.sends(CAMERA, 1, KEY)
    sent = 0
    for _ in range(12):
        sent += resend(plane, two, 1)
        clock.advance(AGAIN_S + 0.001)
    assert sent == MAX_TIMES


def test_no_more_is_sent_again_than_the_way_carries(one: Browser, two: Browser, plane: HandPlane) -> None:
    for number in range(10):
        one.sends(CAMERA, number, KEY if not number else DELTA + bytes(1000))
    sizes = plane.resend(two.key, SLOT, range(1, 10), AGAIN_S, 2500)
    assert len(sizes) == 3
    assert 2500 < sum(sizes) < 3500


def test_a_packet_of_an_earlier_source_is_not_repeated(one: Browser, two: Browser, plane: HandPlane) -> None:
    one.sends(CAMERA, 10, KEY)
    plane.connect(one.key, LOW, two.key, SLOT)
    one.sends(LOW, 10, KEY)
    two.got()
    assert resend(plane, two, 10) == 0
    assert resend(plane, two, 11) == 1


def test_gaps_are_told_once_and_filled_by_late_packets_and_retransmissions(
    one: Browser, two: Browser, plane: HandPlane
) -> None:
    one.sends(CAMERA, 65534, KEY)
    one.sends(CAMERA, 2)
    assert plane.rows("missing") == [(one.key, CAMERA, [65535, 0, 1])]
    one.sends(CAMERA, 0)
    one.sends(CAMERA_RTX, 7, b"\xff\xff" + DELTA + b"repaired", payload_type=97)
    one.sends(CAMERA_RTX, 8, b"\xff\xff" + DELTA + b"repaired", payload_type=97)
    assert plane.still_missing(one.key, CAMERA, [65535, 0, 1]) == [1]
    assert len(plane.rows("missing")) == 1
    packets = two.got()
    assert [packet.sequence for packet in packets] == [65534, 2, 0, 65535]
    assert packets[-1].payload == DELTA + b"repaired"
    assert (packets[-1].ssrc, packets[-1].payload_type) == (SLOT, 96)
    [camera] = [source for source in plane.stats().peers[one.key].sources if source.ssrc == CAMERA]
    assert (camera.rtx_packets, camera.repaired_packets, camera.count.lost_packets) == (2, 1, 2)


def test_a_far_leap_is_another_beginning_and_no_loss(one: Browser, two: Browser, plane: HandPlane) -> None:
    one.sends(CAMERA, 1, KEY)
    one.sends(CAMERA, 2 + MAX_GAP_PACKETS)
    assert plane.rows("missing") == []


def test_padding_on_the_retransmission_stream_is_nobodys_business(one: Browser, two: Browser) -> None:
    one.sends(CAMERA, 1, KEY)
    two.got()
    one.sends(CAMERA_RTX, 1, b"\x00" * 9 + b"\x09", payload_type=97)
    one.sends(CAMERA_RTX, 2, b"", payload_type=97)
    assert two.got() == []


def test_probing_repeats_what_was_sent_last(one: Browser, two: Browser, plane: HandPlane) -> None:
    assert plane.send_padding(two.key, SLOT, 1) > 5 * 255
    assert {(packet.ssrc, packet.payload_octets) for packet in two.got()} == {(SLOT_RTX, 0)}
    one.sends(CAMERA, 1, KEY)
    one.sends(CAMERA, 2)
    two.got()
    assert plane.send_padding(two.key, SLOT, 3) > 2 * len(DELTA)
    assert [packet.payload[:2] for packet in two.got()] == [b"\x00\x02", b"\x00\x01"]


# Numbering for congestion control.


def test_everything_sent_to_a_peer_has_a_number_and_is_logged(
    one: Browser, two: Browser, plane: HandPlane, clock: FakeClock
) -> None:
    plane._peers[two.key].sent.number = 65534
    one.sends(CAMERA, 1, KEY)
    clock.advance(1)
    one.sends(MICROPHONE, 1, b"opus", payload_type=111, elements=[(Extension.AUDIO_LEVEL, b"\x83")])
    resend(plane, two, 1)
    sizes = [len(data) for data, _ in plane.out]
    packets = two.got()
    assert [packet.transport_sequence for packet in packets] == [65535, 0, 1]
    assert packets[1].elements == ((Extension.AUDIO_LEVEL, b"\x83"),)
    now = clock.monotonic()
    assert plane.sent(two.key, 65534, 4) == [None, (now - 1, sizes[0]), (now, sizes[1]), (now, sizes[2])]
    assert plane.sent(two.key, 2, 1) == [None]


def test_arrivals_are_handed_up_once(one: Browser, two: Browser, plane: HandPlane, clock: FakeClock) -> None:
    one.sends(CAMERA, 1, KEY, elements=[(Extension.TRANSPORT_CC, b"\xff\xff")])
    clock.advance(0.5)
    one.sends(CAMERA, 2, elements=[(Extension.TRANSPORT_CC, b"\x00\x00")])
    now = clock.monotonic()
    assert plane.take_arrivals(one.key) == [(65535, now - 0.5), (0, now)]
    assert plane.take_arrivals(one.key) == []


def test_a_viewer_without_numbers_gets_the_time_of_sending(
    one: Browser, plane: HandPlane, clock: FakeClock
) -> None:
    three = Browser(plane, 3)
    three.receives(SLOT, extensions={Extension.ABS_SEND_TIME: 2})
    plane.connect(one.key, CAMERA, three.key, SLOT)
    one.sends(CAMERA, 1, KEY)
    [(data, _)] = [row for row in plane.out if row[1] == three.address]
    assert data[12:16] == b"\xbe\xde\x00\x01"
    assert data[16] == 0x22
    assert int.from_bytes(data[17:20], "big") == round(clock.monotonic() * (1 << 18)) & 0xFFFFFF


# Other people's numbers.


def test_a_foreign_clients_numbers_are_translated_both_ways(two: Browser, plane: HandPlane) -> None:
    foreign = Browser(
        plane, 3, Numbering(payload_types={120: 96, 121: 97}, extensions={6: Extension.TRANSPORT_CC})
    )
    foreign.publishes(51, rtx_ssrc=52)
    plane.connect(foreign.key, 51, two.key, SLOT)
    foreign.sends(51, 1, KEY, payload_type=120, elements=[(6, b"\x00\x05")])
    assert [packet.payload_type for packet in two.got()] == [96]
    assert [number for number, _ in plane.take_arrivals(foreign.key)] == [5]


# Streams nobody announced.


def test_an_unknown_stream_is_told_with_its_names(one: Browser, two: Browser, plane: HandPlane) -> None:
    names = [(Extension.MID, b"1"), (Extension.RID, b"h")]
    one.sends(61, 1, KEY, elements=names)
    one.sends(62, 1, b"\x00\x01", payload_type=97, elements=[(Extension.REPAIRED_RID, b"h")])
    assert plane.rows("stream") == [
        (one.key, StreamStarted(61, 96, "1", "h", "")),
        (one.key, StreamStarted(62, 97, "", "", "h")),
    ]


# A blocked connection.


def test_a_connection_that_takes_no_more_loses_video_until_a_key_frame(
    one: Browser, two: Browser, plane: HandPlane
) -> None:
    two.address = ("192.0.2.7", 9, "tcp")
    plane.set_address(two.key, two.address)
    one.sends(CAMERA, 1, KEY)
    plane.blocked.add(two.address)
    one.sends(CAMERA, 2)
    one.sends(MICROPHONE, 1, payload_type=111)
    assert plane.rows("key_frame_needed") == [(one.key, CAMERA)]
    plane.blocked.clear()
    one.sends(CAMERA, 3)
    one.sends(MICROPHONE, 2, payload_type=111)
    one.sends(CAMERA, 4, KEY)
    assert [(packet.ssrc, packet.sequence) for packet in two.got()] == [(SLOT, 1), (EAR, 2), (SLOT, 3)]


def test_loudness_is_read_from_the_header(one: Browser, two: Browser, plane: HandPlane) -> None:
    assert plane.take_levels([one.key, two.key]) == {}
    for number, level in ((1, b"\x8a"), (2, b"\xff")):
        one.sends(MICROPHONE, number, b"opus", payload_type=111, elements=[(Extension.AUDIO_LEVEL, level)])
    assert plane.take_levels([one.key, two.key]) == {one.key: 10}
    assert plane.take_levels([one.key]) == {}


def test_who_has_no_red_gets_the_newest_sound_alone(one: Browser, two: Browser, plane: HandPlane) -> None:
    red = bytes([0x80 | 111, 0x0F, 0x00, 0x04]) + b"\x6f" + b"past" + b"now"
    one.sends(MICROPHONE, 1, red, payload_type=63)
    one.sends(MICROPHONE, 2, b"\x6fnow", payload_type=63)
    one.sends(MICROPHONE, 3, red[:6], payload_type=63)  # malformed
    one.sends(MICROPHONE, 4, b"", payload_type=63)
    assert [(packet.payload_type, packet.payload) for packet in two.got()] == [(111, b"now"), (111, b"now")]


def test_vp8_pictures_are_numbered_on_when_the_source_changes(
    one: Browser, two: Browser, plane: HandPlane
) -> None:
    def picture(number: int, key: bool) -> bytes:
        head = b"\x90\x80" + (0x8000 | number).to_bytes(2, "big")
        return head + (b"\x00\x9d\x01\x2a" if key else b"\x01") + bytes(8)

    one.sends(CAMERA, 1, picture(100, key=True))
    one.sends(CAMERA, 2, picture(101, key=False))
    plane.connect(one.key, LOW, two.key, SLOT)
    one.sends(LOW, 50, picture(9000, key=True))
    one.sends(LOW, 51, picture(9001, key=False))
    numbers = [int.from_bytes(packet.payload[2:4], "big") & 0x7FFF for packet in two.got()]
    assert numbers == [100, 101, 102, 103]
    assert resend(plane, two, 3) == 1
    [again] = two.got()
    assert int.from_bytes(again.payload[4:6], "big") & 0x7FFF == 102
