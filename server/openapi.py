"""The OpenAPI 3.1 document, generated from the routes the folders declare."""

import json
import re
from collections.abc import Iterable
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from core.errors import Invalid, TodokuError, Unauthenticated
from core.http import MAX_KEY_CHARS, Route
from core.idempotency import IdempotencyMismatch
from server import __version__

REF = "#/components/schemas/{model}"
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem; `code` is stable and is what programs look at.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
    },
    "additionalProperties": True,
}

KEY = {"type": "string", "minLength": 1, "maxLength": MAX_KEY_CHARS, "pattern": r"^[\x21-\x7e]+$"}


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """The document as plain data."""
    routes = list(routes)
    refs, components = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, refs)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Todoku",
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": PROBLEM},
            "securitySchemes": {
                "account": {"type": "apiKey", "in": "cookie", "name": "todoku_account"},
                "link": {"type": "apiKey", "in": "cookie", "name": "todoku_link"},
                "device": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def text(routes: Iterable[Route]) -> str:
    """The same as JSON text."""
    return json.dumps(document(routes), ensure_ascii=False, indent=2)


def route(all_routes: list[Route]) -> Route:
    """GET /api/openapi.json."""
    made: list[dict[str, Any]] = []

    async def serve(_request: web.Request) -> web.Response:
        if not made:
            made.append(document(all_routes))
        return web.json_response(made[0])

    return Route("GET", "/api/openapi.json", serve, "This document", tag="meta")


def _schemas(routes: list[Route]) -> tuple[dict[Any, Any], dict[str, Any]]:
    wanted: list[tuple[type[BaseModel], Any]] = []
    for item in routes:
        wanted += [(model, "validation") for model in (item.body, item.query) if model is not None]
        wanted += [(item.response, "serialization")] if item.response is not None else []
    refs, definitions = models_json_schema(list(dict.fromkeys(wanted)), ref_template=REF)
    return dict(refs), dict(definitions.get("$defs", {}))


def _operation(item: Route, refs: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(item),
        "summary": item.summary,
        "tags": [item.tag or "other"],
        "parameters": _parameters(item),
        "responses": _responses(item, refs),
    }
    if item.body is not None:
        schema = refs[(item.body, "validation")]
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if item.text_type:
        content = {item.text_type: {"schema": {"type": "string"}}}
        operation["requestBody"] = {"required": True, "content": content}
    if item.bearer:
        operation["security"] = [{"device": []}]
    return operation


def _operation_id(item: Route) -> str:
    return re.sub(r"\W+", "_", f"{item.method.lower()}{item.path}").strip("_")


def _parameters(item: Route) -> list[dict[str, Any]]:
    text = {"type": "string"}
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": text}
        for name in re.findall(r"{(\w+)", item.path)
    ]
    if item.query is not None:
        schema = item.query.model_json_schema(ref_template=REF)
        for name, part in schema.get("properties", {}).items():
            required = name in schema.get("required", [])
            found.append({"name": name, "in": "query", "required": required, "schema": part})
    if takes_key(item):
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": KEY})
    return found


def takes_key(item: Route) -> bool:
    """Whether a request that is repeated with its Idempotency-Key is done once."""
    return IdempotencyMismatch in item.errors


def _responses(item: Route, refs: dict[Any, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": item.summary}
    if item.response is not None:
        success["content"] = {item.content_type: {"schema": refs[(item.response, "serialization")]}}
    elif item.content_type != "application/json":
        success["content"] = {item.content_type: {"schema": {"type": "string"}}}
    responses: dict[str, Any] = {str(item.status): success}
    errors: dict[int, list[type[TodokuError]]] = {}
    implied = (Invalid,) if item.body or item.query or takes_key(item) else ()
    for error in dict.fromkeys((*item.errors, *implied, Unauthenticated)):
        errors.setdefault(error.status, []).append(error)
    for status, kinds in sorted(errors.items()):
        codes = ", ".join(f"`{kind.code}`" for kind in kinds)
        problem = item.error_type == Route.error_type
        schema = {"$ref": REF.format(model="Problem")} if problem else {"type": "object"}
        content = {item.error_type: {"schema": schema}}
        responses[str(status)] = {"description": codes, "content": content}
    return responses
