"""A body's bones at a moment of an exercise: pure geometry in a plane, in cm and degrees, y upwards.

Every bone has a length that never changes; a limb is given by its joints' angles or by where its end is, and
then the joints follow. Directions are clockwise from straight up. Not here: flesh (figure.py).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from care.exercise import Frame, Motion
from care.postures import FRONT, REST, SIDE, Channels

LENGTHS_CM = {
    "lumbar": 16.0,
    "thoracic": 16.0,
    "chest": 14.0,
    "neck": 9.0,
    "head": 20.0,
    "upper_arm": 28.0,
    "forearm": 24.0,
    "hand": 10.0,
    "thigh": 42.0,
    "shin": 40.0,
    "foot": 15.0,
}
SHOULDER_UP_CM = 10.0  # along the chest
SHOULDER_OUT_CM = 17.0  # seen from the front
HIP_OUT_CM = 8.5
SEATED_THIGH = 0.1  # of its length, where it comes towards the eye
FOOT_AHEAD = 0.4  # the same of a foot that is seen from the front
SIDES = ("right", "left")
# What a joint can do, roughly, of anybody (degrees; shoulders in cm).
LIMITS: Mapping[str, tuple[float, float]] = {
    "lumbar": (-25, 35),
    "thoracic": (-25, 35),
    "chest": (-25, 35),
    "neck": (-50, 50),
    "head": (-45, 45),
    "turn_head": (-80, 80),
    "turn_trunk": (-50, 50),
    "raised": (-4, 9),
    "forward": (-6, 8),
    "shoulder": (-95, 190),
    "elbow": (-155, 155),
    "wrist": (-90, 90),
    "hip": (-40, 135),
    "knee": (-5, 155),
    "ankle": (-75, 45),
}

Point = tuple[float, float]


class OutOfReach(ValueError):
    """A hand or a foot is put where the limb does not reach."""


@dataclass(frozen=True)
class Bone:
    """Where it begins, its direction, and how long it is seen."""

    x: float
    y: float
    direction: float
    length: float

    def at(self, along: float, across: float = 0.0) -> Point:
        """A point given along the bone and across it (to its right)."""
        sine, cosine = math.sin(math.radians(self.direction)), math.cos(math.radians(self.direction))
        return self.x + along * sine + across * cosine, self.y + along * cosine - across * sine

    @property
    def end(self) -> Point:
        return self.at(self.length)


@dataclass(frozen=True)
class Body:
    """Every bone by its name, every joint's angle, and turns about the body's axis."""

    bones: Mapping[str, Bone]
    joints: Mapping[str, float]
    turn_head: float
    turn_trunk: float
    belly: float


@lru_cache(maxsize=64)
def key_poses(motion: Motion) -> tuple[tuple[float, Channels], ...]:
    """Time and whole pose of each frame; the first comes again at the loop's end."""
    pose: Channels = REST | dict((SIDE if motion.view == "side" else FRONT)[motion.base])
    found = []
    for frame in motion.frames:
        pose = _with(pose, frame)
        found.append((frame.at_s, pose))
    for _, each in found[1:]:
        if each.keys() != found[0][1].keys():
            raise ValueError("a limb is given by its joints in one frame and by its end in another")
    return (*found, (motion.duration_s, found[0][1]))


def _with(pose: Channels, frame: Frame) -> Channels:
    """`pose` as the frame changes it; one way of saying a limb takes the place of the other."""
    given = {name: value for name, value in frame if value is not None and name != "at_s"}
    for both, one in (("arms", "arm"), ("hands", "hand"), ("legs", "leg"), ("feet", "foot")):
        if both in given:
            value = given.pop(both)
            given = {f"{side}_{one}": value for side in SIDES} | given
    changed = dict(pose)
    for name, value in given.items():
        side, _, part = name.partition("_")
        changed.pop(f"{side}_{OTHER_WAY.get(part, '')}", None)
        changed[name] = value
    return changed


OTHER_WAY = {"arm": "hand", "hand": "arm", "leg": "foot", "foot": "leg"}


def pose_at(motion: Motion, at_s: float) -> Channels:
    """Between two frames the body starts and stops gently (a half cosine)."""
    poses = key_poses(motion)
    at_s %= motion.duration_s
    after = next(index for index, (when, _) in enumerate(poses) if when > at_s)
    (from_s, first), (to_s, second) = poses[after - 1], poses[after]
    part = (1 - math.cos(math.pi * (at_s - from_s) / (to_s - from_s))) / 2
    return {
        name: tuple(a + (b - a) * part for a, b in zip(first[name], second[name], strict=True))
        for name in first
    }


def body_at(motion: Motion, at_s: float) -> Body:
    """Raises OutOfReach."""
    return _Builder(motion, pose_at(motion, at_s)).body()


