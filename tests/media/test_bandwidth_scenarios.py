"""The estimator on a simulated link: what it uses, what waits in the queue, and how soon it gets there.

The scenarios are those of jitsi-media-transform's BandwidthEstimationTest and of GoogCC's network tests, the
variable capacity of RFC 8867 5.1, and what a relay meets beside: layers that cannot be had half, sound alone,
feedback that is lost, silence. Two seeds each; `make long` looks at twenty.
"""

import pytest

from media.bandwidth import DownlinkEstimator
from tests.media.link import KBPS, MBPS, Cross, Link, Trace, simulate
from tests.media.traffic import Traffic, adaptive, fixed, layers

START, LEAST, MOST = 600 * KBPS, 50 * KBPS, 10 * MBPS
SEEDS = [1, 2, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 21))]

pytestmark = pytest.mark.parametrize("seed", SEEDS)


def line(*capacity: tuple[float, float], **fields: object) -> Link:
    return Link(capacity, **fields)  # type: ignore[arg-type]


def run(link: Link, traffic: Traffic, until: float, seed: int) -> Trace:
    return simulate(DownlinkEstimator(START, LEAST, MOST), link, traffic, until, seed=seed)


def encoder() -> Traffic:
    return Traffic(adaptive())


def simulcast() -> Traffic:
    return Traffic(layers(150 * KBPS, 500 * KBPS, 1.5 * MBPS))


def test_a_steady_line_is_used_with_a_short_queue(seed: int) -> None:
    trace = run(line((0, 1 * MBPS)), encoder(), 60, seed)
    assert trace.utilisation(5, 60) >= 0.85
    assert trace.queue_s(5, 60) < 0.15
    assert trace.queue_s(5, 60, 1.0) < 0.3


def test_four_megabits_with_a_long_round_trip_are_found(seed: int) -> None:
    """BandwidthEstimationTest: 4 Mbit/s, 200 ms; within a fifth of it in the end."""
    trace = run(line((0, 4 * MBPS), propagation_s=0.2, return_s=0), encoder(), 40, seed)
    assert trace.utilisation(10, 40) >= 0.8
    assert 4 * MBPS / 1.2 < trace.target_bps(30, 40) < 4 * MBPS * 1.2


def test_a_step_down_is_followed_within_a_second(seed: int) -> None:
    trace = run(line((0, 2.5 * MBPS), (20, 0.6 * MBPS)), encoder(), 40, seed)
    assert trace.target_bps(21, 22) < 0.6 * MBPS
    assert trace.queue_s(20, 40, 1.0) < 1.5
    assert trace.queue_s(23.5, 40) < 0.3
    assert trace.utilisation(25, 40) >= 0.8


def test_a_step_up_is_found_within_ten_seconds(seed: int) -> None:
    trace = run(line((0, 0.5 * MBPS), (20, 2.5 * MBPS)), encoder(), 45, seed)
    assert trace.reached_at(0.7 * 2.5 * MBPS, 20) <= 10
    assert trace.utilisation(30, 45) >= 0.8
    assert trace.queue_s(20, 45) < 0.2


def test_probing_climbs_back_to_the_highest_layer_within_ten_seconds(seed: int) -> None:
    """Layers: what is sent says nothing of what would fit, only probes do, also after many that failed."""
    trace = run(line((0, 3 * MBPS), (15, 0.3 * MBPS), (60, 3 * MBPS)), simulcast(), 75, seed)
    assert trace.target_bps(20, 60) < 0.4 * MBPS
    assert trace.reached_at(1.6 * MBPS, 60) <= 10
    assert trace.queue_s(65, 75) < 0.1


def test_probes_of_a_full_line_are_rare_and_short(seed: int) -> None:
    trace = run(line((0, 0.6 * MBPS)), simulcast(), 60, seed)
    assert len([at for at, _ in trace.probes if at > 10]) <= 12
    assert trace.queue_s(10, 60, 1.0) < 0.2


def test_three_per_cent_random_loss_is_no_congestion(seed: int) -> None:
    trace = run(line((0, 1.5 * MBPS), loss=0.03), encoder(), 60, seed)
    assert trace.utilisation(10, 60) >= 0.75
    assert trace.queue_s(10, 60) < 0.2


def test_a_fifth_lost_for_half_a_minute_is_survived(seed: int) -> None:
    trace = run(line((0, 1.5 * MBPS), loss=0.2, loss_span=(15, 45)), encoder(), 60, seed)
    assert trace.lowest_bps(15, 45) > 0.4 * MBPS
    assert trace.target_bps(50, 60) > 0.75 * 1.5 * MBPS


def test_a_deep_queue_is_not_filled(seed: int) -> None:
    """Bufferbloat: eight seconds would fit."""
    trace = run(line((0, 1 * MBPS), (30, 0.5 * MBPS), queue_bytes=1_000_000), encoder(), 60, seed)
    assert trace.utilisation(5, 30) >= 0.8
    assert trace.queue_s(5, 30) < 0.15
    assert trace.queue_s(30, 60, 1.0) < 1.0
    assert trace.queue_s(35, 60) < 0.25


def test_a_short_queue_is_not_overrun(seed: int) -> None:
    trace = run(line((0, 1 * MBPS), queue_bytes=6000), encoder(), 60, seed)
    assert trace.utilisation(5, 60) >= 0.8
    assert trace.dropped_packets < 0.05 * trace.sent_packets


def test_beside_somebody_elses_sound_the_rest_is_ours(seed: int) -> None:
    sound = (Cross(64 * KBPS),)
    trace = run(line((0, 0.5 * MBPS), cross=sound), encoder(), 60, seed)
    assert trace.utilisation(5, 60) >= 0.7
    assert trace.utilisation(5, 60) < (500 - 64) / 500
    assert trace.queue_s(5, 60) < 0.15


