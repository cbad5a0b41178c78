"""A body with flesh, clothes and things around it, as plain shapes placed in the plane (pure, in cm).

Every shape is the hull of a few circles and keeps its form; it is moved, turned and, where the trunk turns
about its axis, narrowed. SVG (animated_svg.py) and pictures (raster.py) draw the same list. Raise DRAWING
whenever something here is changed: what was rendered before is made anew then.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from care.exercise import Motion, Prop
from care.skeleton import SIDES, Body, Bone

DRAWING = 1
FLOOR_CM = 0.0

Circle = tuple[float, float, float]  # x, y, radius

PAPER, DISC, FLOOR = "#fbf7f0", "#f3ebdd", "#e6dac6"
WOOD, WOOD_DARK, MAT, WALL = "#c9b394", "#b39a78", "#c5e0d9", "#eadfce"
SKIN, SKIN_FAR, HAIR, INK = "#f0cba8", "#ddb48f", "#55443a", "#3a302a"
SHIRT, SHIRT_NEAR, SHIRT_FAR = "#4d9988", "#5aa797", "#3a7d6f"
TROUSERS, TROUSERS_FAR, SHOE, SHOE_FAR = "#69757c", "#525d63", "#f4eee3", "#ddd3c3"
ACCENT, ACCENT_FAR, EDGE = "#e9834a", "#cf6f39", "#2f655a"
EDGE_LEG, EDGE_SKIN, EDGE_ACCENT = "#4b555b", "#c99d78", "#b85f2c"


@dataclass(frozen=True)
class Shape:
    """A form with its colour. `edge`: a thin line around it, empty for none."""

    name: str
    circles: tuple[Circle, ...]
    fill: str
    edge: str = ""


@dataclass(frozen=True)
class Placed:
    """A shape where it is at a moment: its origin, its turn (degrees, clockwise), its narrowing."""

    shape: Shape
    x: float
    y: float
    turn: float
    narrow: float = 1.0


def rounded(left: float, bottom: float, right: float, top: float, radius: float) -> tuple[Circle, ...]:
    """A rectangle with round corners."""
    inner = (left + radius, right - radius), (bottom + radius, top - radius)
    return tuple((x, y, radius) for x in inner[0] for y in inner[1])


TRUNK_SIDE: Mapping[str, tuple[Circle, ...]] = {
    "pelvis": ((-1.5, 0.5, 11.2), (0, 8, 9.6)),
    "lumbar": ((0, 0, 10), (0, 16, 9.8)),
    "thoracic": ((0, 0, 9.8), (0.6, 15, 11.2)),
    "chest": ((0.6, 0, 11.2), (-0.5, 9, 8.2)),
    "belly": ((2.4, 3, 7.2), (2.4, 12, 7.2)),
}
TRUNK_FRONT: Mapping[str, tuple[Circle, ...]] = {
    "pelvis": ((-8, 0, 9), (8, 0, 9), (-6.5, 9, 8), (6.5, 9, 8)),
    "lumbar": ((-6, 0, 8.4), (6, 0, 8.4), (-6.4, 16, 8.4), (6.4, 16, 8.4)),
    "thoracic": ((-6.4, 0, 8.4), (6.4, 0, 8.4), (-8.5, 15, 9), (8.5, 15, 9)),
    "chest": ((-8.5, 0, 9), (8.5, 0, 9), (-14.5, 8.5, 5.6), (14.5, 8.5, 5.6), (-4.5, 12, 4), (4.5, 12, 4)),
}
LIMB: Mapping[str, tuple[Circle, ...]] = {
    "upper_arm": ((0, 0, 5.9), (0, 28, 4.3)),
    "forearm": ((0, 0, 4.2), (0, 24, 3.2)),
    "hand": ((0, 1.5, 3.3), (0, 8, 3.0)),
    "thigh": ((0, 0, 9.6), (0, 42, 6.4)),
    "shin": ((0, 0, 6.2), (0, 22, 5.6), (0, 40, 4)),
    "foot": ((3.2, -4.2, 3.6), (0.6, 0.5, 4), (3.8, 13, 3)),
}
FOOT_FRONT: tuple[Circle, ...] = ((0, -1, 4.4), (0, 4.5, 4.6))
COLOURS = {
    "upper_arm": (SHIRT_NEAR, SHIRT_FAR, EDGE),
    "forearm": (SKIN, SKIN_FAR, EDGE_SKIN),
    "hand": (SKIN, SKIN_FAR, EDGE_SKIN),
    "thigh": (TROUSERS, TROUSERS_FAR, EDGE_LEG),
    "shin": (TROUSERS, TROUSERS_FAR, EDGE_LEG),
    "foot": (SHOE, SHOE_FAR, "#b9ad9a"),
}
ARM, LEG = ("hand", "forearm", "upper_arm"), ("foot", "shin", "thigh")


def body_shapes(motion: Motion, body: Body) -> list[Placed]:
    """From the back to the front; always the same shapes in the same order for one motion."""
    return list(_side(motion, body) if motion.view == "side" else _front(motion, body))


def _side(motion: Motion, body: Body) -> Iterator[Placed]:
    yield from _limb(motion, body, "left", LEG, far=True)
    yield from _limb(motion, body, "left", ARM, far=True)
    yield _trunk(motion, body, "neck")
    yield from _trunk_from_side(motion, body)
    yield from _head_from_side(motion, body)
    yield from _limb(motion, body, "right", LEG, far=False)
    yield from _limb(motion, body, "right", ARM, far=False)


def _trunk_from_side(motion: Motion, body: Body) -> list[Placed]:
    """What is highlighted comes last, so that its neighbours do not lie over it."""
    parts = [_trunk(motion, body, part) for part in ("pelvis", "lumbar", "thoracic", "chest")]
    parts.insert(2, _belly(motion, body))
    return sorted(parts, key=lambda part: part.shape.fill == ACCENT)


def _front(motion: Motion, body: Body) -> Iterator[Placed]:
    """Knees of somebody who sits are before the trunk."""
    legs = [each for side in SIDES for each in _limb(motion, body, side, LEG, far=False)]
    seated = motion.base == "sitting"
    yield from () if seated else legs
    for part in ("neck", "pelvis", "lumbar", "thoracic", "chest"):
        yield _trunk(motion, body, part)
    yield from legs if seated else ()
    yield from _head_from_front(motion, body)
    for side in SIDES:
        yield from _limb(motion, body, side, ARM, far=False)


def _limb(motion: Motion, body: Body, side: str, parts: tuple[str, ...], *, far: bool) -> Iterator[Placed]:
    for part in parts:
        name = f"{side}_{part}"
        near_colour, far_colour, edge = COLOURS[part]
        fill = far_colour if far else near_colour
        if name in motion.highlight:
            fill, edge = (ACCENT_FAR if far else ACCENT), EDGE_ACCENT
        yield _on(body.bones[name], Shape(name, _form(motion, part), fill, edge))


@cache
def _form(motion: Motion, part: str) -> tuple[Circle, ...]:
    if part in ("upper_arm", "forearm"):
        return tuple((x, y * motion.arms_seen, r) for x, y, r in LIMB[part])
    if motion.view == "side":
        return LIMB[part]
    if part == "foot":
        return FOOT_FRONT
    if part == "thigh" and motion.base == "sitting":
        return ((0, 0, 9.2), (0, 4.2, 8))
    return LIMB[part]


def _on(bone: Bone, shape: Shape, narrow: float = 1.0) -> Placed:
    return Placed(shape, bone.x, bone.y, bone.direction, narrow)


def _trunk(motion: Motion, body: Body, part: str) -> Placed:
    fill = {"pelvis": TROUSERS, "neck": SKIN_FAR}.get(part, SHIRT)
    if part in motion.highlight:
        fill = ACCENT
    narrow = 1.0
    if part == "neck":
        circles: tuple[Circle, ...] = ((0, -2, 5.2), (0, 9, 4.9))
    elif motion.view == "side":
        circles = TRUNK_SIDE[part]
    else:
        circles = TRUNK_FRONT[part]
        share = {"chest": 1.0, "thoracic": 0.7, "lumbar": 0.35}.get(part, 0.0)
        narrow = math.cos(math.radians(body.turn_trunk * share))
    return _on(body.bones[part], Shape(part, circles, fill), narrow)


def _belly(motion: Motion, body: Body) -> Placed:
    fill = ACCENT if {"belly", "lumbar"} & set(motion.highlight) else SHIRT  # it lies over the lumbar part
    x, y = body.bones["lumbar"].at(0, body.belly)
    return Placed(Shape("belly", TRUNK_SIDE["belly"], fill), x, y, body.bones["lumbar"].direction)


def _head_from_side(motion: Motion, body: Body) -> Iterator[Placed]:
    head = body.bones["head"]
    skin = ACCENT if "head" in motion.highlight else SKIN
    shade = ACCENT_FAR if "head" in motion.highlight else SKIN_FAR
    for name, circles, fill in (
        ("hair_back", ((-2.2, 10.5, 11.2), (-4.5, 6.5, 8)), HAIR),
        ("face", ((2.6, 8.2, 9.2), (4.6, 3.6, 5.8)), skin),
        ("nose", ((11.6, 7.2, 1.5), (11.2, 9, 1)), skin),
        ("fringe", ((-1.5, 15.5, 6.2), (5.6, 16, 3.4)), HAIR),
        ("ear", ((-0.6, 7.6, 2.1), (-0.4, 9.4, 2.1)), shade),
        ("eye", ((8, 9.6, 1.05), (8, 10.3, 1.05)), INK),
        ("mouth", ((7.6, 3.4, 0.55), (9.4, 4, 0.55)), INK),
    ):
        yield _on(head, Shape(name, circles, fill))


def _head_from_front(motion: Motion, body: Body) -> Iterator[Placed]:
    """What is in the face moves across the head and grows narrower as the head turns."""
    head, turn = body.bones["head"], math.radians(body.turn_head)
    skin = ACCENT if "head" in motion.highlight else SKIN
    shade = ACCENT_FAR if "head" in motion.highlight else SKIN_FAR
    aside, narrow = math.sin(turn), math.cos(turn)
    for name, circles, fill, shift in (
        ("ear_right", ((-10, 7.6, 2.1), (-10, 9.2, 2.1)), shade, 10 - 10 * narrow),
        ("ear_left", ((10, 7.6, 2.1), (10, 9.2, 2.1)), shade, 10 * narrow - 10),
        ("hair_back", ((0, 12.6, 10.6), (0, 11, 10.5)), HAIR, 0.0),
        ("face", ((0, 8.8, 9.2), (0, 4.4, 7.2)), skin, 2.4 * aside),
    ):
        yield _across(head, Shape(name, circles, fill), shift, 1.0)
    hair = ((-4.6, 16.6, 5), (4.6, 16.6, 5))
    yield _across(head, Shape("fringe", hair, HAIR), 1.2 * aside, 1.0)
    for feature in (
        Shape("eye_right", ((-3.9, 9.3, 1.1), (-3.9, 10, 1.1)), INK),
        Shape("eye_left", ((3.9, 9.3, 1.1), (3.9, 10, 1.1)), INK),
        Shape("nose", ((0, 6.6, 0.9), (0, 7.6, 0.7)), shade),
        Shape("mouth", ((-2, 3.9, 0.6), (0, 3.3, 0.6), (2, 3.9, 0.6)), INK),
    ):
        yield _across(head, feature, 9.0 * aside, narrow)


def _across(head: Bone, shape: Shape, shift: float, narrow: float) -> Placed:
    x, y = head.at(0, shift)
    return Placed(shape, x, y, head.direction, narrow)


def scene_shapes(motion: Motion) -> list[Placed]:
    """What stands still behind the body."""
    camera = motion.camera
    half, tall = camera.width / 2, camera.width * 0.75 / 2
    low = camera.y - tall - 20
    disc = Shape("disc", ((0, 0, tall * 0.92),), DISC)
    floor = rounded(camera.x - half - 20, low, camera.x + half + 20, FLOOR_CM, 0.1)
    shapes = [Placed(disc, camera.x, camera.y, 0), Placed(Shape("floor", floor, FLOOR), 0, 0, 0)]
    for prop in motion.props:
        shapes += [Placed(shape, prop.x, 0, 0) for shape in _prop(prop, motion)]
    return shapes


def _prop(prop: Prop, motion: Motion) -> Iterator[Shape]:
    if prop.kind == "mat":
        half = prop.width / 2
        yield Shape("mat", rounded(-half, -1.6, half, 2.4, 2), MAT)
    elif prop.kind == "wall":
        yield Shape("wall", rounded(0, -1, 400, 400, 0.5), WALL, WOOD_DARK)
    elif prop.kind == "table":
        yield Shape("table_leg", rounded(18, 0, 22, prop.height - 2, 1), WOOD_DARK)
        yield Shape("table_leg", rounded(58, 0, 62, prop.height - 2, 1), WOOD_DARK)
        yield Shape("table", rounded(8, prop.height - 5, 75, prop.height, 2), WOOD)
    elif motion.view == "side":
        yield Shape("chair_leg", rounded(-18, 0, -14.5, 37, 1.2), WOOD_DARK)
        yield Shape("chair_leg", rounded(19, 0, 22.5, 37, 1.2), WOOD_DARK)
        yield Shape("chair_back", ((-17, 38, 2.2), (-20, 84, 2.2)), WOOD_DARK)
        yield Shape("chair_back", ((-19, 66, 3), (-20, 82, 3)), WOOD)
        yield Shape("chair_seat", rounded(-20, 34, 26, 39, 2.4), WOOD)
    else:
        yield Shape("chair_back", rounded(-20, 60, 20, 86, 5), WOOD)
        yield Shape("chair_leg", rounded(-23, 0, -19.5, 42, 1.2), WOOD_DARK)
        yield Shape("chair_leg", rounded(19.5, 0, 23, 42, 1.2), WOOD_DARK)
        yield Shape("chair_seat", rounded(-25, 39, 25, 45, 2.6), WOOD)


def outline(circles: tuple[Circle, ...], steps: int = 36) -> list[tuple[float, float]]:
    """The hull of the circles, as a polygon."""
    corners = [
        (x + r * math.cos(2 * math.pi * step / steps), y + r * math.sin(2 * math.pi * step / steps))
        for x, y, r in circles
        for step in range(steps)
    ]
    return _hull(corners)


def _hull(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The convex hull (Andrew's monotone chain)."""
    ordered = sorted(set(points))

    def chain(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        kept: list[tuple[float, float]] = []
        for point in points:
            while len(kept) > 1 and _turn(kept[-2], kept[-1], point) <= 0:
                kept.pop()
            kept.append(point)
        return kept[:-1]

    return chain(ordered) + chain(ordered[::-1])


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
