"""The live view on values: rows decide who is there, figures only how it goes."""

from datetime import timedelta
from typing import Any

import pytest

from core.bus import MemoryBus
from core.ids import ParticipantId
from media.model import OneWay
from ops.live import NOTHING, Figures, confirms, live
from ops.stats import PAGES_LATER_S, LatestStats
from signaling.participant import State
from tests.fakes import FakeClock
from tests.signaling.test_room import CLIENT, NOW, THERAPIST, call

FIGURES = Figures("udp", 500_000, 400_000, 0.5, None, 20.0)
TOLD: dict[str, Any] = {
    "relay_id": "one",
    "rooms": [
        {
            "room_id": "room",
            "participants": [{"participant_id": CLIENT, "seat": 1, "state": "connected", **vars(FIGURES)}],
        }
    ],
    "counters": {},
}
QUALITY = {"room_id": "room", "participant_id": CLIENT, "loss_down_pct": 2.5, "rtt_ms": 99.0}


@pytest.fixture
def stats(clock: FakeClock) -> LatestStats:
    return LatestStats(MemoryBus(), clock, stale_after_s=5.0)


def test_figures_are_shown_beside_who_is_in_the_call() -> None:
    [shown] = live([call(State.CONNECTED, State.CONNECTED)], {("room", CLIENT): FIGURES}, NOW)
    assert [(one.participant.id, one.figures) for one in shown.people] == [
        (CLIENT, FIGURES),
        (THERAPIST, NOTHING),
    ]


def test_who_waits_has_no_figures_whatever_a_relay_says() -> None:
    [shown] = live([call(State.WAITING)], {("room", CLIENT): FIGURES}, NOW)
    assert shown.people[0].figures == NOTHING


def test_an_abandoned_room_is_shown_until_its_time_is_over() -> None:
    left = call(State.LEFT, State.LEFT)
    assert len(live([left], {}, NOW)) == 1
    assert live([left], {}, NOW + timedelta(hours=2)) == []
    assert len(live([call(State.WAITING)], {}, NOW + timedelta(hours=2))) == 1


@pytest.mark.parametrize(
    ("typed", "right"), [("abc123", True), (" ABC123 ", True), ("bc123", False), ("", False)]
)
def test_the_second_question_wants_the_last_six_characters(typed: str, right: bool) -> None:
    assert confirms("01a20b3b-decd-7782-813f-6c53a2abc123", typed) is right


async def test_the_newest_figures_count_and_old_ones_are_not_shown(
    stats: LatestStats, clock: FakeClock
) -> None:
    await stats.relay_told(TOLD)
    assert stats.figures() == {("room", CLIENT): FIGURES}
    clock.advance(5.1)
    assert stats.figures() == {}


async def test_who_is_not_on_their_relay_any_more_has_no_figures(stats: LatestStats) -> None:
    await stats.relay_told(TOLD)
    await stats.relay_told({**TOLD, "relay_id": "two", "rooms": []})
    assert stats.figures() == {("room", CLIENT): FIGURES}
    await stats.relay_told({**TOLD, "rooms": []})
    assert stats.figures() == {}


async def test_what_the_relay_could_not_measure_the_browser_tells(stats: LatestStats) -> None:
    await stats.browser_told(QUALITY)
    await stats.relay_told(TOLD)
    assert stats.figures() == {("room", CLIENT): Figures("udp", 500_000, 400_000, 0.5, 2.5, 20.0)}


async def test_the_score_the_jitter_and_the_pages_own_words_stand_together(stats: LatestStats) -> None:
    judged = {"score": 55, "cause": "upstream_loss", "worst": "up", "mos": 3.2, "target_bps": 900_000}
    streams = [{"jitter_ms": None}, {"jitter_ms": 8.5, "kind": "audio"}, {"jitter_ms": 3.0}]
    person = {"participant_id": CLIENT, **judged, "streams": streams}
    await stats.relay_told({"relay_id": "one", "rooms": [{"room_id": "room", "participants": [person]}]})
    way = {
        "candidate_type": "relay",
        "protocol": "tls",
        "freezes": 2,
        "frozen_ms": 700.0,
        "freezes_lately": 1,
    }
    await stats.browser_told({**QUALITY, **way, "jitter_ms": 99.0})
    expected = Figures(loss_down_pct=2.5, rtt_ms=99.0, jitter_ms=8.5, **judged, **way)  # type: ignore[arg-type]
    assert stats.figures() == {("room", CLIENT): expected}


async def test_a_page_may_speak_less_often_than_a_relay(stats: LatestStats, clock: FakeClock) -> None:
    await stats.browser_told(QUALITY)
    await stats.relay_told(TOLD)
    clock.advance(5.1)
    assert stats.figures() == {("room", CLIENT): Figures(loss_down_pct=2.5, rtt_ms=99.0)}
    clock.advance(PAGES_LATER_S)
    assert stats.figures() == {}


FAULT = OneWay("video", ParticipantId(CLIENT), ParticipantId(THERAPIST), "to_relay", "tcp")
BROKEN = {**TOLD, "rooms": [{**TOLD["rooms"][0], "one_way": [vars(FAULT)]}]}


async def test_who_is_not_seen_is_known_as_long_as_the_relay_says_so(
    stats: LatestStats, clock: FakeClock
) -> None:
    await stats.relay_told(BROKEN)
    await stats.relay_told({**TOLD, "relay_id": "two", "rooms": []})
    assert stats.one_way() == {"room": (FAULT,)}
    [shown] = live([call(State.CONNECTED, State.CONNECTED)], {}, NOW, stats.one_way())
    assert shown.one_way == (FAULT,)
    await stats.relay_told(TOLD)
    assert stats.one_way() == {}
    await stats.relay_told(BROKEN)
    clock.advance(5.1)
    assert stats.one_way() == {}


@pytest.mark.parametrize("nonsense", [{}, {"rooms": 5}, {"rooms": [{"room_id": 1}]}, {"rtt_ms": -1}])
async def test_nonsense_is_ignored(stats: LatestStats, nonsense: dict[str, object]) -> None:
    await stats.relay_told(nonsense)
    await stats.browser_told(nonsense)
    assert stats.figures() == {}
