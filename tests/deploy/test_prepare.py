"""Steps are done once and again when what they depend on changes; failures say what to do."""

import os
import sys
from pathlib import Path

import pytest

from deploy import debian, prepare, terminal
from deploy.prepare import COMMANDS, STEPS, Step
from deploy.terminal import Failed, hint


def step(folder: Path, done: list[str]) -> Step:
    source, output = folder / "source", folder / "output"

    def work() -> None:
        done.append(source.read_text())
        output.touch()

    return Step("example", prepare.content(source), output, work)


def test_a_step_is_done_once_and_again_when_its_source_or_output_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "STAMPS", tmp_path / "stamps")
    done: list[str] = []
    (tmp_path / "source").write_text("one")
    example = step(tmp_path, done)
    example.do()
    example.do()
    assert done == ["one"]
    (tmp_path / "source").write_text("two")
    example.do()
    assert done == ["one", "two"]
    (tmp_path / "output").unlink()
    example.do()
    assert done == ["one", "two", "two"]


def test_a_step_that_fails_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "STAMPS", tmp_path / "stamps")
    (tmp_path / "output").touch()

    def fail() -> None:
        raise Failed("no network")

    broken = Step("broken", lambda: [b"same"], tmp_path / "output", fail)
    for _ in range(2):
        with pytest.raises(Failed):
            broken.do()


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("npm error code ENOTFOUND", "network cannot be reached"),
        ("Temporary failure in name resolution", "network cannot be reached"),
        ("SSL: CERTIFICATE_VERIFY_FAILED", "proxy"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the one the lock file names"),
        ("E: Could not get lock /var/lib/dpkg/lock-frontend", "Another package manager"),
    ],
)
def test_a_failure_is_followed_by_what_to_do(output: str, says: str) -> None:
    assert says in hint(output)


def test_an_unknown_failure_shows_the_end_of_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "LOG", tmp_path / "log")
    script = "print('something odd'); raise SystemExit(3)"
    with pytest.raises(Failed, match="something odd"):
        terminal.run("Trying", "1 s", [sys.executable, "-c", script])
    assert "Trying: failed" in capsys.readouterr().out
    assert "something odd" in (tmp_path / "log").read_text()


def test_without_rights_the_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "as_root", lambda: None)
    with pytest.raises(Failed, match="sudo apt install coturn redis-server"):
        debian.install(["coturn", "redis-server"])


def test_every_command_consists_of_known_steps() -> None:
    assert {name for names in COMMANDS.values() for name in names} == set(STEPS)


def test_a_change_of_a_test_does_not_build_the_client_again() -> None:
    assert [name for name in prepare.web_sources() if b".test.ts" in name[:200]] == []


def test_an_old_python_is_replaced_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(prepare, "newer_python", lambda: None)
    with pytest.raises(Failed, match=r"needs Python 3\.11"):
        prepare.require_python()
    started: list[str] = []
    monkeypatch.setattr(prepare, "newer_python", lambda: "/usr/bin/python3.12")
    monkeypatch.setattr(os, "execv", lambda path, _arguments: started.append(path))
    with pytest.raises(Failed):
        prepare.require_python()
    assert started == ["/usr/bin/python3.12"]
