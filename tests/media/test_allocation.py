"""Layers follow the budget down at once and up with patience, and never take more than there is."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from media.allocation import HOLD_S, RISE_MARGIN, UNWATCHED_S, Allocator, Camera, Dynacast, Layer, Wish

RIDS = (None, "l", "m", "h")  # in rising order
LADDER = (("l", 150_000, 180), ("m", 500_000, 360), ("h", 1_500_000, 720))
PLENTY = 100_000_000


def camera(source: str, wish: Wish = Wish(), off: str = "", current: str | None = None) -> Camera:  # noqa: B008
    layers = (Layer(rid, 1, bps, height, rid not in off) for rid, bps, height in LADDER)
    return Camera(source, tuple(layers), wish, current)


def alone(bitrate_bps: int) -> Camera:
    """A camera without simulcast."""
    return Camera("a", (Layer("", 1, bitrate_bps, None, True),), Wish(), None)


def rids(allocator: Allocator, cameras: Sequence[Camera], budget_bps: int, now: float) -> list[str | None]:
    chosen = allocator.allocate(cameras, budget_bps, now)
    return [chosen[camera.source] for camera in cameras]


def bitrate_bps(cameras: Sequence[Camera], chosen: dict[Hashable, str | None]) -> int:
    layers = (layer for c in cameras for layer in c.layers if layer.rid == chosen[c.source])
    return sum(layer.bitrate_bps for layer in layers)


# Laws.

wishes = st.builds(
    Wish, st.none() | st.sampled_from([90, 180, 360, 720]), st.booleans(), st.booleans(), st.booleans()
)
heights = st.none() | st.integers(90, 1080)


@st.composite
def cameras(draw: st.DrawFn) -> list[Camera]:
    made = []
    for number in range(draw(st.integers(1, 6))):
        size = draw(st.integers(1, 3))
        layers = tuple(
            Layer(rid, 1, draw(st.integers(1, 3_000_000)), draw(heights), draw(st.booleans()))
            for rid in RIDS[1 : size + 1]
            if rid is not None
        )
        made.append(Camera(number, layers, draw(wishes), draw(st.sampled_from(RIDS))))
    return made


rounds = st.lists(st.tuples(cameras(), st.integers(-1, 12_000_000), st.floats(0, 15)), min_size=1, max_size=8)


@given(rounds)
def test_it_never_takes_more_than_there_is_nor_what_is_not_wanted_or_not_sent(
    rounds: list[tuple[list[Camera], int, float]],
) -> None:
    allocator, now = Allocator(), 0.0
    for seen, budget_bps, passed_s in rounds:
        now += passed_s
        chosen = allocator.allocate(seen, budget_bps, now)
        assert bitrate_bps(seen, chosen) <= max(0, budget_bps)
        assert list(chosen) == [c.source for c in seen]
        for one in seen:
            active = {layer.rid for layer in one.layers if layer.active}
            rid = chosen[one.source]
            if rid is not None:
                assert rid in active
                assert one.wish.visible
                assert not one.wish.paused
                lower = [
                    layer for layer in one.layers if layer.active and RIDS.index(layer.rid) < RIDS.index(rid)
                ]
                assert not any(layer.height_px and layer.height_px >= one.wish.size for layer in lower)


@st.composite
def weather(draw: st.DrawFn) -> list[tuple[list[Camera], int, float]]:
    """The same wishes throughout, under budgets, bitrates and layers that come and go."""
    first = [replace(one, wish=Wish(draw(heights), pinned=one.wish.pinned)) for one in draw(cameras())]
    moments = []
    for _ in range(draw(st.integers(2, 12))):
        seen = []
        for one in first:
            bitrates = sorted(draw(st.integers(50_000, 2_000_000)) for _ in one.layers)
            layers = [
                replace(layer, bitrate_bps=bps, active=draw(st.booleans()))
                for layer, bps in zip(one.layers, bitrates, strict=True)
            ]
            seen.append(replace(one, layers=(replace(layers[0], active=True), *layers[1:])))
        moments.append((seen, draw(st.just(PLENTY) | st.integers(0, 8_000_000)), draw(st.floats(0.1, 6))))
    return moments


@given(weather())
def test_who_fell_rises_no_earlier_than_after_the_hold(
    weather: list[tuple[list[Camera], int, float]],
) -> None:
    allocator, now = Allocator(), 0.0
    chosen = allocator.allocate(weather[0][0], PLENTY, now)
    fell_at = dict.fromkeys(chosen, -HOLD_S)
    for seen, budget_bps, passed_s in weather:
        now += passed_s
        before, chosen = chosen, allocator.allocate(seen, budget_bps, now)
        for source, rid in chosen.items():
            if RIDS.index(rid) > RIDS.index(before[source]):
                assert now >= fell_at[source] + HOLD_S
            if RIDS.index(rid) < RIDS.index(before[source]):
                fell_at[source] = now


@given(st.lists(st.integers(0, 5_000_000), min_size=2, max_size=30), st.integers(1, 5))
def test_after_a_budget_that_was_too_small_nobody_rises_until_the_hold_is_over(
    budgets: list[int], count: int
) -> None:
    allocator, seen = Allocator(), [camera(str(n)) for n in range(count)]
    chosen = [allocator.allocate(seen, PLENTY, 0.0)]
    chosen += [allocator.allocate(seen, budget_bps, second) for second, budget_bps in enumerate(budgets, 1)]
    taken = [bitrate_bps(seen, one) for one in chosen]
    for second, (before, after) in enumerate(pairwise(taken), 1):
        if after > before:
            recent = range(max(1, second - int(HOLD_S) + 1), second + 1)
            assert all(taken[moment - 1] <= budgets[moment - 1] for moment in recent)


@given(cameras(), st.integers(0, 12_000_000))
def test_the_same_again_changes_nothing(seen: list[Camera], budget_bps: int) -> None:
    allocator = Allocator()
    chosen = allocator.allocate(seen, budget_bps, 0.0)
    assert allocator.allocate(seen, budget_bps, 0.0) == chosen
    assert allocator.allocate(seen, budget_bps, 3 * HOLD_S) == chosen


@given(cameras(), st.integers(0, 12_000_000))
def test_an_aim_is_never_below_what_is_allocated(seen: list[Camera], budget_bps: int) -> None:
    allocator = Allocator()
    chosen = allocator.allocate(seen, budget_bps, 0.0)
    for source, rid in chosen.items():
        assert RIDS.index(allocator.aims.get(source)) >= RIDS.index(rid)


# Cases.


def test_with_plenty_everybody_gets_what_the_page_shows_and_no_more() -> None:
    seen = [
        camera("stage", Wish(720)),
        camera("tile", Wish(200)),
        camera("thumbnail", Wish(100)),
        camera("any"),
        camera("wall", Wish(2160)),
        camera("hidden", Wish(visible=False)),
        camera("paused", Wish(paused=True)),
    ]
    assert rids(Allocator(), seen, PLENTY, 0.0) == ["h", "m", "l", "h", "h", None, None]


def test_layers_fall_before_anybody_is_paused() -> None:
    seen = [camera(name) for name in "abc"]
    assert rids(Allocator(), seen, 470_000, 0.0) == ["l", "l", None]  # a rise needs something to spare
    assert rids(Allocator(), seen, 500_000, 0.0) == ["l", "l", "l"]
    assert rids(Allocator(), seen, 900_000, 0.0) == ["m", "l", "l"]
    assert rids(Allocator(), seen, 149_000, 0.0) == [None, None, None]


def test_the_pinned_get_all_they_want_before_others_get_a_second_layer() -> None:
    seen = [camera("a"), camera("b"), camera("pinned", Wish(pinned=True))]
    assert rids(Allocator(), seen, 2_000_000, 0.0) == ["l", "l", "h"]
    assert rids(Allocator(), seen, 2_500_000, 0.0) == ["m", "l", "h"]


def test_the_pinned_are_the_last_to_be_paused() -> None:
    seen = [camera("a", Wish(720)), camera("pinned", Wish(90, pinned=True))]
    assert rids(Allocator(), seen, 200_000, 0.0) == [None, "l"]


def test_who_is_shown_bigger_comes_first() -> None:
    seen = [camera("small", Wish(180)), camera("big", Wish(720)), camera("medium", Wish(360))]
    assert rids(Allocator(), seen, 350_000, 0.0) == [None, "l", "l"]
    assert rids(Allocator(), seen, 900_000, 0.0) == ["l", "m", "l"]


def test_it_falls_at_once_and_rises_after_the_hold() -> None:
    allocator, seen = Allocator(), [camera("a")]
    assert rids(allocator, seen, 2_000_000, 0.0) == ["h"]
    assert rids(allocator, seen, 1_400_000, 1.0) == ["m"]
    assert rids(allocator, seen, 3_000_000, 10.9) == ["m"]
    assert rids(allocator, seen, 3_000_000, 11.0) == ["h"]


def test_a_pause_ends_after_the_hold_too() -> None:
    allocator, seen = Allocator(), [camera("a")]
    assert rids(allocator, seen, 2_000_000, 0.0) == ["h"]
    assert rids(allocator, seen, 100_000, 1.0) == [None]
    assert rids(allocator, seen, 3_000_000, 5.0) == [None]
    assert rids(allocator, seen, 3_000_000, 11.0) == ["h"]


def test_nobody_rises_with_what_the_fall_of_another_leaves() -> None:
    allocator, seen = Allocator(), [camera("a", Wish(pinned=True)), camera("b")]
    assert rids(allocator, seen, 1_900_000, 0.0) == ["h", "l"]
    assert rids(allocator, seen, 1_200_000, 1.0) == ["m", "l"]
    assert rids(allocator, seen, 1_200_000, 10.0) == ["m", "l"]
    assert rids(allocator, seen, 1_200_000, 11.0) == ["m", "m"]


def test_each_new_fall_begins_the_hold_anew() -> None:
    allocator, seen = Allocator(), [camera("a")]
    rids(allocator, seen, 2_000_000, 0.0)
    assert rids(allocator, seen, 1_000_000, 1.0) == ["m"]
    assert rids(allocator, seen, 200_000, 6.0) == ["l"]
    assert rids(allocator, seen, 3_000_000, 12.0) == ["l"]
    assert rids(allocator, seen, 3_000_000, 16.0) == ["h"]


def test_what_is_had_is_kept_with_a_budget_too_small_to_rise_with() -> None:
    seen = [camera("a")]
    just_enough = 1_500_000
    assert rids(Allocator(), seen, just_enough, 0.0) == ["m"]
    allocator = Allocator()
    assert rids(allocator, seen, round(just_enough * RISE_MARGIN) + 1, 0.0) == ["h"]
    assert rids(allocator, seen, just_enough, 1.0) == ["h"]


def test_whoever_is_wanted_more_is_not_held_back() -> None:
    allocator = Allocator()
    small = [camera("a", Wish(180)), camera("b", Wish(720))]
    assert rids(allocator, small, 2_000_000, 0.0) == ["l", "h"]
    assert rids(allocator, small, 950_000, 1.0) == ["l", "m"]  # a fall: a hold for everybody
    bigger = [camera("a", Wish(360)), camera("b", Wish(720))]
    assert rids(allocator, bigger, 1_200_000, 1.5) == ["m", "m"]
    pinned = [camera("a", Wish(360)), camera("b", Wish(720, pinned=True))]
    assert rids(allocator, pinned, 1_900_000, 1.8) == ["l", "h"]
    shown = [*pinned, camera("c", Wish(180))]
    assert rids(allocator, shown, 2_000_000, 3.0) == ["l", "h", "l"]


def test_who_made_room_for_another_wish_has_it_back_when_the_wish_is_gone() -> None:
    allocator = Allocator()
    assert rids(allocator, [camera("a"), camera("b")], 1_900_000, 0.0) == ["m", "m"]
    assert rids(allocator, [camera("a"), camera("b", Wish(pinned=True))], 1_900_000, 1.0) == ["l", "h"]
    assert rids(allocator, [camera("a"), camera("b")], 1_900_000, 2.0) == ["m", "m"]


def test_a_layer_that_stops_is_replaced_at_once_and_taken_again_after_the_hold() -> None:
    allocator = Allocator()
    assert rids(allocator, [camera("a")], PLENTY, 0.0) == ["h"]
    assert rids(allocator, [camera("a", off="h")], PLENTY, 1.0) == ["m"]
    assert rids(allocator, [camera("a")], PLENTY, 3.0) == ["m"]
    assert rids(allocator, [camera("a")], PLENTY, 11.0) == ["h"]


def test_a_camera_switched_off_and_on_comes_back_at_once() -> None:
    allocator = Allocator()
    assert rids(allocator, [camera("a")], PLENTY, 0.0) == ["h"]
    assert rids(allocator, [camera("a", off="lmh")], PLENTY, 1.0) == [None]
    assert rids(allocator, [camera("a")], PLENTY, 2.0) == ["h"]


def test_a_layer_gone_for_good_leaves_the_viewer_with_the_lowest() -> None:
    allocator, whole = Allocator(), camera("a")
    assert rids(allocator, [camera("a", Wish(360))], PLENTY, 0.0) == ["m"]
    less = replace(whole, layers=(whole.layers[0], whole.layers[2]), wish=Wish(360))
    assert rids(allocator, [less], PLENTY, 1.0) == ["h"]
    allocator = Allocator()
    rids(allocator, [whole, camera("b")], PLENTY, 0.0)
    assert rids(allocator, [whole, camera("b")], 700_000, 1.0) == ["m", "l"]
    gone = replace(whole, layers=(whole.layers[0], whole.layers[2]))
    assert rids(allocator, [gone, camera("b")], PLENTY, 2.0) == ["l", "l"]  # held


def test_who_had_a_layer_that_stops_has_another_although_the_hold_goes_on() -> None:
    allocator = Allocator()
    rids(allocator, [camera("a")], PLENTY, 0.0)
    assert rids(allocator, [camera("a")], 200_000, 1.0) == ["l"]
    assert rids(allocator, [camera("a", off="l")], PLENTY, 2.0) == ["m"]


def test_what_flows_already_is_no_rise() -> None:
    assert rids(Allocator(), [camera("a", current="h")], 1_500_000, 0.0) == ["h"]


def test_a_camera_without_simulcast_is_sent_or_paused() -> None:
    allocator = Allocator()
    assert rids(allocator, [alone(50_000)], 60_000, 0.0) == [""]
    assert rids(allocator, [alone(50_000)], 40_000, 1.0) == [None]


def test_an_aim_tells_what_would_be_taken_if_it_were_sent() -> None:
    allocator = Allocator()
    seen = [
        camera("a", off="h"),
        camera("b", Wish(180)),
        camera("c", Wish(visible=False)),
        camera("d", off="lmh"),
    ]
    assert rids(allocator, seen, PLENTY, 0.0) == ["m", "l", None, None]
    assert allocator.aims == {"a": "h", "b": "l", "d": "h"}
    rids(allocator, seen, 1_000_000, 60.0)
    assert allocator.aims == {"a": "m", "b": "l", "d": "l"}


def test_a_layer_nobody_watches_is_switched_off_after_a_while_and_on_at_once() -> None:
    dynacast, everything = Dynacast(), frozenset("lmh")
    watched = {"a": {"l": True, "m": False, "h": True}}
    assert dynacast.wanted(watched, 0.0) == {"a": everything}
    assert dynacast.wanted(watched, UNWATCHED_S - 0.1) == {"a": everything}
    watched = {"a": {"l": True, "m": False, "h": False}}
    assert dynacast.wanted(watched, UNWATCHED_S) == {"a": frozenset("lh")}
    assert dynacast.wanted(watched, 2 * UNWATCHED_S) == {"a": frozenset("l")}
    watched = {"a": {"l": True, "m": True, "h": False}}
    assert dynacast.wanted(watched, 2 * UNWATCHED_S) == {"a": frozenset("lm")}


def test_whom_nobody_watches_sends_nothing_after_a_while() -> None:
    dynacast, watched = Dynacast(), {"a": {"l": False}}
    assert dynacast.wanted(watched, 0.0) == {"a": {"l"}}
    assert dynacast.wanted(watched, UNWATCHED_S) == {"a": frozenset()}


def test_a_source_that_was_away_begins_anew() -> None:
    dynacast, watched = Dynacast(), {"a": {"l": False}}
    dynacast.wanted(watched, 0.0)
    assert dynacast.wanted({}, 1.0) == {}
    assert dynacast.wanted(watched, UNWATCHED_S) == {"a": {"l"}}


@given(st.lists(st.tuples(st.floats(0.1, 12), st.booleans()), min_size=1, max_size=40))
def test_a_layer_is_off_only_when_nobody_has_watched_it_for_the_whole_time(
    moments: list[tuple[float, bool]],
) -> None:
    dynacast, now, watched_at = Dynacast(), 0.0, 0.0
    dynacast.wanted({"a": {"l": True}}, now)
    for passed_s, is_watched in moments:
        now += passed_s
        watched_at = now if is_watched else watched_at
        wanted = dynacast.wanted({"a": {"l": is_watched}}, now)
        assert ("l" in wanted["a"]) == (now - watched_at < UNWATCHED_S)
