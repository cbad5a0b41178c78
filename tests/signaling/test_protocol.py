"""docs/PROTOCOL.md says what the models say, and the models take what they should."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from chat import messages as chat
from core.errors import all_errors
from server import assembly
from signaling import protocol
from signaling.model import EndReason, Media, RoomState
from signaling.participant import Event, State, diagram

TEXT = (Path(__file__).parents[2] / "docs" / "PROTOCOL.md").read_text(encoding="utf-8")
CODE_WORDS = {part for span in re.findall(r"`([^`\n]+)`", TEXT) for part in re.findall(r"\w+", span)}
CHAT_MODELS: list[type[BaseModel]] = [
    chat.Auth,
    chat.Subscribe,
    chat.Subscribed,
    chat.Post,
    chat.PostedReply,
    chat.Changes,
    chat.ChangesReply,
    chat.ChangeReply,
    chat.Poke,
]


def models(*roots: type[BaseModel]) -> set[str]:
    """Member names of models and of everything inside them."""
    names: set[str] = set()
    for root in roots:
        schema = root.model_json_schema()
        for part in (schema, *schema.get("$defs", {}).values()):
            names |= set(part.get("properties", {}))
    return names


LINE = r"^\| `{}` \|.*\|.*\|.*$"
CHAPTER = r"^#### `{}`\n.*?(?=^#)"


def documented(pattern: str, event: str) -> str:
    """What the page says about an event."""
    found = re.search(
        pattern.format(event), TEXT, re.MULTILINE | re.DOTALL if "?=" in pattern else re.MULTILINE
    )
    assert found is not None, f"{event} is not documented"
    return found.group(0)


@pytest.mark.parametrize("event", protocol.FROM_CLIENT)
def test_every_client_event_is_documented_with_its_members(event: str) -> None:
    payload, ack = protocol.FROM_CLIENT[event]
    for name in [*payload.model_fields, *ack.model_fields]:
        assert f"`{name}`" in documented(LINE, event)


@pytest.mark.parametrize("event", protocol.FROM_SERVER)
def test_every_server_event_is_documented_with_its_members(event: str) -> None:
    for name in models(protocol.FROM_SERVER[event]):
        assert name in documented(CHAPTER, event)


def test_every_member_of_chat_and_auth_is_documented() -> None:
    assert models(protocol.Auth, *CHAT_MODELS) <= CODE_WORDS


@pytest.mark.parametrize("words", [State, Event, RoomState, Media, EndReason])
def test_every_word_of_the_protocol_is_documented(words: Any) -> None:
    assert {word.value for word in words} <= CODE_WORDS


def test_the_documented_diagram_is_the_tables() -> None:
    assert diagram() in TEXT


def test_every_documented_error_exists() -> None:
    assert assembly  # every folder's errors are imported
    rows = [line.split("|") for line in TEXT.splitlines() if line.startswith("| `")]
    columns = [row[4] for row in rows if len(row) == 6]
    named = {code for column in columns for code in re.findall(r"`(\w+)`", column)} - {"join"}
    refusals = re.findall(r"^Refusals?: (.*)\.$", TEXT, re.MULTILINE)
    named |= {code for line in refusals for code in re.findall(r"`(\w+)`", line)}
    assert len(named) > 15
    assert named <= set(all_errors())


def test_every_event_has_a_schema() -> None:
    schemas = protocol.schemas()
    assert set(schemas["client"]) == set(schemas["ack"]) == set(protocol.FROM_CLIENT)
    assert schemas["client"]["answer"]["properties"]["sdp"]["maxLength"] == protocol.MAX_SDP_CHARS


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("answer", {"offer": 0, "sdp": "v=0"}),
        ("answer", {"offer": 1, "sdp": ""}),
        ("answer", {"offer": 1, "sdp": "x" * (protocol.MAX_SDP_CHARS + 1)}),
        ("admit", {"participant_id": "a b"}),
        ("admit", {}),
        ("media", {"microphone": True}),
        ("leave", {"now": True}),
    ],
)
def test_what_is_not_of_the_protocol_is_refused(event: str, payload: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        protocol.FROM_CLIENT[event][0].model_validate(payload)
