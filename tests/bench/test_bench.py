"""Measurements are found by name and told the same way; none is run here."""

import importlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import bench
from bench import __main__ as program


def test_a_case_tells_its_ratio_to_the_baseline() -> None:
    entry = bench.case("moves", 30.0, "us", 20.0, None)
    assert entry["ratio"] == 1.5
    assert bench.case("moves", 30.0, "us", None, 40.0)["ratio"] is None


def test_every_measurement_is_found_and_helpers_are_not() -> None:
    assert "relay" in program.names()
    assert "__main__" not in program.names()


def test_an_unknown_name_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["nonsense"]) == 2
    assert "relay" in capsys.readouterr().err


def test_a_result_is_kept_and_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run() -> dict[str, Any]:
        return {"cases": [bench.case("moves", 30.0, "us", 20.0, 40.0)]}

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(program, "names", lambda: ["it"])
    monkeypatch.setattr(importlib, "import_module", lambda name: SimpleNamespace(run=run))
    assert program.main([]) == 0
    kept = json.loads((tmp_path / "var/bench/it.json").read_text())
    assert kept["cases"][0]["figure"] == 30.0
    assert kept["machine"]["cores"] >= 1
    assert "moves" in capsys.readouterr().out
