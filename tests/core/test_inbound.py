"""Text that no database keeps is refused at the door, whatever model it comes in."""

import json
from typing import Any

import pytest

from core.errors import Invalid
from core.http import Body, parse
from core.inbound import UNKEEPABLE
from tests.core.socket_site import Raw, Site

KEPT = [chr(code) for code in range(1, 0x20)] + ["\x7f", "\x85", "\u202e", "𠮷"]


class Nested(Body):
    name: str
    parts: dict[str, list[str]] | None = None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "a\0b"}, "name"),
        ({"name": "a", "parts": {"x": ["y", "\0"]}}, "parts"),
        ({"name": "a", "parts": {"\0": []}}, "parts"),
    ],
)
def test_a_nul_is_refused_by_field_wherever_it_hides(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(Nested, json.dumps(given).encode())
    (fault,) = refusal.value.extra["errors"]
    assert (fault["field"], fault["rule"]) == (field, "text_unkeepable")
    assert "\0" not in fault["message"]


def test_half_a_character_is_refused() -> None:
    assert UNKEEPABLE.search("\ud83d")
    with pytest.raises(Invalid):
        parse(Nested, b'{"name": "\\ud83d"}')


@pytest.mark.parametrize("character", KEPT, ids=ascii)
def test_every_other_character_comes_in(character: str) -> None:
    content = json.dumps({"name": f"a{character}b"}).encode()
    assert parse(Nested, content).name == f"a{character}b"


async def test_an_event_with_a_nul_is_invalid_and_never_reaches_its_handler(site: Site, raw: Raw) -> None:
    await raw.enter()
    await raw.packet(type=2, nsp="/test", id=1, data=["say", {"text": "a\0b"}])
    (ack,) = (await raw.next())["data"]
    assert (ack["ok"], ack["error"]["code"]) == (False, "invalid")
    assert ack["error"]["errors"][0]["field"] == "text"
    assert site.said == []
