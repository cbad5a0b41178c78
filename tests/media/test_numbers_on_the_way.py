"""What a viewer's decoder sees of numbers and times: no missed turn of the circle, and no step back."""

from media.plane import Sink
from tests.fakes import FakeClock
from tests.media.planes import Browser, HandPlane

CAMERA, OTHER, SLOT = 21, 51, 41


def picture(number: int, key: bool = False) -> bytes:
    head = b"\x90\x80" + (0x8000 | number).to_bytes(2, "big")
    return head + (b"\x00\x9d\x01\x2a" if key else b"\x01") + bytes(8)


def test_numbers_begin_in_the_lower_half_whatever_the_publishers_are(clock: FakeClock) -> None:
    plane = HandPlane(clock)
    one, two = Browser(plane, 1), Browser(plane, 2)
    one.publishes(CAMERA, "audio")
    for ssrc in range(100, 140):
        plane.add_sink(two.key, Sink(ssrc, None, "audio", {111: 111}))
        plane.connect(one.key, CAMERA, two.key, ssrc)
    one.sends(CAMERA, 65_000, b"opus", payload_type=111)
    begun = {packet.sequence for packet in two.got()}
    assert len(begun) > 30
    assert max(begun) < 1 << 15


def test_who_misses_the_first_packets_can_read_those_that_follow(clock: FakeClock) -> None:
    """Numbers that went round unseen would make every later packet unreadable (RFC 3711 3.3.1)."""
    plane = HandPlane(clock)
    one, two = Browser(plane, 1), Browser(plane, 2)
    one.publishes(CAMERA, "audio")
    plane.add_sink(two.key, Sink(SLOT, None, "audio", {111: 111}))
    plane.connect(one.key, CAMERA, two.key, SLOT)
    for number in range(65_400, 65_800):
        one.sends(CAMERA, number, b"opus", payload_type=111)
    del plane.out[:200]
    assert len(two.got()) == 200


def test_after_a_late_repair_another_camera_goes_on_from_the_newest_picture(clock: FakeClock) -> None:
    plane = HandPlane(clock)
    one, other, two = Browser(plane, 1), Browser(plane, 2), Browser(plane, 3)
    one.publishes(CAMERA, rtx_ssrc=CAMERA + 1)
    other.publishes(OTHER)
    two.receives(SLOT, rtx_ssrc=SLOT + 1)
    plane.connect(one.key, CAMERA, two.key, SLOT)
    for number in (0, 2, 3, 4, 5):
        one.sends(CAMERA, 100 + number, picture(50 + number, key=not number), 90_000 + 3_000 * number)
        clock.advance(1 / 30)
    repaired = (101).to_bytes(2, "big") + picture(51)
    one.sends(CAMERA + 1, 1, repaired, 93_000, payload_type=97)
    plane.connect(other.key, OTHER, two.key, SLOT)
    clock.advance(0.01)
    other.sends(OTHER, 7_000, picture(900, key=True), 5_000_000)
    before, late, first = two.got()[-3:]
    assert late.sequence < before.sequence < first.sequence
    numbers = [int.from_bytes(packet.payload[2:4], "big") & 0x7FFF for packet in (before, late, first)]
    assert numbers == [55, 51, 56]
    assert first.timestamp > before.timestamp
