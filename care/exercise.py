"""What an exercise is: its words in both languages, a usual dose, and its movement as key frames of a body.

Data alone, validated. How a body moves is skeleton.py's, how it looks figure.py's. Not here: who does which
exercise how often; that is a menu, which will point to an exercise's id and version. A version that a menu
points to stays as it is: what changes for a reader is a new file with the next version.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Region = Literal["neck", "shoulder", "low_back"]
Posture = Literal["sitting", "standing", "lying", "four_point"]
Tag = Literal[
    "desk", "no_equipment", "chair", "wall", "mat", "mobility", "strength", "stretch", "breathing", "balance"
]
Language = Literal["ja", "en"]
Segment = Literal[
    "head",
    "neck",
    "chest",
    "thoracic",
    "lumbar",
    "pelvis",
    "belly",
    "right_upper_arm",
    "right_forearm",
    "right_hand",
    "right_thigh",
    "right_shin",
    "right_foot",
    "left_upper_arm",
    "left_forearm",
    "left_hand",
    "left_thigh",
    "left_shin",
    "left_foot",
]
Limb = Literal["right_arm", "left_arm", "right_leg", "left_leg"]
Anchor = Literal["world", "head", "chest", "pelvis", "right_thigh"]
One = tuple[float]
Two = tuple[float, float]
Three = tuple[float, float, float]
Line = Annotated[str, Field(min_length=2, max_length=200)]

LONGEST_LOOP_S = 8.0


class Data(BaseModel):
    """Base of what is read from a file: nothing unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Words(Data):
    """One language. `reading`: the title as it is spoken (Japanese), so that it is found without kanji."""

    title: Annotated[str, Field(min_length=2, max_length=60)]
    reading: Annotated[str, Field(max_length=80)] = ""
    aim: Line
    steps: Annotated[tuple[Line, ...], Field(min_length=2, max_length=6)]
    cautions: Annotated[tuple[Line, ...], Field(min_length=1, max_length=4)]


class Dose(Data):
    """A usual beginning, as a therapist may suggest it; what is right for somebody is decided with them."""

    sets: Annotated[int, Field(ge=1, le=5)] = 1
    reps: Annotated[int, Field(ge=1, le=30)] | None = None
    hold_s: Annotated[int, Field(ge=1, le=60)] | None = None
    sides: Literal["both", "each"] = "both"

    @model_validator(mode="after")
    def _says_how_much(self) -> Self:
        if self.reps is None and self.hold_s is None:
            raise ValueError("a dose needs reps or hold_s")
        return self


class Camera(Data):
    """What is in the picture, in cm: its centre and its width; it is 4:3."""

    x: float
    y: float
    width: Annotated[float, Field(ge=100, le=320)]


class Prop(Data):
    """A thing beside the body. `x`: its place in cm; `width` of a mat, `height` of a table."""

    kind: Literal["chair", "wall", "mat", "table"]
    x: float = 0.0
    width: float = 190.0
    height: float = 70.0


class Frame(Data):
    """A pose at a moment; what is not said is as in the frame before. Lengths in cm, angles in degrees.

    pelvis: x, y, lean. spine: lumbar, thoracic, chest, each bent against the one below. neck: neck, head.
    turn: head, trunk, about the body's axis. shoulders: raised, forward. belly: forward.
    arm: shoulder, elbow, wrist; or hand: where the wrist is, and the wrist's angle.
    leg: hip, knee, ankle; or foot: where the ankle is, and the foot's pitch. Plurals mean both sides.
    """

    at_s: Annotated[float, Field(ge=0, lt=LONGEST_LOOP_S)]
    pelvis: Three | None = None
    spine: Three | None = None
    neck: Two | None = None
    turn: Two | None = None
    shoulders: Two | None = None
    belly: One | None = None
    arms: Three | None = None
    right_arm: Three | None = None
    left_arm: Three | None = None
    hands: Three | None = None
    right_hand: Three | None = None
    left_hand: Three | None = None
    legs: Three | None = None
    right_leg: Three | None = None
    left_leg: Three | None = None
    feet: Three | None = None
    right_foot: Three | None = None
    left_foot: Three | None = None


class Motion(Data):
    """How the body moves in one loop, which goes back to its first frame by itself.

    base: the posture that the first frame begins with. bend_other_way: limbs whose elbow or knee points to
    the other side than usual. right_hand_on, left_hand_on: what a hand's place is measured from.
    arms_seen: the share of an arm's length that is seen where the elbows point towards the eye or away.
    still_s: the moment that says most, for a picture that does not move.
    """

    view: Literal["side", "front"]
    base: Literal["standing", "sitting", "supine", "four_point"]
    duration_s: Annotated[float, Field(ge=3, le=LONGEST_LOOP_S)]
    still_s: Annotated[float, Field(ge=0, le=LONGEST_LOOP_S)]
    camera: Camera
    props: tuple[Prop, ...] = ()
    highlight: Annotated[tuple[Segment, ...], Field(min_length=1)]
    bend_other_way: tuple[Limb, ...] = ()
    right_hand_on: Anchor = "world"
    left_hand_on: Anchor = "world"
    arms_seen: Annotated[float, Field(ge=0.5, le=1)] = 1.0
    frames: Annotated[tuple[Frame, ...], Field(min_length=2, max_length=16)]

    @model_validator(mode="after")
    def _frames_follow_each_other(self) -> Self:
        times = [frame.at_s for frame in self.frames]
        if times[0] != 0 or times != sorted(set(times)) or times[-1] >= self.duration_s:
            raise ValueError("frames begin at 0, follow each other and end before duration_s")
        if self.still_s > self.duration_s:
            raise ValueError("still_s lies beyond duration_s")
        return self


class Exercise(Data):
    """One exercise in one version. `edition` names its file's content and the way it is drawn."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)+$", max_length=50)]
    version: Annotated[int, Field(ge=1)]
    region: Region
    posture: Posture
    tags: Annotated[tuple[Tag, ...], Field(min_length=1)]
    dose: Dose
    ja: Words
    en: Words
    motion: Motion
    edition: str = ""

    @model_validator(mode="after")
    def _is_named_by_region(self) -> Self:
        if not self.id.startswith(self.region.replace("_", "-")):
            raise ValueError("an id begins with its region")
        return self

    def words(self, language: Language) -> Words:
        return self.ja if language == "ja" else self.en
