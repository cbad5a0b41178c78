"""What the page about installing says to type, can be typed; the unit starts what there is."""

import re
import shlex
import tomllib
from configparser import RawConfigParser
from pathlib import Path

import pytest

from core.config import load
from server.cli import parser
from server.config import Config, public_url

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")
(SECTION,) = re.findall(r"^## First installation\n(.*?)^## ", PAGE, re.M | re.S)
TYPED = re.findall(r"^todoku .+$", SECTION, re.M)


def block(language: str) -> str:
    """The only code of that language in the section."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", SECTION, re.S)
    return str(found)


def unit() -> RawConfigParser:
    read = RawConfigParser(strict=False)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string((ROOT / "deploy" / "todoku.service").read_text(encoding="utf-8"))
    return read


def test_the_way_leads_from_people_to_a_booking_link() -> None:
    done = [parser().parse_args(shlex.split(line)[1:]).command for line in TYPED]
    assert done == ["user add", "therapist add", "employer add", "link add"]


def test_the_configuration_shown_is_taken(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(block("toml"), encoding="utf-8")
    config = load(tmp_path / "config.toml", {}, Config)
    assert public_url(config) == "https://consult.example.org"
    assert config.server.trusted_proxies == 1


def test_the_unit_starts_the_server_with_that_configuration() -> None:
    program, *words = shlex.split(unit()["Service"]["ExecStart"])
    options = parser().parse_args(words)
    assert program == "/opt/todoku/.venv/bin/todoku"
    assert (options.command, options.config, options.demo) == ("serve", "/etc/todoku/config.toml", False)
    assert "install -d -o root -g todoku -m 0750 /etc/todoku" in SECTION


@pytest.mark.parametrize("option", ["NoNewPrivileges", "PrivateTmp", "ProtectHome"])
def test_the_unit_gives_up_what_it_does_not_need(option: str) -> None:
    service = unit()["Service"]
    assert service[option] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["User"] != "root"


def test_the_proxy_shown_is_whole_and_keeps_no_secret_paths() -> None:
    proxy = block("nginx")
    port = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))["server"]["port"]
    assert "map $http_upgrade $connection_upgrade" in proxy
    assert f"proxy_pass http://127.0.0.1:{port};" in proxy
    assert "listen 443 ssl;" in proxy
    assert "access_log off;" in proxy
    assert proxy.count("{") == proxy.count("}")