class _Builder:
    """Puts one body together, from the pelvis outwards."""

    def __init__(self, motion: Motion, pose: Channels) -> None:
        self._motion, self._pose = motion, pose
        self._front = motion.view == "front"
        self._bones: dict[str, Bone] = {}
        self._joints: dict[str, float] = {}

    def body(self) -> Body:
        self._spine()
        for side in SIDES:
            self._leg(side)
        for side in SIDES:
            self._arm(side)
        (turn_head, turn_trunk), (belly,) = self._pose["turn"], self._pose["belly"]
        self._joints |= {"turn_head": turn_head, "turn_trunk": turn_trunk}
        return Body(self._bones, self._joints, turn_head, turn_trunk, belly)

    def _spine(self) -> None:
        x, y, direction = self._pose["pelvis"]
        self._bones["pelvis"] = Bone(x, y, direction, 8.0)
        bends = (*self._pose["spine"], *self._pose["neck"])
        for name, bend in zip(("lumbar", "thoracic", "chest", "neck", "head"), bends, strict=True):
            direction += bend
            self._joints[name] = bend
            self._bones[name] = bone = Bone(x, y, direction, LENGTHS_CM[name])
            x, y = bone.end

    def _outward(self, side: str) -> float:
        """-1 where angles of this side are seen mirrored."""
        return -1.0 if self._front and side == "right" else 1.0

    def _two(self, side: str, limb: str, target: Point, start: Point, lengths: Point) -> tuple[float, float]:
        """Directions of both bones so that the second ends at `target`."""
        away = (target[0] - start[0], target[1] - start[1])
        distance = math.hypot(*away)
        a, b = lengths
        if not abs(a - b) <= distance <= a + b:
            raise OutOfReach(f"{side} {limb}: {distance:.1f} cm away, {a + b:.1f} cm long")
        turn = self._outward(side) * (-1 if f"{side}_{limb}" in self._motion.bend_other_way else 1)
        if limb == "leg":
            turn = -turn
        inner = math.degrees(math.acos(_unit((a * a + distance**2 - b * b) / (2 * a * distance))))
        first = math.degrees(math.atan2(*away)) + turn * inner
        middle = Bone(*start, first, a).end
        second = math.degrees(math.atan2(target[0] - middle[0], target[1] - middle[1]))
        return first, second

    def _arm(self, side: str) -> None:
        chest, outward = self._bones["chest"], self._outward(side)
        raised, forward = self._pose["shoulders"]
        out = forward
        if self._front:
            turned = math.cos(math.radians(self._pose["turn"][1]))
            out = outward * SHOULDER_OUT_CM * turned
        start = chest.at(SHOULDER_UP_CM + raised, out)
        hanging = chest.direction + 180
        hand = self._pose.get(f"{side}_hand")
        if hand is None:
            shoulder, elbow, wrist = self._pose[f"{side}_arm"]
            upper = hanging - outward * shoulder
            fore = upper - outward * elbow
        else:
            seen = self._motion.arms_seen
            lengths = (LENGTHS_CM["upper_arm"] * seen, LENGTHS_CM["forearm"] * seen)
            upper, fore = self._two(side, "arm", self._anchored(side, hand), start, lengths)
            shoulder, elbow = _signed(outward * (hanging - upper)), _signed(outward * (upper - fore))
            wrist = hand[2]
        self._joints |= {"raised": raised, "forward": forward}
        self._joints |= {f"{side}_shoulder": _arm_angle(shoulder), f"{side}_elbow": elbow}
        self._joints[f"{side}_wrist"] = wrist
        parts = (("upper_arm", upper), ("forearm", fore), ("hand", fore - outward * wrist))
        seen = self._motion.arms_seen
        self._chain(side, start, parts, {"upper_arm": seen, "forearm": seen})

    def _anchored(self, side: str, hand: tuple[float, ...]) -> Point:
        on = self._motion.right_hand_on if side == "right" else self._motion.left_hand_on
        return (hand[0], hand[1]) if on == "world" else self._bones[on].at(hand[1], hand[0])

    def _leg(self, side: str) -> None:
        pelvis, outward = self._bones["pelvis"], self._outward(side)
        start = pelvis.at(0, outward * HIP_OUT_CM if self._front else 0)
        hanging, shorter = pelvis.direction + 180, 1.0
        if self._front and self._motion.base == "sitting":
            shorter = SEATED_THIGH
        lengths = (LENGTHS_CM["thigh"] * shorter, LENGTHS_CM["shin"])
        foot = self._pose.get(f"{side}_foot")
        if foot is None:
            hip, knee, ankle = self._pose[f"{side}_leg"]
            thigh = hanging - outward * hip
            shin = thigh + outward * knee
            toes = shin - 90 - ankle
        else:
            thigh, shin = self._two(side, "leg", (foot[0], foot[1]), start, lengths)
            toes = 90 - foot[2]
            hip, knee = _signed(outward * (hanging - thigh)), _signed(outward * (shin - thigh))
            ankle = _signed(shin - 90 - toes)
        seen = {"thigh": shorter}
        if self._front:
            toes, ankle, seen["foot"] = 180 - outward * 14, 0.0, FOOT_AHEAD
        self._joints |= {f"{side}_hip": hip, f"{side}_knee": knee, f"{side}_ankle": ankle}
        self._chain(side, start, (("thigh", thigh), ("shin", shin), ("foot", toes)), seen)

    def _chain(
        self, side: str, start: Point, parts: tuple[tuple[str, float], ...], seen: Mapping[str, float]
    ) -> None:
        x, y = start
        for name, direction in parts:
            length = LENGTHS_CM[name] * seen.get(name, 1.0)
            self._bones[f"{side}_{name}"] = bone = Bone(x, y, direction, length)
            x, y = bone.end


def _unit(value: float) -> float:
    return max(-1.0, min(1.0, value))


def _signed(angle: float) -> float:
    """Between -180 and 180."""
    return (angle + 180) % 360 - 180


def _arm_angle(angle: float) -> float:
    """A shoulder goes up to 180 and over, and back to about -90."""
    return angle + 360 if angle < -120 else angle


def beyond_limits(body: Body) -> list[str]:
    """Joints that are bent as nobody's are."""
    found = []
    for name, angle in body.joints.items():
        low, high = LIMITS[name if name in LIMITS else name.split("_")[1]]
        if not low <= angle <= high:
            found.append(f"{name} {angle:.0f}")
    return found
