"""What the benchmarks are made of: the long file that they read, and the sums that they print."""

import ast

import pytest

from benchmarks.document import NOUNS, RENAMED, long_document
from benchmarks.figure import Figure, percentiles, table
from benchmarks.workspace import Dict, invented_files, take
from peephole.model.library import Shelved


@pytest.mark.parametrize("language", RENAMED)
@pytest.mark.parametrize("lines", [1, 137, 1000])
def test_a_long_document_has_exactly_as_many_lines_as_asked_for(language: str, lines: int) -> None:
    text = long_document(language, lines)
    assert text.count("\n") == lines
    assert text.endswith("\n")
    assert text.isascii()


def test_no_copy_is_like_another() -> None:
    lines = long_document("java", 5000).splitlines()
    classes = [line for line in lines if line.startswith("public final class ")]
    assert len(classes) > 30
    assert len(set(classes)) == len(classes)


@pytest.mark.parametrize("language", RENAMED)
def test_names_in_one_copy_stay_apart(language: str) -> None:
    assert len(RENAMED[language]) <= len(NOUNS) == len(set(NOUNS))


def test_a_long_python_document_is_python() -> None:
    text = long_document("python", 2000)
    ast.parse(text[: text.rindex("\n\n\n")])


def test_percentiles_are_those_of_the_durations() -> None:
    median, high = percentiles("typing", [float(duration) for duration in range(1, 102)])
    assert (median.name, median.value, median.unit) == ("typing, p50", 51.0, "ms")
    assert (high.name, high.value) == ("typing, p99", 100.0)


def test_the_table_is_markdown_with_goals() -> None:
    lines = table([Figure("ratio", 4.25, "times", ">= 4"), Figure("memory", 100.0, "MB")]).splitlines()
    assert [line.count("|") for line in lines] == [4] * 4
    assert "4.25 times" in lines[2]
    assert ">= 4" in lines[2]


def test_an_invented_workspace_is_as_large_as_asked_for_and_the_same_each_time() -> None:
    files = take(invented_files(), 100_000)
    assert sum(len(file.text) for file in files[:-1]) < 100_000 <= sum(len(file.text) for file in files)
    assert len({file.text for file in files}) == len({file.path for file in files}) == len(files)
    assert take(invented_files(), 100_000) == files


def test_the_peer_of_the_library_names_what_followed_the_longest_context() -> None:
    index = Dict([Shelved("a", "int counter = 1;"), Shelved("b", "an other counter += 2;")])
    assert [character for character, _ in index.votes("an other counter ")] == ["+", "="]
    assert index.votes("nothing alike") == []
