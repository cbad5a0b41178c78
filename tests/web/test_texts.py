"""Every error the server can give has a sentence and a next step in both languages."""

import importlib
import json
from pathlib import Path

import pytest

import web
from core.errors import all_errors
from scheduler.letters import TO_CLIENT

SOURCES = Path(web.__file__).parent / "src"
LOCALES = SOURCES / "shared" / "locales"
JOIN_LINK = {"ja": "面談の参加リンク", "en": "join link"}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_error_code_says_what_happened_and_what_to_do(language: str) -> None:
    importlib.import_module("server.assembly")  # brings every folder's errors
    texts = json.loads((LOCALES / f"{language}.json").read_text(encoding="utf-8"))["errors"]
    codes = {code for code, error in all_errors().items() if not error.__module__.startswith("tests.")}
    assert len(codes) > 20
    missing = sorted(code for code in codes if not texts.get(code, {}).get("next"))
    assert missing == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_join_link_has_one_name_in_mail_and_pages(language: str) -> None:
    name = JOIN_LINK[language]
    assert name in TO_CLIENT["confirmed"][language].link
    texts = json.loads((SOURCES / "booking" / "locales" / f"{language}.json").read_text(encoding="utf-8"))
    booking, done = texts["booking"], texts["booking"]["done"]
    said = (booking["returning"], booking["details"]["emailHint"], done["mail"], done["join"])
    assert [sentence for sentence in said if name not in sentence] == []
