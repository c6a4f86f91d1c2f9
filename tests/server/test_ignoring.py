"""What git ignores: rules that are followed, and those that nobody could follow, which shut out more."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec
from walking import shown, write

from peephole.server.workspace.ignoring import LARGEST_BYTES, MOST_RULES, Ignoring, parse
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
    start = time.thread_time()
    rules = parse([rule])
    assert rules is not None
    rules.check_file(path)
    assert time.thread_time() - start < 0.1


def test_a_folder_with_more_rules_than_can_be_followed_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "few/b.py", "many/c.py", "many/in/d.py")
    rules = [f"x{number}" for number in range(MOST_RULES + 1)]
    (tmp_path / "few/.gitignore").write_text("# note\n" + "\n".join(rules[1:]))
    (tmp_path / "many/.gitignore").write_text("\n".join(rules))
    assert shown(tmp_path) == ["a.py", "few/b.py"]


def exclude(repository: Path, text: str) -> None:
    """Writes a repository's own rules."""
    (repository / ".git/info").mkdir(parents=True)
    (repository / ".git/info/exclude").write_text(text)


def test_a_repositorys_own_rules_hold_in_all_of_it_and_gitignore_files_have_the_last_word(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "b.py", "part/a.py", "part/b.py", "part/c.py")
    exclude(tmp_path, "a.py\nb.py\n/part/c.py\n")
    (tmp_path / ".gitignore").write_text("!b.py\n")
    assert shown(tmp_path) == ["b.py", "part/b.py"]
    assert shown(tmp_path / "part") == ["b.py"]


def test_where_git_is_a_file_there_are_no_rules_in_it(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    (tmp_path / ".git").write_text("gitdir: /elsewhere\n")
    assert shown(tmp_path) == ["a.py"]


@pytest.mark.parametrize("raw", [b"\xef\xbb\xbfsecret.py\n", b"secret.py\r\n", b"secret.py\n# \x0b!secret.py\n"])
def test_rules_are_read_whatever_bytes_stand_around_them(tmp_path: Path, raw: bytes) -> None:
    write(tmp_path, "secret.py", "a.py")
    (tmp_path / ".gitignore").write_bytes(raw)
    assert shown(tmp_path) == ["a.py"]


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text elsewhere")
def test_a_rule_in_another_encoding_holds_for_the_name_with_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path, os.fsdecode(b"caf\xe9/a.py"), "b.py")
    (tmp_path / ".gitignore").write_bytes(b"caf\xe9/\n")
    assert shown(tmp_path) == ["b.py"]


@pytest.mark.parametrize("name", [".gitignore", ".git/info/exclude"])
def test_a_folder_whose_rules_are_too_long_to_be_read_is_left_out(tmp_path: Path, name: str) -> None:
    write(tmp_path, "a.py", "in/b.py", "in/deep/c.py")
    write(tmp_path, f"in/{name}", text="# " + "x" * LARGEST_BYTES)
    assert shown(tmp_path) == ["a.py"]
    (tmp_path / "in/.git").mkdir(exist_ok=True)
    assert Ignoring.above(str(tmp_path / "in/deep")) is None
    assert shown(tmp_path / "in/deep") == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_whose_rules_may_not_be_read_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "in/b.py", "in/.gitignore")
    (tmp_path / "in/.gitignore").chmod(0)
    assert shown(tmp_path) == ["a.py"]


@pytest.mark.parametrize(
    ("rules", "path", "is_folder", "expected"),
    [
        ("*/\n!A.java\n", "A.java", True, False),
        ("*/\n!A.java\n", "A.java/a", True, True),
        ("/*\n!/src\n", "src/x.py", False, False),
        ("*\n!*/\n!*.py\n", "src/x.py", False, False),
        ("*\n!*/\n!*.py\n", "src/x.java", False, True),
        ("a/**\n!a/b.py\n", "a", True, False),
        ("a/**\n!a/b.py\n", "a/b.py", False, False),
        ("a/**\n!a/b.py\n", "a/c.py", False, True),
    ],
)
def test_a_folder_that_is_let_in_again_is_still_looked_through(
    tmp_path: Path, rules: str, path: str, is_folder: bool, expected: bool
) -> None:
    (tmp_path / ".gitignore").write_text(rules)
    found = Ignoring().entering(str(tmp_path))
    assert found is not None
    assert found.shuts_out(str(tmp_path / path), is_folder=is_folder) is expected
