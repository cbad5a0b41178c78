"""Packets from elsewhere move the way to whoever has sent them, at a bounded price. Without sockets."""

import pytest

from media.movers import CANDIDATES, HOST_TRIES_PER_S, QUIET_S, TRIES_PER_S
from tests.fakes import FakeClock
from tests.media.planes import KEY, TRANSPORT_CC, Browser, HandPlane

CAMERA, SLOT = 21, 41


@pytest.fixture
def plane(clock: FakeClock) -> HandPlane:
    return HandPlane(clock)


@pytest.fixture
def one(plane: HandPlane) -> Browser:
    browser = Browser(plane, 1)
    browser.publishes(CAMERA)
    return browser


@pytest.fixture
def two(plane: HandPlane, one: Browser) -> Browser:
    """A viewer, whose slot is connected and empty."""
    browser = Browser(plane, 2)
    browser.receives(SLOT, extensions=TRANSPORT_CC)
    plane.connect(one.key, CAMERA, browser.key, SLOT)
    return browser


def test_an_authentic_packet_from_elsewhere_moves_the_way_at_once(
    one: Browser, two: Browser, plane: HandPlane
) -> None:
    one.sends(CAMERA, 1, KEY)
    old, two.address = two.address, ("198.51.100.7", 4)
    two.got()
    one.address = ("198.51.100.8", 5)
    one.sends(CAMERA, 2)
    assert plane.rows("moved") == [(one.key, one.address)]
    assert [address for _, address in plane.out] == [old, old]
    two.sends_rtcp(b"\x80\xc9\x00\x01\x00\x00\x00\x09")  # never heard of before: nobody is moved by it
    assert len(plane.rows("moved")) == 1


def test_a_viewer_is_known_by_its_reports(one: Browser, two: Browser, plane: HandPlane) -> None:
    report = b"\x80\xc9\x00\x01\x00\x00\x00\x09"
    two.sends_rtcp(report)
    two.address = ("198.51.100.7", 4)
    two.sends_rtcp(report)
    assert plane.rows("moved") == [(two.key, two.address)]
    one.sends(CAMERA, 1, KEY)
    assert two.numbers() == [1]


def test_a_repeated_or_forged_packet_moves_nobody(one: Browser, plane: HandPlane) -> None:
    packet = one.packet(CAMERA, 1, KEY)
    plane.received(packet, one.address)
    before = dict(plane._by_address)
    for data in (packet, packet[:-1] + bytes([packet[-1] ^ 1])):
        plane.received(data, ("203.0.113.9", 9))
    assert plane._by_address == before
    assert plane.rows("moved") == []


def test_a_flood_from_unknown_addresses_costs_a_bounded_number_of_tries(
    one: Browser, plane: HandPlane, clock: FakeClock
) -> None:
    packet = one.packet(CAMERA, 1, KEY)
    forged = packet[:-1] + bytes([packet[-1] ^ 1])
    for _ in range(1000):
        plane.received(forged, ("203.0.113.9", 9))
    ignored = plane.stats().ignored
    assert ignored["srtp_refused"] == HOST_TRIES_PER_S
    assert ignored["srtp_too_many_tries"] == 1000 - HOST_TRIES_PER_S
    plane.received(packet, ("203.0.113.10", 9))
    assert plane.rows("moved") == [(one.key, ("203.0.113.10", 9))]


REPORT = b"\x80\xc9\x00\x01\x00\x00\x00\x01"


def test_whoever_only_looks_on_moves_at_once_however_many_do(plane: HandPlane, clock: FakeClock) -> None:
    """They all report as SSRC 1."""
    browsers = [Browser(plane, 10 + n) for n in range(4 * CANDIDATES)]
    for at, browser in enumerate(browsers):
        browser.address = (f"192.0.2.{at + 1}", 1000)
        plane.set_address(browser.key, browser.address)
        browser.sends_rtcp(REPORT)
    clock.advance(QUIET_S + 0.1)
    for browser in browsers[:-1]:
        browser.sends_rtcp(REPORT)
    browsers[-1].address = ("198.51.100.7", 4)
    browsers[-1].sends_rtcp(REPORT)
    assert plane.rows("moved") == [(browsers[-1].key, browsers[-1].address)]


def test_when_all_are_quiet_every_report_tries_others(plane: HandPlane, clock: FakeClock) -> None:
    browsers = [Browser(plane, 10 + n) for n in range(4 * CANDIDATES)]
    for at, browser in enumerate(browsers):
        browser.address = (f"192.0.2.{at + 1}", 1000)
        plane.set_address(browser.key, browser.address)
        browser.sends_rtcp(REPORT)
    clock.advance(QUIET_S + 0.1)
    browsers[-1].address = ("198.51.100.7", 4)
    for _ in range(4):
        browsers[-1].sends_rtcp(REPORT)
    assert plane.rows("moved") == [(browsers[-1].key, browsers[-1].address)]


def test_a_flood_from_many_hosts_costs_a_bounded_number_of_tries(one: Browser, plane: HandPlane) -> None:
    packet = one.packet(CAMERA, 1, KEY)
    forged = packet[:-1] + bytes([packet[-1] ^ 1])
    for at in range(2 * TRIES_PER_S):
        plane.received(forged, (f"203.0.113.{at % 250}", 9))
    assert plane.stats().ignored["srtp_refused"] == TRIES_PER_S
