"""Every exercise of the library is whole: its words, a body that stays one, a picture that it fits in."""

import math
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.exercise import Exercise
from care.figure import body_shapes, outline
from care.loading import library
from care.skeleton import Body, beyond_limits, body_at, key_poses

EVERY = library().newest
STEPS_PER_S = 15
CLOSE_CM = 1e-6
FASTEST_CM_PER_S = 260  # of a hand; what is faster is hard to follow
MARGIN_CM = 1.0
# Nobody is told what they have, and nothing is promised (docs/ARCHITECTURE.md, the exercise library).
CLAIMS = re.compile(
    r"診断|治療|治す|治る|治り|完治|改善し|予防|効く|効果|五十肩|ヘルニア|腰痛症|肩こり症|"
    r"\b(cure|heal|treat|therapy for|diagnos|prevent|disease|syndrome|hernia|arthritis)",
    re.IGNORECASE,
)
each_exercise = pytest.mark.parametrize("exercise", EVERY, ids=lambda one: one.id)
anyone = st.sampled_from(EVERY)


def bodies(exercise: Exercise) -> Iterator[Body]:
    motion = exercise.motion
    for step in range(round(motion.duration_s * STEPS_PER_S) + 1):
        yield body_at(motion, step / STEPS_PER_S)


def test_there_are_24_exercises_of_three_regions() -> None:
    regions = Counter(one.region for one in EVERY)
    assert (len(EVERY), min(regions.values()) >= 7, len(regions)) == (24, True, 3)
    assert len({one.id for one in EVERY}) == 24


@each_exercise
def test_its_words_are_in_both_languages_and_say_the_same_amount(exercise: Exercise) -> None:
    ja, en = exercise.ja, exercise.en
    assert (len(ja.steps), len(ja.cautions)) == (len(en.steps), len(en.cautions))
    japanese = [ja.title, ja.aim, *ja.steps, *ja.cautions]
    english = [en.title, en.aim, *en.steps, *en.cautions]
    assert [text for text in japanese if not re.search(r"[ぁ-んァ-ヶ一-龠]", text)] == []
    assert [text for text in english if not text.isascii()] == []
    assert all(text.endswith("。") for text in (ja.aim, *ja.steps, *ja.cautions))
    assert all(text.endswith(".") for text in (en.aim, *en.steps, *en.cautions))
    assert re.fullmatch(r"[ぁ-んー ]+", ja.reading)


@each_exercise
def test_its_cautions_say_when_to_stop(exercise: Exercise) -> None:
    assert re.search("中止|戻して|手前まで|ください", " ".join(exercise.ja.cautions))
    assert re.search("[Ss]top|go back|Stay below|stay below", " ".join(exercise.en.cautions))


@each_exercise
def test_its_words_name_no_illness_and_promise_nothing(exercise: Exercise) -> None:
    texts = [
        text for own in (exercise.ja, exercise.en) for text in (own.title, own.aim, *own.steps, *own.cautions)
    ]
    assert [text for text in texts if CLAIMS.search(text)] == []


@each_exercise
def test_its_limbs_keep_their_lengths(exercise: Exercise) -> None:
    first, *others = bodies(exercise)
    lengths = {name: bone.length for name, bone in first.bones.items()}
    for body in others:
        for name, bone in body.bones.items():
            seen = math.dist((bone.x, bone.y), bone.end)
            assert abs(seen - lengths[name]) < CLOSE_CM, name


@each_exercise
def test_its_limbs_hang_together(exercise: Exercise) -> None:
    """Where one bone ends the next begins, also where a hand or a foot is put somewhere."""
    for body in bodies(exercise):
        for side in ("right", "left"):
            for first, second in (
                ("upper_arm", "forearm"),
                ("forearm", "hand"),
                ("thigh", "shin"),
                ("shin", "foot"),
            ):
                end, start = body.bones[f"{side}_{first}"].end, body.bones[f"{side}_{second}"]
                assert math.dist(end, (start.x, start.y)) < CLOSE_CM


@each_exercise
def test_its_loop_closes(exercise: Exercise) -> None:
    first, last = body_at(exercise.motion, 0), body_at(exercise.motion, exercise.motion.duration_s - 1e-9)
    for name, bone in first.bones.items():
        assert math.dist(bone.end, last.bones[name].end) < 0.001, name
    assert key_poses(exercise.motion)[0][1] == key_poses(exercise.motion)[-1][1]


@each_exercise
def test_it_moves_and_never_jumps(exercise: Exercise) -> None:
    most, moved = FASTEST_CM_PER_S / STEPS_PER_S, 0.0
    before, *others = bodies(exercise)
    for body in others:
        for name, bone in body.bones.items():
            way = math.dist(bone.end, before.bones[name].end)
            assert way < most, (name, way * STEPS_PER_S)
            moved = max(moved, way)
        moved = max(moved, abs(body.turn_head - before.turn_head), abs(body.belly - before.belly))
        before = body
    assert moved > 0.1


@each_exercise
def test_no_joint_is_bent_as_nobodys_is(exercise: Exercise) -> None:
    assert {found for body in bodies(exercise) for found in beyond_limits(body)} == set()


@each_exercise
def test_it_stays_inside_its_picture(exercise: Exercise) -> None:
    camera = exercise.motion.camera
    half = (camera.width / 2, camera.width * 0.75 / 2)
    for body in bodies(exercise):
        for placed in body_shapes(exercise.motion, body):
            sine, cosine = math.sin(math.radians(placed.turn)), math.cos(math.radians(placed.turn))
            for x, y in outline(placed.shape.circles, steps=8):
                px = placed.x + y * sine + x * placed.narrow * cosine - camera.x
                py = placed.y + y * cosine - x * placed.narrow * sine - camera.y
                assert abs(px) < half[0] - MARGIN_CM, (placed.shape.name, px)
                assert abs(py) < half[1] - MARGIN_CM, (placed.shape.name, py)


@each_exercise
def test_nothing_of_the_body_is_under_the_floor(exercise: Exercise) -> None:
    for body in bodies(exercise):
        assert {name for name, bone in body.bones.items() if min(bone.y, bone.end[1]) < -1} == set()


@each_exercise
def test_what_is_highlighted_is_drawn(exercise: Exercise) -> None:
    drawn = {placed.shape.name for placed in body_shapes(exercise.motion, body_at(exercise.motion, 0))}
    names = drawn | {"head"}  # drawn as its face
    assert set(exercise.motion.highlight) <= names


@given(anyone, st.floats(0, 60))
def test_a_body_is_the_same_in_every_loop(exercise: Exercise, at_s: float) -> None:
    now, later = (
        body_at(exercise.motion, at_s),
        body_at(exercise.motion, at_s + 3 * exercise.motion.duration_s),
    )
    for name, bone in now.bones.items():
        assert math.dist(bone.end, later.bones[name].end) < 0.01
