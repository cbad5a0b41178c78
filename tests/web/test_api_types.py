"""The client's API types are those of the server's OpenAPI document."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_types_are_made_from_the_document(tmp_path: Path) -> None:
    made = tmp_path / "schema.d.ts"
    environment = os.environ | {"PATH": f"{ROOT / '.venv/bin'}:{os.environ['PATH']}"}
    command = ["npx", "openapi-typescript", "openapi.json", "--output", str(made)]
    subprocess.run(command, cwd=ROOT / "web", env=environment, check=True, capture_output=True)
    committed = (ROOT / "web/src/api/schema.d.ts").read_text(encoding="utf-8")
    assert made.read_text(encoding="utf-8") == committed, "run `make docs`"
