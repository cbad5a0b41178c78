"""The OpenAPI document is valid, and what the server answers to generated requests is what it promises."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from tests.flows.people import Tab
from tests.server.everybody import Everybody

PROMISES = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
ROOT = Path(__file__).parents[2]
JSON = "application/json"
ENDS_THE_SESSION = "/api/sessions/current"


def operations(document: dict[str, Any]) -> list[Any]:
    """What can be asked without signing out the one who asks."""
    asked = [one for path in document["paths"].values() for one in path.values()]
    for kind in {kind for one in asked for kind in one.get("requestBody", {}).get("content", {})} - {JSON}:
        schemathesis.serializer(kind)(_as_text)
    schema = schemathesis.openapi.from_dict(document).exclude(path=ENDS_THE_SESSION)
    every: Iterator[Any] = schema.get_all_operations()
    return [found.ok() for found in every]


def _as_text(_context: object, value: object) -> bytes:
    return str(value).encode(errors="replace")


def test_the_document_is_valid_openapi() -> None:
    document = json.loads((ROOT / "web" / "openapi.json").read_text(encoding="utf-8"))
    assert document["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(document).validate()


def ask(operation: Any, address: str, askers: list[dict[str, str]], mode: GenerationMode) -> int:
    """Some generated requests, each by everybody; how many. Raises where an answer breaks a promise."""
    asked = 0

    @settings(max_examples=3, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(mode))
    def check(case: Any) -> None:
        nonlocal asked
        for headers in askers:
            case.validate_response(case.call(base_url=address, headers=headers), checks=PROMISES)
            asked += 1

    with contextlib.suppress(Unsatisfiable):  # nothing wrong can be sent where nothing is taken
        check()
    return asked


def headers_of(tab: Tab) -> dict[str, str]:
    cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in tab.http.cookie_jar)
    return {**tab.http.headers, "Cookie": cookies}


async def test_every_answer_is_one_the_document_tells_of(everybody: Everybody) -> None:
    askers = [headers_of(tab) for tab in everybody.tabs.values()]
    found = operations(await everybody.document())
    asked = [
        await asyncio.to_thread(ask, operation, everybody.address, askers, mode)
        for operation in found
        for mode in GenerationMode
    ]
    assert sum(asked) > 4 * len(found)
