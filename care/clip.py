"""A short film of an exercise: H.264, yuv420p, 640 x 480, 30 pictures a second, playable while it loads.

The same exercise gives the same bytes with the same libraries. Where films are kept is clips.py's.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.video.stream import VideoStream
from PIL import Image

from care.exercise import Motion
from care.raster import HEIGHT_PX, WIDTH_PX, picture
from care.skeleton import pose_at

RATE = 30
SHORTEST_S = 4.0
TWO_LOOPS_S = 4.0  # what is no longer than this is shown twice
# One thread: the result does not depend on the machine, and the rest of it stays free.
OPTIONS = {"preset": "medium", "crf": "23", "tune": "animation", "threads": "1"}


def write_clip(motion: Motion, path: Path) -> None:
    """Write the film to `path` (.mp4)."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream: VideoStream = container.add_stream("libx264", rate=RATE, options=OPTIONS)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        stream.time_base = Fraction(1, RATE)
        stream.codec_context.thread_count = 1
        for number, image in enumerate(pictures(motion)):
            frame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def pictures(motion: Motion) -> Iterator[Image.Image]:
    """Every picture of the film; a pose that is held is drawn once."""
    count = round(motion.duration_s * RATE)
    loops = 2 if motion.duration_s <= TWO_LOOPS_S else 1
    drawn: dict[tuple[tuple[str, tuple[float, ...]], ...], Image.Image] = {}
    for number in range(count * loops):
        at_s = number % count / RATE
        pose = tuple(pose_at(motion, at_s).items())
        if pose not in drawn:
            if loops == 1:
                drawn.clear()
            drawn[pose] = picture(motion, at_s)
        yield drawn[pose]


def write_poster(motion: Motion, path: Path) -> None:
    """Write the picture that says most to `path` (.png), with few colours: it has few."""
    picture(motion, motion.still_s).quantize(128).save(path, "PNG", optimize=True)
