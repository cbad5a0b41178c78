"""Every operation of the API with text that a database may refuse, by everybody who can ask: never a 500.

The operations and their members are taken from the OpenAPI document, so that a new one is tried too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.server.everybody import Everybody

NUL = "a\0b"
OTHERS = "a\x01\x07\x0b\x1b\x1f\x7f\x85\u202e\ufffeb"
# Something that each member takes, so that the one tried is the only one at fault.
PLAUSIBLE = {
    "starts_at": "2026-11-25T00:00:00Z",
    "ends_at": "2026-11-25T01:00:00Z",
    "first_date": "2026-11-25",
    "last_date": "2026-11-26",
    "from": "2026-11-24",
    "to": "2026-11-24",
    "timezone": "Asia/Tokyo",
    "tz": "Asia/Tokyo",
    "locale": "ja",
    "status": "noshow",
    "seats": "5",
    "region": "neck",
    "posture": "sitting",
    "tag": "desk",
    "session_min": "30",
    "count": "2",
    "email": "a@example.com",
    "client_message_id": "0190a4f6-7a3b-7c11-8a00-0123456789ab",
}


@dataclass(frozen=True)
class Attempt:
    """One operation with one member to be tried."""

    method: str
    path: str
    place: str  # "body" or "query"
    members: tuple[str, ...]
    tried: str

    def options(self, text: str) -> dict[str, Any]:
        values = {name: PLAUSIBLE.get(name, "1") for name in self.members} | {self.tried: text}
        return {"json": values} if self.place == "body" else {"params": values}


def attempts(document: dict[str, Any], ids: dict[str, str]) -> Iterator[Attempt]:
    """Every member that may hold text, of every operation."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            query = {part["name"]: part for part in operation["parameters"] if part["in"] == "query"}
            schema = (
                document["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]] if body else {}
            )
            places = {"body": schema.get("properties", {}), "query": query}
            for place, members in places.items():
                required = tuple(
                    name for name in members if name in schema.get("required", ()) or place == "query"
                )
                for tried, part in members.items():
                    if '"string"' in str(part).replace("'", '"'):
                        yield Attempt(method, path.format_map(ids), place, required, tried)


async def answers(everybody: Everybody, attempt: Attempt, text: str) -> dict[str, tuple[int, dict[str, Any]]]:
    """Status and document by asker."""
    found = {}
    for name, tab in everybody.tabs.items():
        options = {**attempt.options(text), "headers": {"If-Match": '"1"'}}
        async with tab.http.request(attempt.method, attempt.path, **options) as response:
            is_json = response.content_type.endswith("json")
            found[name] = (response.status, await response.json(content_type=None) if is_json else {})
    return found


def named_in(document: dict[str, Any]) -> str:
    """The member at fault, in a problem document or FHIR's."""
    if "issue" in document:
        return str(document["issue"][0]["expression"][0])
    assert document["code"] == "invalid"
    return str(document["errors"][0]["field"])


async def test_a_nul_in_any_text_is_a_422_that_names_the_member(everybody: Everybody) -> None:
    tried = 0
    for attempt in attempts(await everybody.document(), everybody.ids):
        found = await answers(everybody, attempt, NUL)
        assert max(status for status, _ in found.values()) < 500, (attempt, found)
        named = [named_in(document) for status, document in found.values() if status == 422]
        assert set(named) == {attempt.tried}, (attempt, found)
        tried += 1
    assert tried > 15


async def test_no_other_odd_character_in_any_text_is_a_fault_of_ours(everybody: Everybody) -> None:
    for attempt in attempts(await everybody.document(), everybody.ids):
        found = await answers(everybody, attempt, OTHERS)
        assert max(status for status, _ in found.values()) < 500, (attempt, found)


async def test_a_nul_in_a_path_is_not_found(everybody: Everybody) -> None:
    paths = [path for path in (await everybody.document())["paths"] if "{" in path]
    for path in paths:
        address = path.format_map(dict.fromkeys(everybody.ids, "%00"))
        async with everybody.tabs["therapist"].http.get(address) as response:
            assert response.status in (404, 405), path
