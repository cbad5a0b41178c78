"""Figures, clips and posters: what they are made of, and that the same makes the same."""

import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import av
import pytest
from PIL import Image

from care.animated_svg import animated_svg, moments
from care.clip import RATE, pictures, write_clip, write_poster
from care.exercise import Exercise, Motion
from care.figure import outline
from care.loading import library
from care.raster import HEIGHT_PX, WIDTH_PX, picture

EVERY = library().newest
SHORT = min(EVERY, key=lambda one: one.motion.duration_s)
LONG = max(EVERY, key=lambda one: one.motion.duration_s)
MOST_BYTES = 120_000
each_exercise = pytest.mark.parametrize("exercise", EVERY, ids=lambda one: one.id)


@each_exercise
def test_a_figure_is_one_file_that_moves_by_itself(exercise: Exercise) -> None:
    text = animated_svg(exercise)
    root = ElementTree.fromstring(text)  # noqa: S314  (our own)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(text) < MOST_BYTES
    assert "@keyframes" in text
    outside = re.findall(r"https?://[^\"]+|<script|href|@import|url\(", text)
    assert outside == ["http://www.w3.org/2000/svg"]


@each_exercise
def test_a_figure_stands_still_for_who_wants_less_motion(exercise: Exercise) -> None:
    text = animated_svg(exercise)
    calm = text.split("@media (prefers-reduced-motion:reduce){")[1]
    assert calm.startswith(".m{animation:none!important}.ghost{display:inline")
    assert "svg:target .m{animation:none!important}" in calm  # the address ends in #still
    assert text.startswith('<svg id="still"')


@each_exercise
def test_a_figure_s_loop_closes(exercise: Exercise) -> None:
    for steps in re.findall(r"@keyframes \w+\{(.*?\})\}", animated_svg(exercise)):
        first, last = re.match(r"0%\{(.*?)\}", steps), re.search(r"100%\{(.*?)\}", steps)
        assert first is not None
        assert last is not None
        assert first.group(1) == last.group(1)


def test_the_moments_of_a_figure_are_its_whole_loop() -> None:
    at_s = moments(LONG.motion)
    assert (at_s[0], at_s[-1]) == (0, LONG.motion.duration_s)
    assert max(b - a for a, b in pairwise(at_s)) < 0.11


def test_the_same_exercise_gives_the_same_bytes(tmp_path: Path) -> None:
    assert animated_svg(SHORT) == animated_svg(SHORT)
    for name in ("a", "b"):
        write_clip(SHORT.motion, tmp_path / f"{name}.mp4")
        write_poster(SHORT.motion, tmp_path / f"{name}.png")
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_clip_is_what_every_browser_plays_and_begins_at_once(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_clip(SHORT.motion, path)
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # faststart
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        count = sum(1 for _ in container.decode(stream))
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (WIDTH_PX, HEIGHT_PX)
        assert stream.average_rate == Fraction(RATE)
    assert 4 * RATE <= count <= 8 * RATE


@each_exercise
def test_a_clip_lasts_four_to_eight_seconds(exercise: Exercise) -> None:
    loops = 2 if exercise.motion.duration_s <= 4 else 1
    assert 4 <= loops * exercise.motion.duration_s <= 8


def test_a_film_s_pictures_are_its_motion_s(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[float] = []
    first = picture(SHORT.motion, 0)

    def drawing(_motion: Motion, at_s: float) -> Image.Image:
        drawn.append(at_s)
        return first

    monkeypatch.setattr("care.clip.picture", drawing)
    count = sum(1 for _ in pictures(SHORT.motion))
    assert count == SHORT.motion.duration_s * RATE * 2
    assert len(drawn) <= SHORT.motion.duration_s * RATE  # the second loop draws nothing


@each_exercise
def test_a_poster_shows_somebody(exercise: Exercise, tmp_path: Path) -> None:
    write_poster(exercise.motion, tmp_path / "poster.png")
    assert 2_000 < (tmp_path / "poster.png").stat().st_size < 40_000
    shown = picture(exercise.motion, exercise.motion.still_s)
    assert shown.size == (WIDTH_PX, HEIGHT_PX)
    colours = {colour for _, colour in shown.getcolors(maxcolors=100_000) or ()}
    assert (0xE9, 0x83, 0x4A) in colours or (0xCF, 0x6F, 0x39) in colours  # what moves is apricot


def test_an_outline_is_the_hull_of_its_circles() -> None:
    points = outline(((0, 0, 1), (10, 0, 1)))
    assert min(x for x, _ in points) == pytest.approx(-1)
    assert max(x for x, _ in points) == pytest.approx(11)
    assert max(y for _, y in points) == pytest.approx(1)
