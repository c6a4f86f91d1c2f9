from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.server.section import describe_settings, merge_settings, read_settings, wire_name
from peephole.server.settings import CompletionSettings, Settings

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
README = Path(__file__).parents[2] / "README.md"
DESCRIBED = {name: (default, metadata) for name, default, metadata in describe_settings()}


def nested(name: str, value: object) -> dict[str, Any]:
    """`a.b.c` and a value as nested objects."""
    first, _, rest = name.partition(".")
    return {first: nested(rest, value) if rest else value}


def looked_up(settings: Settings, name: str) -> object:
    """The setting with a dotted wire name."""
    found: Any = settings
    for part in name.split(".")[1:]:
        found = next(getattr(found, field) for field in vars(found) if wire_name(field) == part)
    return found


@pytest.mark.parametrize("value", [None, {}, {"peephole": None}, {"peephole": {}}, {"peephole": {"completion": None}}])
def test_nothing_said_means_the_defaults_and_no_complaint(value: object) -> None:
    assert read_settings(value) == (Settings(), [])


@given(json_values)
def test_no_value_from_the_wire_is_fatal(value: object) -> None:
    read_settings(value)
    read_settings({"peephole": value})


@given(st.sampled_from(sorted(DESCRIBED)), json_values)
def test_a_value_is_either_taken_or_reported_and_defaulted(name: str, value: object) -> None:
    settings, problems = read_settings(nested(name, value))
    found, default = looked_up(settings, name), DESCRIBED[name][0]
    if problems:
        assert found == default
        assert name in problems[0].message
        assert problems[0].serious
    else:
        assert found in (default, value, tuple(value) if isinstance(value, list) else value)


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_every_setting_has_a_meaning_and_a_default_within_its_limits(name: str) -> None:
    default, metadata = DESCRIBED[name]
    assert metadata["doc"].endswith(".")
    wire = list(default) if isinstance(default, tuple) else default
    assert read_settings(nested(name, wire)) == (Settings(), [])
    if isinstance(default, int | float) and not isinstance(default, bool):
        assert metadata["least"] <= default <= metadata["most"] < math.inf


def test_the_readme_names_the_defaults_that_hold() -> None:
    table = re.findall(r"^\| `(peephole\.[^`]+)` \| (.+?) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(table) > 5
    for name, told in table:
        default, _ = DESCRIBED[name]
        in_words = {
            "peephole.documents.excluded": "`.env`, keys, ...",
            "peephole.documents.languages": "all of the model",
            "peephole.model.folder": "the shipped model",
            "peephole.workspace.excluded": "none",
        }
        listed = ", ".join(default) if isinstance(default, tuple) else json.dumps(default)
        assert told == in_words.get(name, listed)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("peephole.completion.maxItems", 500, "a whole number from 1 to 50"),
        ("peephole.completion.maxItems", 2.5, "a whole number from 1 to 50"),
        ("peephole.completion.maxItems", True, "a whole number from 1 to 50"),
        ("peephole.completion.enabled", "yes", "true or false"),
        ("peephole.diagnostics.severity", "error", "hint or information"),
        ("peephole.documents.excluded", "*.env", "a list of strings"),
        ("peephole.documents.excluded", [1], "a list of strings"),
        ("peephole.model.folder", 7, "a string"),
        ("peephole.hover", 7, "an object"),
    ],
)
def test_a_bad_value_is_reported_with_what_was_expected(name: str, value: object, expected: str) -> None:
    settings, problems = read_settings(nested(name, value))
    assert settings == Settings()
    assert [problem.message.split(":")[0] for problem in problems] == [f"{name} is {value!r}; expected {expected}"]


def test_the_good_values_beside_a_bad_one_are_taken() -> None:
    settings, problems = read_settings({"completion": {"maxItems": -1, "beamWidth": 4.0}})
    assert settings == Settings(completion=CompletionSettings(beam_width=4))
    assert len(problems) == 1


def test_an_unknown_name_is_told_but_not_serious() -> None:
    settings, problems = read_settings({"completion": {"maxItem": 3}, "trace": {"server": "off"}})
    assert settings == Settings()
    assert [problem.serious for problem in problems] == [False, False]


def test_a_long_bad_value_is_not_quoted_whole() -> None:
    _, problems = read_settings({"model": {"folder": ["x" * 1_000]}})
    assert len(problems[0].message) < 200


def test_later_settings_are_laid_over_earlier_ones() -> None:
    base = {"completion": {"maxItems": 3, "longest": 9}, "hover": {"enabled": False}}
    over = {"completion": {"maxItems": 4}, "diagnostics": None}
    assert merge_settings(base, over) == {
        "completion": {"maxItems": 4, "longest": 9},
        "hover": {"enabled": False},
        "diagnostics": None,
    }
    assert merge_settings(base, None) == base
