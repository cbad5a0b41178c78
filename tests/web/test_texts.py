"""Every error the server can give has a sentence and a next step in both languages."""

import importlib
import json
from pathlib import Path

import pytest

import web
from core.errors import all_errors

LOCALES = Path(web.__file__).parent / "src" / "shared" / "locales"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_error_code_says_what_happened_and_what_to_do(language: str) -> None:
    importlib.import_module("server.assembly")  # brings every folder's errors
    texts = json.loads((LOCALES / f"{language}.json").read_text(encoding="utf-8"))["errors"]
    codes = {code for code, error in all_errors().items() if not error.__module__.startswith("tests.")}
    assert len(codes) > 20
    missing = sorted(code for code in codes if not texts.get(code, {}).get("next"))
    assert missing == []
