"""Values that no server can run with: the start stops and names file and key. Types: core/test_config."""

from pathlib import Path

import pytest

from core.config import ConfigError, load
from server.config import Config
from server.config_docs import toml


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("server", "port = 99999"),
        ("server", "port = 0"),
        ("server", 'public_url = "consult.example.org"'),
        ("server", 'public_url = "https://consult.example.org/todoku"'),
        ("server", "trusted_proxies = -1"),
        ("server", 'log_format = "xml"'),
        ("server", 'log_level = "verbose"'),
        ("database", 'url = "foo"'),
        ("database", 'url = "mysql://root@localhost/todoku"'),
        ("database", "pool_size = 0"),
        ("bus", 'url = "carrier:pigeon"'),
        ("accounts", "attempts_per_account = 0"),
        ("accounts", "password_memory_kib = 7"),
        ("scheduler", "step_min = 0"),
        ("scheduler", "notice_min = -1"),
        ("signaling", "watch_s = 0"),
        ("media", "udp_port = 65536"),
        ("media", 'udp_host = "localhost"'),
        ("media", 'advertised_addresses = ["192.0.2.1", "example.org"]'),
        ("chat", "burst_messages = 0"),
        ("ops", "stale_after_s = 0"),
    ],
)
def test_a_value_no_server_can_run_with_stops_the_start(tmp_path: Path, section: str, line: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[{section}]\n{line}\n", encoding="utf-8")
    key = line.split(" = ")[0]
    with pytest.raises(ConfigError, match=rf"config\.toml: {section}\.{key} must be "):
        load(path, {}, Config)


def test_every_default_may_be_written_down(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(toml(), encoding="utf-8")
    assert load(path, {}, Config) == Config()


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("server", 'public_url = "http://[::1]:8080/"'),
        ("database", 'url = "postgresql://todoku:p%40ss@db.internal:5432/todoku"'),
        ("bus", 'url = "rediss://:word@redis.internal:6379/0"'),
        ("bus", 'url = "unix:///run/redis.sock"'),
        ("mail", 'sender = "届く <no-reply@todoku.example>"'),
        ("mail", 'reply_to = "help@todoku.example"'),
        ("scheduler", "notice_min = 0"),
        ("media", "udp_port = 0"),
        ("media", 'udp_host = "::"'),
    ],
)
def test_what_a_server_can_run_with_is_taken(tmp_path: Path, section: str, line: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[{section}]\n{line}\n", encoding="utf-8")
    key = line.split(" = ")[0]
    assert getattr(getattr(load(path, {}, Config), section), key) is not None
