"""Nobody takes over the way to somebody else: not by sending a captured check again, nor with a false sender.

Transports on a plane without sockets, time by hand.
"""

import pytest
from aioice import stun

from media.plane import Address
from media.transport import CONFIRM_S, REMEMBERED_CHECKS, Transport, Transports
from tests.fakes import FakeClock
from tests.media.planes import Browser, HandPlane

THIEF: Address = ("203.0.113.66", 666)
ELSEWHERE: Address = ("198.51.100.7", 7)
REPORT = b"\x80\xc9\x00\x01\x00\x00\x00\x09"
MICROPHONE = 11


class House:
    """Two people whose keys are known, each at an address of their own."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.plane = clock, HandPlane(clock)
        self.transports = Transports(self.plane, clock.monotonic, lambda *_: None, lambda _: None)
        self.ways: dict[int, Transport] = {}
        self.browsers: dict[int, Browser] = {}
        for key in (1, 2):
            browser = self.browsers[key] = Browser(self.plane, key)
            browser.publishes(MICROPHONE * key, "audio")
            way = self.ways[key] = self.transports.open(browser.key)
            self.checks(key, browser.address)
            way.keyed = True
            self.plane.allow_address(browser.key, browser.address)

    def check(self, key: int, nominate: bool = False) -> bytes:
        credentials = self.ways[key].credentials
        attributes = {"USERNAME": f"{credentials.ufrag}:abcd", "PRIORITY": 1, "ICE-CONTROLLING": 1}
        if nominate:
            attributes["USE-CANDIDATE"] = None
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
        message.add_message_integrity(credentials.password.encode())
        return bytes(message)

    def checks(self, key: int, address: Address, nominate: bool = False) -> None:
        self.transports.stun_received(self.check(key, nominate), address)

    def speaks(self, key: int, number: int, address: Address | None = None) -> None:
        packet = self.browsers[key].packet(MICROPHONE * key, number, b"opus", payload_type=111)
        self.plane.received(packet, address or self.browsers[key].address)
        self.hear()

    def reports(self, key: int, address: Address) -> None:
        browser = self.browsers[key]
        browser.address = address
        browser.sends_rtcp(REPORT)
        self.hear()

    def hear(self) -> None:
        """What the relay does with what the plane tells."""
        for key, address in self.plane.rows("moved"):
            self.transports.moved(self.ways[key], address)
        self.plane.told.rows.clear()

    def later(self, seconds: float) -> None:
        self.clock.advance(seconds)
        for key, way in self.ways.items():
            stats = self.plane.peer_stats(self.browsers[key].key)
            assert stats is not None
            self.transports.take_back(way, self.clock.monotonic(), stats.heard_at)

    def way_to(self, key: int) -> Address | None:
        """Where the relay thinks somebody is; the plane agrees."""
        peer = self.plane._peers[self.browsers[key].key]
        assert peer.address == self.ways[key].address
        return self.ways[key].address


@pytest.fixture
async def house(clock: FakeClock) -> House:
    return House(clock)


async def test_a_captured_check_sent_again_from_elsewhere_moves_nobody(house: House) -> None:
    home = house.way_to(1)
    captured = house.check(1, nominate=True)
    house.transports.stun_received(captured, house.browsers[1].address)
    house.transports.stun_received(captured, THIEF)
    assert house.way_to(1) == home
    assert THIEF not in house.ways[1].addresses
    assert house.transports.counters["stun_repeated"] == 1


async def test_what_is_remembered_of_checks_is_bounded(house: House) -> None:
    for _ in range(2 * REMEMBERED_CHECKS):
        house.checks(1, house.browsers[1].address)
    assert len(house.ways[1].checks) == REMEMBERED_CHECKS


async def test_a_nomination_that_media_do_not_follow_is_taken_back(house: House) -> None:
    """A check that was caught on the way and first arrives from elsewhere is new; media come from home."""
    home = house.way_to(1)
    house.checks(1, THIEF, nominate=True)
    assert house.way_to(1) == THIEF
    house.clock.advance(1)
    house.speaks(1, 1)
    house.later(CONFIRM_S)
    assert house.way_to(1) == home
    assert house.transports.counters["address_taken_back"] == 1


async def test_a_nomination_that_reports_follow_stays(house: House) -> None:
    """Who only looks on sends nothing but reports."""
    house.reports(1, house.browsers[1].address)
    house.checks(1, ELSEWHERE, nominate=True)
    house.clock.advance(1)
    house.reports(1, ELSEWHERE)
    for _ in range(5):
        house.later(CONFIRM_S)
    assert house.way_to(1) == ELSEWHERE
    assert house.transports.counters["address_moved"] == 0


async def test_who_sends_nothing_at_all_is_where_the_last_nomination_says(house: House) -> None:
    house.clock.advance(1)
    house.checks(1, ELSEWHERE, nominate=True)
    house.later(10 * CONFIRM_S)
    assert house.way_to(1) == ELSEWHERE
    home = house.browsers[1].address
    house.checks(1, home, nominate=True)
    assert house.way_to(1) == home
    assert house.ways[1].move is None


async def test_media_from_the_nominated_address_count_before_the_plane_knew_it(house: House) -> None:
    house.speaks(1, 1)
    house.checks(1, ELSEWHERE, nominate=True)
    house.clock.advance(1)
    for number in range(2, 5):
        house.speaks(1, number, ELSEWHERE)
    stats = house.plane.peer_stats(house.browsers[1].key)
    assert stats is not None
    assert stats.received_packets == 4
    assert house.ways[1].move is None


async def test_a_check_under_somebody_elses_address_takes_nothing_from_them(house: House) -> None:
    home = house.browsers[2].address
    house.checks(1, home, nominate=True)
    assert house.way_to(1) == house.browsers[1].address
    assert house.transports._by_address[home] is house.ways[2]
    for number in range(1, 10):
        house.speaks(2, number)
    stats = house.plane.peer_stats(house.browsers[2].key)
    assert stats is not None
    assert stats.received_packets == 9
    assert house.transports.counters["stun_address_taken"] == 1


async def test_who_has_been_silent_for_long_no_longer_keeps_an_address(house: House) -> None:
    home = house.browsers[2].address
    house.clock.advance(CONFIRM_S)
    house.checks(1, home, nominate=True)
    assert house.way_to(1) == home


async def test_media_find_their_sender_though_the_address_is_known_as_anothers(house: House) -> None:
    home = house.browsers[2].address
    house.plane.allow_address(house.browsers[1].key, home)
    for number in range(1, 10):
        house.speaks(2, number)
    stats = house.plane.peer_stats(house.browsers[2].key)
    assert stats is not None
    assert stats.received_packets == 9
    assert house.way_to(2) == home
