"""Clips are made once, in a process of their own, and served as players need them."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from care.clips import AGAIN_AFTER_S, Clips
from care.exercise import Exercise, Motion
from care.loading import library
from care.render import render
from core.database import Database
from tests.care.library_site import LibrarySite, open_site
from tests.fakes import FakeClock

ONE = library().by_id["neck-turn"]
ADDRESS = f"/api/exercises/{ONE.id}/{ONE.edition}"
WAIT_S = 60
CONTENT = bytes(range(256)) * 40


@pytest.fixture
async def site(database: Database, clock: FakeClock, tmp_path: Path) -> AsyncIterator[LibrarySite]:
    async with open_site(database, clock, tmp_path / "files") as opened:
        await opened.enter("client")
        yield opened


@pytest.fixture
def clips(tmp_path: Path, clock: FakeClock) -> Clips:
    return Clips(tmp_path, clock)


def put(site: LibrarySite) -> None:
    """As if it had been rendered."""
    clips = site.exercises.clips
    clips.folder.mkdir(parents=True)
    clips.clip(ONE).write_bytes(CONTENT)
    clips.poster(ONE).write_bytes(b"\x89PNG")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_clip_is_made_when_it_is_first_asked_for(site: LibrarySite) -> None:
    status, problem, headers = await site.ask("GET", f"{ADDRESS}/clip.mp4")
    assert (status, problem["code"], headers["Retry-After"]) == (503, "clip_not_ready", "5")
    async with asyncio.timeout(WAIT_S):
        await asyncio.gather(*site.exercises.clips._making.values())
    status, clip, headers = await site.ask("GET", f"{ADDRESS}/clip.mp4")
    assert (status, headers["Content-Type"], clip[4:8]) == (200, "video/mp4", b"ftyp")
    assert (await site.ask("GET", f"{ADDRESS}/poster.png"))[1].startswith(b"\x89PNG")
    assert (await site.ask("GET", f"/api/exercises/{ONE.id}"))[1]["clip_ready"] is True
    assert sorted(path.suffix for path in site.exercises.clips.folder.iterdir()) == [".mp4", ".png"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_clip_is_served_whole_in_ranges_and_from_caches(site: LibrarySite) -> None:
    put(site)
    path = f"{ADDRESS}/clip.mp4"
    status, content, headers = await site.ask("GET", path)
    assert (status, content, headers["Accept-Ranges"]) == (200, CONTENT, "bytes")
    assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
    status, part, of = await site.ask("GET", path, {"Range": "bytes=100-199"})
    assert (status, part) == (206, CONTENT[100:200])
    assert of["Content-Range"] == f"bytes 100-199/{len(CONTENT)}"
    assert (await site.ask("GET", path, {"Range": "bytes=-5"}))[1] == CONTENT[-5:]
    assert (await site.ask("GET", path, {"Range": f"bytes={len(CONTENT)}-"}))[0] == 416
    assert (await site.ask("GET", path, {"If-None-Match": headers["ETag"]}))[0] == 304


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_figure_is_kept_by_browsers_and_may_do_nothing_but_move(site: LibrarySite) -> None:
    path = f"{ADDRESS}/figure.svg"
    status, drawn, headers = await site.ask("GET", path, {"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")
    assert drawn.startswith(b"<svg")
    assert headers["Content-Encoding"] == "gzip"
    assert "immutable" in headers["Cache-Control"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert (await site.ask("GET", path, {"If-None-Match": headers["ETag"]}))[0] == 304


async def test_what_is_wanted_twice_is_made_once(clips: Clips, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    async def render(self: Clips, exercise: Exercise) -> None:
        made.append(exercise.id)
        await asyncio.sleep(0)
        self.folder.mkdir(exist_ok=True)
        self.clip(exercise).write_bytes(CONTENT)

    monkeypatch.setattr(Clips, "_render", render)
    for _ in range(3):
        clips.want(ONE)
    assert all(await asyncio.gather(clips.make(ONE), clips.make(ONE)))
    clips.want(ONE)
    assert made == [ONE.id]


async def test_what_cannot_be_made_is_not_tried_at_every_question(
    clips: Clips, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("care.clips.PROGRAM", ("-c", "raise SystemExit('no codec')"))
    assert await clips.make(ONE) is False
    clips.want(ONE)
    assert clips._making == {}
    clock.advance(AGAIN_AFTER_S)
    clips.want(ONE)
    assert len(clips._making) == 1
    await clips.close()


async def test_a_process_that_ends_leaves_no_reader_and_no_half_clip(
    clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[asyncio.subprocess.Process] = []
    running, start = asyncio.Event(), asyncio.create_subprocess_exec

    async def watched(*arguments: str, **options: Any) -> asyncio.subprocess.Process:
        started.append(await start(*arguments, **options))
        running.set()
        return started[0]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", watched)
    monkeypatch.setattr("care.clips.PROGRAM", ("-c", "import time; time.sleep(600)"))
    clips.want(ONE)
    async with asyncio.timeout(WAIT_S):
        await running.wait()
        await clips.close()
    assert started[0].returncode == -signal.SIGTERM
    assert not clips.ready(ONE)


async def test_all_that_is_missing_is_made_until_told_to_stop(
    clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, made = asyncio.Event(), []

    async def render(_self: Clips, exercise: Exercise) -> None:
        made.append(exercise.id)
        if len(made) == 3:
            stop.set()

    monkeypatch.setattr(Clips, "_render", render)
    async with asyncio.timeout(WAIT_S):
        await clips.make_all(library().newest, stop)
    assert made == [one.id for one in library().newest[:3]]


def test_who_is_ended_while_rendering_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(_motion: Motion, path: Path) -> None:
        path.write_bytes(CONTENT)
        raise SystemExit(1)  # what SIGTERM does

    monkeypatch.setattr("care.render.write_clip", ended)
    with pytest.raises(SystemExit):
        render(ONE.id, ONE.edition, tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] == [".png"]
