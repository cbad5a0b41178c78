"""`todoku library` lists exercises and renders what is missing."""

import json
from pathlib import Path

import pytest

from care.clips import Clips
from care.exercise import Exercise
from care.loading import library
from core.config import FilesConfig
from server.cli import COMMANDS, Refused, parser
from server.config import Config, with_var


async def run(config: Config, *words: str) -> None:
    options = parser().parse_args(words)
    await COMMANDS[options.command].run(config, options)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(files=FilesConfig(url=f"file:{tmp_path}"))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is rendered, by a stand-in."""
    ids: list[str] = []

    async def render(self: Clips, exercise: Exercise) -> None:
        ids.append(exercise.id)
        self.folder.mkdir(exist_ok=True)
        if exercise.id != "neck-turn":
            self.clip(exercise).touch()

    monkeypatch.setattr(Clips, "_render", render)
    return ids


async def test_what_is_missing_is_rendered_and_what_fails_is_named(
    config: Config, made: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Refused, match="neck-turn"):
        await run(config, "library", "build")
    assert made == [one.id for one in library().newest]
    made.clear()
    with pytest.raises(Refused):
        await run(config, "library", "build")
    assert made == ["neck-turn"]
    capsys.readouterr()
    await run(config, "library", "list", "--json")
    listed = {one["id"]: one["clip"] for one in json.loads(capsys.readouterr().out)}
    assert len(listed) == 24
    assert [name for name, clip in listed.items() if clip == "missing"] == ["neck-turn"]


def test_files_move_with_var() -> None:
    assert with_var(Config(), Path("elsewhere")).files.url == "file:elsewhere/files"