def test_sound_that_joins_pushes_us_back_without_waiting(seed: int) -> None:
    trace = run(line((0, 0.5 * MBPS), cross=(Cross(100 * KBPS, 20, 40),)), encoder(), 60, seed)
    assert trace.queue_s(20, 40, 1.0) < 0.3
    assert trace.utilisation(22, 40) < 0.8
    assert trace.utilisation(50, 60) >= 0.8


def test_variable_capacity(seed: int) -> None:
    """RFC 8867 5.1, with its queue of 300 ms."""
    capacity = ((0, 1 * MBPS), (40, 2.5 * MBPS), (60, 0.6 * MBPS), (80, 1 * MBPS))
    trace = run(line(*capacity, queue_bytes=37_500), encoder(), 100, seed)
    for start, end in ((5, 40), (50, 60), (65, 80), (90, 100)):
        assert trace.utilisation(start, end) >= 0.7, start
        assert trace.queue_s(start, end) < 0.2, start
    assert trace.dropped_packets < 0.02 * trace.sent_packets


def test_ten_seconds_of_silence_end_within_three(seed: int) -> None:
    trace = run(line((0, 2 * MBPS), silent=((20, 30),)), encoder(), 45, seed)
    assert trace.lowest_bps(29, 30) == LEAST
    assert trace.reached_at(0.7 * 2 * MBPS, 30) <= 3
    assert trace.utilisation(34, 45) >= 0.75
    assert trace.queue_s(30, 45) < 0.3


def test_half_a_second_of_silence_is_passed_over(seed: int) -> None:
    trace = run(line((0, 2 * MBPS), silent=((20, 20.6),)), encoder(), 30, seed)
    assert trace.lowest_bps(20, 30) > 0.6 * 2 * MBPS


def test_a_line_that_stands_still_is_emptied_first(seed: int) -> None:
    """Nothing is lost, all of it waits: three seconds of it."""
    trace = run(line((0, 2 * MBPS), (20, 1 * KBPS), (23, 2 * MBPS)), encoder(), 50, seed)
    assert trace.queue_s(32, 50) < 0.5
    assert trace.utilisation(30, 50) >= 0.8


def test_a_packet_or_two_a_second_do_not_ruin_the_target(seed: int) -> None:
    for interval_s in (0.5, 0.7, 1.0):
        sparse = Traffic(None, audio_interval_s=interval_s, probing=False)
        trace = run(line((0, 1 * MBPS), jitter_s=0.05, loss=0.02), sparse, 120, seed)
        assert trace.lowest_bps(0, 120) >= 0.25 * START  # for a moment, when one is lost
        assert trace.target_bps(0, 120) >= 0.9 * START


def test_sound_alone_keeps_the_target_for_the_picture(seed: int) -> None:
    later = Traffic(lambda target, now: 0 if now < 30 else adaptive()(target, now), probing=False)
    trace = run(line((0, 1 * MBPS), jitter_s=0.02), later, 50, seed)
    assert trace.lowest_bps(0, 30) >= 0.7 * START
    assert trace.utilisation(40, 50) >= 0.75


def test_a_low_rate_that_is_limited_by_what_there_is_stays_and_is_not_lifted_far(seed: int) -> None:
    trace = run(line((0, 20 * MBPS)), Traffic(fixed(300 * KBPS), probing=False), 60, seed)
    assert trace.lowest_bps(5, 60) >= START
    assert trace.highest_bps(5, 60) <= 700 * KBPS


@pytest.mark.parametrize(("offset_s", "drift"), [(-1e5, 0.0), (1e6, 3e-4), (0.0, -3e-4)])
def test_the_receivers_clock_may_be_off_and_drift(seed: int, offset_s: float, drift: float) -> None:
    link = line((0, 1 * MBPS), clock_offset_s=offset_s, clock_drift=drift)
    trace = run(link, encoder(), 40, seed)
    assert trace.utilisation(5, 40) >= 0.85
    assert trace.queue_s(5, 40) < 0.15


def test_packets_out_of_order_do_not_matter(seed: int) -> None:
    trace = run(line((0, 1 * MBPS), reordered=0.05), encoder(), 40, seed)
    assert trace.utilisation(5, 40) >= 0.8
    assert trace.queue_s(5, 40) < 0.2


@pytest.mark.parametrize("fields", [{"jitter_s": 0.04}, {"bunched_s": 0.02}], ids=["jitter", "bunches"])
def test_a_radio_is_no_queue(seed: int, fields: dict[str, float]) -> None:
    trace = run(line((0, 1 * MBPS), **fields), encoder(), 40, seed)
    assert trace.utilisation(5, 40) >= 0.75
    assert trace.queue_s(5, 40) < 0.25


@pytest.mark.parametrize(
    "fields", [{"feedback_loss": 0.3}, {"feedback_interval_s": 0.25}], ids=["lost", "rare"]
)
def test_feedback_may_be_lost_or_rare(seed: int, fields: dict[str, float]) -> None:
    trace = run(line((0, 1 * MBPS), (20, 0.5 * MBPS), **fields), encoder(), 40, seed)
    assert trace.utilisation(8, 20) >= 0.75
    assert trace.utilisation(25, 40) >= 0.75
    assert trace.queue_s(25, 40) < 0.35


def test_a_line_far_below_the_start_is_found_at_once(seed: int) -> None:
    trace = run(line((0, 150 * KBPS)), encoder(), 40, seed)
    assert trace.target_bps(1, 3) < 150 * KBPS
    assert trace.queue_s(0, 40, 1.0) < 1.9
    assert trace.queue_s(8, 40) < 0.4
    assert trace.utilisation(8, 40) >= 0.8
