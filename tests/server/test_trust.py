from __future__ import annotations

import pytest

from peephole.server.section import describe_settings, merge_settings, read_settings
from peephole.server.settings import ModelSettings, Settings
from peephole.server.trust import says_trusted, withhold, without_trust

NAMED = {"model": {"folder": "/elsewhere"}}


@pytest.mark.parametrize(
    ("options", "trusted"),
    [
        ({"peephole": NAMED, "trusted": True}, True),
        ({"trusted": True}, True),
        ({"peephole": NAMED, "trusted": False}, False),
        ({"peephole": NAMED, "trusted": "yes"}, False),
        ({"peephole": NAMED, "trusted": 1}, False),
        ({"peephole": NAMED}, False),
        ({**NAMED, "trusted": True}, False),
        ({"peephole": {**NAMED, "trusted": True}}, False),
        ({**NAMED, "peephole": NAMED, "trusted": True}, False),
        (None, False),
        (["trusted"], False),
    ],
)
def test_trust_is_the_word_true_beside_the_section_and_beside_nothing_else(options: object, trusted: bool) -> None:
    assert says_trusted(options) is trusted


@pytest.mark.parametrize("options", [{"peephole": NAMED, "trusted": True}, {"peephole": NAMED}, NAMED])
def test_the_word_of_trust_is_no_setting(options: object) -> None:
    settings, problems = read_settings(merge_settings(without_trust(options), None))
    assert (settings.model.folder, problems) == ("/elsewhere", [])


def test_what_needs_trust_is_withheld_and_all_else_kept() -> None:
    (named,) = (name for name, _, metadata in describe_settings() if metadata["needs_trust"])
    settings, _ = read_settings({**NAMED, "completion": {"maxItems": 3}})
    kept, (problem,) = withhold(settings)
    assert kept == read_settings({"completion": {"maxItems": 3}})[0]
    assert problem.message.startswith(f"{named} is not followed")
    assert problem.serious


def test_where_nothing_was_asked_for_nothing_is_said() -> None:
    assert withhold(Settings(model=ModelSettings(threads=2))) == (Settings(model=ModelSettings(threads=2)), [])
