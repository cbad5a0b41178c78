"""What a viewer's decoder sees of numbers and times: no missed turn of the circle, and no step back."""

from media.plane import Sink
from tests.fakes import FakeClock
from tests.media.planes import Browser, HandPlane

CAMERA, SLOT = 21, 41


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
