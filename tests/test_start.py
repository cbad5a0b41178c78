"""Starting and stopping the whole program, as a person at a terminal does. No browser."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
import sqlalchemy as sa

from core.clock import SystemClock
from core.database import DatabaseAway, migrate
from tests import services
from tests.browser.site import CONFIG, running

SECOND_START_S = 5
CLOCK = SystemClock()


def test_it_serves_says_where_and_ends_cleanly_at_ctrl_c(tmp_path: Path) -> None:
    with running(tmp_path / "var") as site:
        with urlopen(f"{site.address}/health/live") as answer:  # noqa: S310
            assert (answer.status, json.load(answer)) == (200, {"status": "live"})
        assert site.demo["booking_link"] in site.service.output()
        assert site.demo["demo_session"]["join_link"] in site.service.output()
        for person in [*site.demo["therapists"], site.demo["staff"]]:
            assert person["password"]
        assert (tmp_path / "var" / "demo.json").stat().st_mode & 0o077 == 0
        assert site.service.stop(signal.SIGINT) == 0
        assert "Traceback" not in site.service.output()


def test_a_second_start_keeps_people_and_is_quick(tmp_path: Path) -> None:
    with running(tmp_path / "var") as first:
        pass
    took_s = []
    for _ in range(2):  # the better of two: the machine may be busy with something else
        started = CLOCK.monotonic()
        with running(tmp_path / "var") as second:
            took_s.append(CLOCK.monotonic() - started)
    assert min(took_s) < SECOND_START_S
    assert second.demo["therapists"] == first.demo["therapists"]
    assert second.demo["demo_session"]["booking_id"] == first.demo["demo_session"]["booking_id"]


def test_a_taken_port_is_named_with_what_to_do(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    with socket.create_server((services.HOST, 0)) as other:
        port = other.getsockname()[1]
        options = ["--port", str(port), "--var", str(tmp_path / "var"), "--config", str(config)]
        command = [sys.executable, "-m", "server", "serve", "--demo", *options]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert f"port {port}" in ended.stderr
    assert f"make run PORT={port + 1}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_two_in_one_folder_are_refused(tmp_path: Path) -> None:
    with running(tmp_path / "var") as site:
        command = [sys.executable, "-m", "server", "serve", "--port", str(services.free_port())]
        command += ["--var", str(site.var), "--config", str(site.var / "config.toml")]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert site.address in ended.stderr
    assert "VAR=" in ended.stderr


def test_a_database_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    nobody = services.free_port()
    config.write_text(f'[database]\nurl = "postgresql://todoku:geheim@127.0.0.1:{nobody}/todoku"\n')
    for words in (["serve", "--role", "web", "--port", str(services.free_port())], ["migrate"]):
        options = ["--var", str(tmp_path / "var"), "--config", str(config)]
        command = [sys.executable, "-m", "server", *words, *options]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert ended.returncode == 1
        assert f"127.0.0.1:{nobody}/todoku cannot be reached" in ended.stderr
        assert "geheim" not in ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "url", ["sqlite:////proc/nobody/todoku.db", "postgresql://todoku@no.such.host.invalid/todoku"]
)
async def test_whatever_keeps_a_database_away_is_one_sentence_and_what_to_do(url: str) -> None:
    with pytest.raises(DatabaseAway, match=r"cannot be reached \(.+\)\.\nStart it, or"):
        await migrate(url)


async def test_a_database_that_refuses_us_counts_as_away(postgres_url: str) -> None:
    url = sa.make_url(postgres_url).set(database="no_such_database").render_as_string(hide_password=False)
    with pytest.raises(DatabaseAway, match="no_such_database"):
        await migrate(url)


def test_an_unknown_option_names_key_and_file(tmp_path: Path) -> None:
    config = tmp_path / "typo.toml"
    config.write_text("[server]\nprot = 8080\n")
    command = [sys.executable, "-m", "server", "serve", "--config", str(config)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "server.prot" in ended.stderr
    assert "typo.toml" in ended.stderr
