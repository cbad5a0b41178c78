"""What is a link of the contact that help texts name, and what is only words."""

from pathlib import Path

import pytest

from core.config import ConfigError, load
from core.help_contact import address_of
from server.config import Config


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("help@example.org", "mailto:help@example.org"),
        ("03-1234-5678", "tel:0312345678"),
        ("+81 (3) 1234 5678", "tel:+81312345678"),
        ("https://example.org/help?a=1", "https://example.org/help?a=1"),
        ("人事部 健康推進担当（内線 1234）", None),
        ("javascript:alert(1)", None),
        ("a@b", None),
        ("", None),
    ],
)
def test_an_address_is_made_of_what_is_one(contact: str, address: str | None) -> None:
    assert address_of(contact) == address


@pytest.mark.parametrize("contact", ["a\\nb", "{name}", "x" * 101])
def test_what_would_not_fit_into_a_sentence_stops_the_start(contact: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[server]\nhelp_contact = "{contact}"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="help_contact"):
        load(path, {}, Config)
