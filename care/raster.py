"""Shapes as pictures, with Pillow: each polygon three times as large, then reduced to smooth edges."""

import math
from functools import lru_cache

from PIL import Image, ImageDraw

from care.exercise import Camera, Motion
from care.figure import PAPER, Circle, Placed, body_shapes, outline, scene_shapes
from care.skeleton import body_at

WIDTH_PX, HEIGHT_PX = 640, 480
FINER = 3
EDGE_CM = 0.8


def picture(motion: Motion, at_s: float) -> Image.Image:
    """The body at a moment, before its scene."""
    canvas = _scene(motion).copy()
    draw = ImageDraw.Draw(canvas)
    for placed in body_shapes(motion, body_at(motion, at_s)):
        _paint(draw, motion.camera, placed)
    return canvas.reduce(FINER)


@lru_cache(maxsize=2)
def _scene(motion: Motion) -> Image.Image:
    canvas = Image.new("RGB", (WIDTH_PX * FINER, HEIGHT_PX * FINER), PAPER)
    draw = ImageDraw.Draw(canvas)
    for placed in scene_shapes(motion):
        _paint(draw, motion.camera, placed)
    return canvas


def _paint(draw: ImageDraw.ImageDraw, camera: Camera, placed: Placed) -> None:
    shape = placed.shape
    if shape.edge:
        draw.polygon(_pixels(camera, placed, _outline(shape.circles, EDGE_CM)), fill=shape.edge)
    draw.polygon(_pixels(camera, placed, _outline(shape.circles, 0.0)), fill=shape.fill)


@lru_cache(maxsize=512)
def _outline(circles: tuple[Circle, ...], more: float) -> list[tuple[float, float]]:
    return outline(tuple((x, y, r + more) for x, y, r in circles), steps=48)


def _pixels(camera: Camera, placed: Placed, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    scale = WIDTH_PX * FINER / camera.width
    left, top = camera.x - camera.width / 2, camera.y + camera.width * HEIGHT_PX / WIDTH_PX / 2
    sine, cosine = math.sin(math.radians(placed.turn)), math.cos(math.radians(placed.turn))
    found = []
    for x, y in points:
        across = x * placed.narrow
        px = placed.x + y * sine + across * cosine
        py = placed.y + y * cosine - across * sine
        found.append(((px - left) * scale, (top - py) * scale))
    return found
