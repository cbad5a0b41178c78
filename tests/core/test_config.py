"""Configuration: defaults, files, secrets, and errors that name key and file."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.config import ConfigError, MailConfig, load, option, options


@dataclass(frozen=True)
class Cat:
    name: str = option("Tama", "what it hears to")
    lives: int = option(9, "how many")
    speed: float = option(1.5, "metres per second")
    sleeps: bool = option(True, "by day")
    toys: tuple[str, ...] = option((), "what it plays with")
    chip: str = option("", "its number", secret="CAT_CHIP")


@dataclass(frozen=True)
class Root:
    cat: Cat = field(default_factory=Cat)
    mail: MailConfig = field(default_factory=MailConfig)


def read(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> Root:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, environ or {}, Root)


def test_without_a_file_every_option_has_its_default() -> None:
    assert load(None, {}, Root) == Root()


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    root = read(tmp_path, '[cat]\nlives = 7\nspeed = 2\ntoys = ["ball", "string"]')
    assert root.cat == Cat(lives=7, speed=2.0, toys=("ball", "string"))
    assert root.mail == MailConfig()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[dog]", r"config\.toml: unknown section \[dog\]"),
        ("cat = 1", r"config\.toml: cat must be a section"),
        ("[cat]\nlifes = 7", r"config\.toml: unknown key cat\.lifes"),
        ("[cat]\nlives = '7'", r"config\.toml: cat\.lives must be a whole number"),
        ("[cat]\nlives = true", r"config\.toml: cat\.lives must be a whole number"),
        ("[cat]\nsleeps = 1", r"config\.toml: cat\.sleeps must be true or false"),
        ("[cat]\ntoys = 'ball'", r"config\.toml: cat\.toys must be a list"),
        ("[cat]\ntoys = [1]", r"config\.toml: cat\.toys must be a text"),
        ("[cat", r"config\.toml: "),
        ("[cat]\nlives = 0", r"config\.toml: cat\.lives must be more than 0, not 0"),
        ("[cat]\nspeed = -1", r"config\.toml: cat\.speed must be more than 0, not -1$"),
        ("[cat]\nspeed = nan", r"config\.toml: cat\.speed must be more than 0, not nan"),
        ("[cat]\nspeed = inf", r"config\.toml: cat\.speed must be more than 0, not inf"),
        ("[mail]\nsecurity = 'startls'", r"mail\.security must be one of starttls, tls, none, not 'startls'"),
        ("[mail]\nport = 99999", r"mail\.port must be a port, 1 to 65535"),
        ("[mail]\nsender = 'Todoku'", r"mail\.sender must be an address"),
        ("[mail]\nsender = 'a@b@c'", r"mail\.sender must be an address"),
        ("[mail]\nreply_to = 'help'", r"mail\.reply_to must be empty or an address"),
    ],
)
def test_an_error_names_the_key_and_the_file(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, text)


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes("[cat]\nname = 'たま'".encode("shift_jis"))
    with pytest.raises(ConfigError, match=r"config\.toml: .*utf-8"):
        load(path, {}, Root)


@pytest.mark.parametrize("text", ["chip = 0x5ec7e7", "chip = ['0x5ec7e7']"])
def test_a_message_shows_no_secret(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml: cat\.chip must be a text$"):
        read(tmp_path, f"[cat]\n{text}")


def test_a_secret_comes_from_the_environment(tmp_path: Path) -> None:
    assert read(tmp_path, "[cat]\nchip = 'file'", {"CAT_CHIP": "env"}).cat.chip == "env"
    assert read(tmp_path, "", {"CAT_CHIP": ""}).cat.chip == ""


def test_every_option_has_a_help_text() -> None:
    found = list(options(Root))
    assert [doc.key for doc in found[:6]] == ["name", "lives", "speed", "sleeps", "toys", "chip"]
    assert all(doc.help for doc in found)
    assert found[5].secret == "CAT_CHIP"
