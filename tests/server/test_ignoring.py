"""What git ignores: rules that are followed, and those that nobody could follow, which shut out more."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec
from walking import shown, write

from peephole.server.workspace.ignoring import MOST_RULES, parse
from peephole.server.workspace.patterns import LONGEST, bounded

PATTERNS = st.text("a*/", min_size=1, max_size=14)
PATHS = st.lists(st.text("ab", min_size=1, max_size=6), min_size=1, max_size=6).map("/".join)


def ignores(rule: str | None, path: str) -> bool:
    """Whether a single rule shuts a path out."""
    return rule is not None and GitIgnoreSpec.from_lines([rule]).match_file(path)


@given(PATTERNS, PATHS)
def test_a_pattern_that_is_cut_shuts_out_all_that_it_did(pattern: str, path: str) -> None:
    assert ignores(bounded(pattern), path) or not ignores(pattern, path)


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("*.py[cod]", "*.py[cod]"),
        ("**/*.egg-info/**", "**/*.egg-info/**"),
        ("**/gen/**/build/**", "**/gen/**/build/**"),
        ("/src/*/*/*/*.min.*", "/src/*/*/*/*.min.*"),
        ("!*.min.*", "!*.min.*"),
        ("a**b/***", "a*b/*"),
        ("[*][*]*\\**[*]x", "[*][*]*\\**[*]x"),
        ("*a*a*b", "*a*"),
        ("/x*a*a[*]b*/c", "/x*a*/c"),
        ("*a*/*b*/c", "*a*/*/c"),
        ("**/a/**/a/**/b", "**/a/**/a/**"),
        ("**/a*b*/**/c", "**/a*/**/c"),
        ("!*a*a*b", None),
        ("!**/a/**/a/**/b", None),
        ("a" * (LONGEST + 1), "**"),
        ("!" + "a" * (LONGEST + 1), None),
        ("# note", None),
        (" ", None),
    ],
)
def test_a_pattern_is_kept_up_to_what_is_quick_to_match(line: str, pattern: str | None) -> None:
    assert bounded(line) == pattern


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("**/a/**/a/**/a/**/b", "a/" * 62 + "a"),
        ("*a*a*a*N", "a" * 252),
        ("*a*/*a*/*a*/*b", "/".join(["a" * 250] * 4)),
        ("[" * 60_000, "a"),
    ],
)
def test_no_rule_takes_long_to_hold_against_a_path(rule: str, path: str) -> None:
    start = time.process_time()
    rules = parse([rule])
    assert rules is not None
    rules.check_file(path)
    assert time.process_time() - start < 0.1


def test_a_folder_with_more_rules_than_can_be_followed_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "few/b.py", "many/c.py", "many/in/d.py")
    rules = [f"x{number}" for number in range(MOST_RULES + 1)]
    (tmp_path / "few/.gitignore").write_text("# note\n" + "\n".join(rules[1:]))
    (tmp_path / "many/.gitignore").write_text("\n".join(rules))
    assert shown(tmp_path) == ["a.py", "few/b.py"]
