"""Each parser stands its corpus and some thousands of changed inputs. Millions: `make fuzz`."""

import json
from pathlib import Path
from random import Random

import pytest

from tests.fuzz import __main__ as long_run
from tests.fuzz import corpus
from tests.fuzz.frames import socket_packet
from tests.fuzz.mutation import mutant, mutants
from tests.fuzz.target import Contradiction, Target
from tests.fuzz.targets import TARGETS

SEED = 20261124
INPUTS, TEXTS = 3000, 800


def tried(target: Target, data: bytes) -> bool:
    """Whether it was understood; what goes wrong names the input."""
    try:
        return target.check(data)
    except Exception as error:
        raise AssertionError(f"{target.name} fails on {data!r}") from error


@pytest.mark.parametrize("name", TARGETS)
def test_what_our_builders_make_is_understood(name: str) -> None:
    target = TARGETS[name]
    assert [data for data in target.seeds if not tried(target, data)] == []
    assert all(len(data) <= target.max_bytes for data in target.seeds)


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_is_understood_or_refused(name: str) -> None:
    target = TARGETS[name]
    count = TEXTS if target.is_text else INPUTS
    inputs = mutants(target.seeds, target.words(), SEED, count)
    understood = sum(tried(target, data) for data in inputs)
    # Both ways are gone often: what is refused at its first byte tests nothing behind it.
    assert count * 0.02 < understood < count * 0.999


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_at_all_and_noise_are_refused_or_understood(name: str) -> None:
    target, rng = TARGETS[name], Random(SEED)
    for length in (*range(40), 100, 1400):
        tried(target, rng.randbytes(length))


def test_what_a_client_may_not_send_is_refused() -> None:
    assert not any(socket_packet(data) for data in corpus.refused_socket_packets())


def test_the_same_seed_gives_the_same_inputs() -> None:
    seeds, words = [b"v=0\r\na=mid:0\r\n", bytes(20)], [b"mid"]
    first = mutants(seeds, words, 1, 50)
    assert first == mutants(seeds, words, 1, 50)
    assert first != mutants(seeds, words, 2, 50)
    assert len(set(first)) > 40


def test_a_parser_that_trusts_a_length_is_found_out() -> None:
    def trusting(data: bytes) -> bool:
        return data[1 + data[0]] >= 0

    broken = Target("broken", trusting, [b"\x03abcd"])
    assert tried(broken, b"\x03abcd")
    rng = Random(SEED)
    with pytest.raises(AssertionError, match="broken fails on b'"):
        for _ in range(200):
            tried(broken, mutant(rng, broken.seeds, broken.words()))


def test_a_result_that_contradicts_itself_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.packets.transport_cc.build", lambda *_: [])
    with pytest.raises(Contradiction):
        TARGETS["transport_cc"].check(TARGETS["transport_cc"].seeds[0])


def test_a_long_run_counts_its_inputs_and_reports_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(long_run, "FOLDER", tmp_path)
    assert long_run.main(["--seconds", "1", "key_frames"]) == 0
    [result] = json.loads((tmp_path / "report.json").read_text())
    assert result["name"] == "key_frames"
    assert result["inputs"] > 100
    assert f"{result['inputs']:,}" in capsys.readouterr().out
