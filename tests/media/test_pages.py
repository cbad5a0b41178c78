"""What pages say of their own ends, as a relay remembers it."""

from core.ids import ParticipantId, RoomId
from media.model import PageReport
from media.pages import FRESH_S, UNTOLD, Arrived, Pages

ROOM, ONE, TWO = RoomId("room"), ParticipantId("one"), ParticipantId("two")


def told(*reports: PageReport) -> Pages:
    pages = Pages()
    for second, report in enumerate(reports):
        pages.heard(ROOM, ONE, report, float(second))
    return pages


def test_who_has_said_nothing_has_everything_on() -> None:
    pages = told(PageReport(microphone=False))
    assert not pages.is_on(ROOM, ONE, "audio")
    assert pages.is_on(ROOM, ONE, "video")
    assert pages.is_on(ROOM, TWO, "audio")
    assert pages.is_on(RoomId("elsewhere"), ONE, "audio")


def test_what_is_on_stays_so_until_the_page_says_otherwise() -> None:
    pages = told(PageReport(microphone=False, camera=False), PageReport(camera=True), PageReport())
    assert [pages.is_on(ROOM, ONE, kind) for kind in ("audio", "video")] == [False, True]


def test_what_arrived_is_the_difference_of_the_last_two_reports() -> None:
    first, second = PageReport(None, None, 100, 500, 90), PageReport(None, None, 200, 700, 90)
    pages = told(first, second)
    assert pages.arrived(ROOM, ONE, "audio", 1.0) == Arrived(100, 100)
    assert pages.arrived(ROOM, ONE, "video", 1.0) == Arrived(200, 0)
    assert told(first).arrived(ROOM, ONE, "audio", 0.0) == UNTOLD


def test_counters_that_begin_anew_and_reports_that_are_old_tell_nothing() -> None:
    pages = told(PageReport(None, None, 100, 500, 90), PageReport(None, None, 3, 700, None))
    assert pages.arrived(ROOM, ONE, "audio", 1.0) == UNTOLD
    assert pages.arrived(ROOM, ONE, "video", 1.0) == Arrived(200, None)
    assert pages.arrived(ROOM, ONE, "video", 1.1 + FRESH_S) == UNTOLD


def test_a_page_is_known_for_good_and_fresh_for_some_seconds() -> None:
    pages = told(PageReport())
    assert pages.is_known(ROOM, ONE)
    assert not pages.is_known(ROOM, TWO)
    assert pages.is_fresh(ROOM, ONE, FRESH_S)
    assert not pages.is_fresh(ROOM, ONE, FRESH_S + 0.1)
    assert not pages.is_fresh(ROOM, TWO, 0.0)


def test_who_is_behind_a_turn_server_is_known_and_a_closed_room_is_forgotten() -> None:
    pages = told(PageReport(microphone=False, candidate_type="relay"))
    assert pages.is_behind_turn(ROOM, ONE)
    assert not pages.is_behind_turn(ROOM, TWO)
    pages.forget(ROOM)
    assert not pages.is_behind_turn(ROOM, ONE)
    assert pages.is_on(ROOM, ONE, "audio")
