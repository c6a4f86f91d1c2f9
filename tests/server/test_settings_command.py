from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commanding import peephole

from peephole.server.commands.settings import properties
from peephole.server.section import SECTION, describe_settings, read_settings
from peephole.server.settings import Settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_document_is_what_the_command_prints() -> None:
    made = peephole("settings")
    assert (made.returncode, made.stderr) == (0, "")
    assert DOCUMENT.read_text(encoding="utf-8") == made.stdout, "run `peephole settings > docs/settings.md`"


def test_every_setting_is_in_it() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [name for name, _, _ in describe_settings() if f"| `{name}`" not in text] == []


def test_json_is_what_a_manifest_takes() -> None:
    made = json.loads(peephole("settings", "--json").stdout)
    assert made == json.loads(json.dumps(properties()))
    assert made["peephole.completion.maxItems"] == {
        "type": "integer",
        "default": 10,
        "description": "Most items in the list.",
        "minimum": 1,
        "maximum": 50,
        "scope": "resource",
    }
    assert made["peephole.diagnostics.severity"]["enum"] == ["hint", "information"]
    assert made["peephole.documents.excluded"]["items"] == {"type": "string"}
    assert made["peephole.model.folder"]["scope"] == "machine"


@pytest.mark.parametrize("end", ["default", "minimum", "maximum"])
def test_the_server_takes_all_that_the_manifest_allows(end: str) -> None:
    for name, schema in properties().items():
        if end in schema:
            path = name.removeprefix(f"{SECTION}.").split(".")
            value: Any = schema[end]
            for part in reversed(path):
                value = {part: value}
            settings, problems = read_settings(value)
            assert problems == []
            assert end != "default" or settings == Settings()
