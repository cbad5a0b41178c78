"""An exercise as one SVG file that moves by itself: no script, nothing from elsewhere, usable as an <img>.

Every shape is written once and moved by a CSS animation of the few moments that its way needs. For who wants
less motion (the system's wish, or an address that ends in #still) it stands still in the pose that says most,
before the pale pose in which the movement begins.
"""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from care.exercise import Camera, Exercise, Motion
from care.figure import PAPER, Circle, Placed, Shape, body_shapes, outline, scene_shapes
from care.skeleton import body_at

WIDTH, HEIGHT = 640, 480
STEP_S = 0.1
EDGE = 3
GHOST = ".ghost{display:inline;opacity:.25}"
FAITHFUL = (0.5, 0.5, 0.35, 0.005)  # px, px, degrees, share: what nobody sees
Place = tuple[float, float, float, float]  # x and y in px, turn in degrees, narrowing


def animated_svg(exercise: Exercise) -> str:
    """The file."""
    motion = exercise.motion
    titles = escape(f"{exercise.ja.title} / {exercise.en.title}")
    bodies = [body_shapes(motion, body_at(motion, at_s)) for at_s in moments(motion)]
    still = body_shapes(motion, body_at(motion, motion.still_s))
    ghost = "".join(_fixed(motion.camera, each) for each in bodies[0])
    rules, figure = [], []
    for number, way in enumerate(zip(*bodies, strict=True)):
        rule, part = _moving(motion, number, way, still[number])
        rules.append(rule)
        figure.append(part)
    scene = "".join(_fixed(motion.camera, each) for each in scene_shapes(motion))
    return (
        f'<svg id="still" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"<title>{titles}</title><style>{''.join(rules)}{_manners(motion)}</style>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>{scene}'
        f'<g class="ghost">{ghost}</g>{"".join(figure)}</svg>\n'
    )


def moments(motion: Motion) -> list[float]:
    """The times that are looked at; the last is the loop's end, which is its beginning."""
    count = round(motion.duration_s / STEP_S)
    return [motion.duration_s * step / count for step in range(count + 1)]


def _manners(motion: Motion) -> str:
    still = ".m{animation:none!important}"
    return (
        f".m{{animation-duration:{motion.duration_s:g}s;animation-timing-function:linear;"
        "animation-iteration-count:infinite}.ghost{display:none}"
        f"@media (prefers-reduced-motion:reduce){{{still}{GHOST}}}"
        f"svg:target {still}svg:target {GHOST}"
    )


def _moving(motion: Motion, number: int, way: Sequence[Placed], still: Placed) -> tuple[str, str]:
    """The rules and the element of one shape."""
    places = list(_steadily(_place(motion.camera, each) for each in way))
    shape, own = still.shape, f"s{number}"
    rest = _transform(_place(motion.camera, still))
    if max(_apart(places[0], each) for each in places) < 1:
        return f".{own}{{transform:{rest}}}", _element(motion.camera, shape, own)
    last = len(places) - 1
    steps = "".join(
        f"{100 * index / last:.4g}%{{transform:{_transform(places[index])}}}" for index in _needed(places)
    )
    rule = f".{own}{{transform:{rest};animation-name:{own}}}@keyframes {own}{{{steps}}}"
    return rule, _element(motion.camera, shape, f"m {own}")


def _fixed(camera: Camera, placed: Placed) -> str:
    x, y, turn, narrow = _place(camera, placed)
    scale = f" scale({narrow:.3g} 1)" if narrow != 1 else ""
    move = f' transform="translate({x:.4g} {y:.4g}) rotate({turn:.4g}){scale}"' if (x, y, turn) else ""
    return f"<path{move} {_look(camera, placed.shape)}/>"


def _element(camera: Camera, shape: Shape, names: str) -> str:
    return f'<path class="{names}" {_look(camera, shape)}/>'


def _look(camera: Camera, shape: Shape) -> str:
    edge = f' stroke="{shape.edge}" stroke-width="{EDGE}" paint-order="stroke"' if shape.edge else ""
    return f'fill="{shape.fill}"{edge} d="{_path(shape.circles, WIDTH / camera.width)}"'


def _path(circles: tuple[Circle, ...], scale: float) -> str:
    points = outline(circles, steps=28)
    return "M" + "L".join(f"{_short(x * scale)} {_short(-y * scale)}" for x, y in points) + "Z"


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _place(camera: Camera, placed: Placed) -> Place:
    scale = WIDTH / camera.width
    left, top = camera.x - camera.width / 2, camera.y + camera.width * HEIGHT / WIDTH / 2
    return (placed.x - left) * scale, (top - placed.y) * scale, placed.turn, placed.narrow


def _steadily(places: Iterator[Place]) -> Iterator[Place]:
    """Turns go on from each other: 181 degrees stays 181 and does not become -179."""
    before = 0.0
    for x, y, turn, narrow in places:
        before += (turn - before + 180) % 360 - 180
        yield x, y, before, narrow


def _transform(place: Place) -> str:
    x, y, turn, narrow = place
    scale = f" scale({narrow:.3f},1)" if narrow != 1 else " scale(1,1)"
    return f"translate({_short(x)}px,{_short(y)}px) rotate({_short(turn)}deg){scale}"


def _apart(a: Place, b: Place) -> float:
    """More than 1: somebody would see that they differ."""
    return max(abs(x - y) / most for x, y, most in zip(a, b, FAITHFUL, strict=True))


def _needed(places: Sequence[Place]) -> list[int]:
    """The moments between which straight ways say all (Douglas and Peucker's way of leaving out)."""

    def between(first: int, last: int) -> list[int]:
        if last - first < 2:
            return []
        gaps = {
            index: _apart(places[index], _on_the_way(places, first, last, index))
            for index in range(first + 1, last)
        }
        worst = max(gaps, key=lambda index: gaps[index])
        if gaps[worst] < 1:
            return []
        return [*between(first, worst), worst, *between(worst, last)]

    return [0, *between(0, len(places) - 1), len(places) - 1]


def _on_the_way(places: Sequence[Place], first: int, last: int, index: int) -> Place:
    part = (index - first) / (last - first)
    x, y, turn, narrow = (a + (b - a) * part for a, b in zip(places[first], places[last], strict=True))
    return x, y, turn, narrow
