from __future__ import annotations

import numpy as np
import pytest
import reference_editor as reference
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from peephole.model.vocabulary import normalise_newlines
from peephole.server.document import Document, Encoding, Lines, scan_lines

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
PIECES = ["a", "bc", " ", "\t", "\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "é", "☃", "😀"]
HALVES = ["\ud83d", "\ude00"]

texts = st.lists(st.sampled_from(PIECES + HALVES), max_size=24).map("".join)
positions = st.builds(types.Position, st.integers(0, 14), st.integers(0, 16))
partial_changes = st.builds(types.TextDocumentContentChangePartial, st.builds(types.Range, positions, positions), texts)
whole_changes = st.builds(types.TextDocumentContentChangeWholeDocument, texts)
changes = partial_changes | whole_changes
events = st.lists(st.lists(changes, min_size=1, max_size=4), min_size=1, max_size=6)


def open_document(text: str, encoding: Encoding = "utf-16") -> Document:
    return Document.opened("file:///a.py", "python", 1, text, encoding)


def insertion(line: int, character: int, text: str) -> types.TextDocumentContentChangePartial:
    place = types.Position(line, character)
    return types.TextDocumentContentChangePartial(types.Range(place, place), text)


@given(texts, events, st.sampled_from(ENCODINGS))
def test_any_edit_script_gives_the_reference_editors_text(
    text: str, script: list[list[types.TextDocumentContentChangeEvent]], encoding: Encoding
) -> None:
    """Traps 1 and 3: each change of one event refers to the text that the one before it left."""
    document, expected = open_document(text, encoding), reference.pair_surrogates(text)
    for version, event in enumerate(script, 2):
        document = document.changed(event, version)
        for change in event:
            expected = reference.apply(expected, change, encoding)
        assert document.raw == expected
        assert document.version == version


@given(texts, events, st.sampled_from(ENCODINGS))
def test_an_edited_document_is_what_a_fresh_open_of_its_text_would_be(
    text: str, script: list[list[types.TextDocumentContentChangeEvent]], encoding: Encoding
) -> None:
    edited = open_document(text, encoding)
    for event in script:
        edited = edited.changed(event, 1)
    fresh = open_document(edited.raw, encoding)
    assert edited.text == fresh.text == normalise_newlines(edited.raw)
    np.testing.assert_array_equal(edited.lines.raw, fresh.lines.raw)
    np.testing.assert_array_equal(edited.lines.text, fresh.lines.text)


@given(texts, st.sampled_from(ENCODINGS))
def test_every_offset_of_the_normalised_text_survives_the_way_to_a_position_and_back(
    text: str, encoding: Encoding
) -> None:
    document = open_document(text, encoding)
    for offset in range(len(document.text) + 1):
        place = document.position_at(offset)
        assert document.offset_at(place) == offset
        assert place == reference.position(document.text, offset, encoding)


@given(texts, positions, st.sampled_from(ENCODINGS))
def test_a_position_means_the_place_where_a_slow_walk_stops(
    text: str, place: types.Position, encoding: Encoding
) -> None:
    document = open_document(text, encoding)
    raw = reference.raw_offset(document.raw, place, encoding)
    assert document.offset_at(place) == len(normalise_newlines(document.raw[:raw]))


@given(texts)
def test_lines_end_where_the_protocol_ends_them(text: str) -> None:
    lines = reference.split(text)
    starts = np.cumsum([0, *(len(content) + len(ending) for content, ending in lines[:-1])])
    np.testing.assert_array_equal(scan_lines(text).raw, starts)
    document = open_document(text)
    assert [document.line(n) for n in range(document.line_count)] == [
        content for content, _ in reference.split(document.raw)
    ]


@pytest.mark.parametrize("ending", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_an_edit_behind_a_form_feed_or_its_like_lands_on_the_clients_line(ending: str) -> None:
    """Trap 1: pygls's documents end lines here, as `str.splitlines` does and the protocol does not."""
    document = open_document(f"a{ending}b\nc\n").changed([insertion(1, 0, "X")], 2)
    assert document.raw == f"a{ending}b\nXc\n"


def test_a_newline_typed_after_a_lone_carriage_return_joins_it() -> None:
    document = open_document("a\rb")
    assert document.line_count == 2
    document = document.changed([insertion(1, 0, "\n")], 2)
    assert (document.raw, document.text, document.line_count) == ("a\r\nb", "a\nb", 2)


@pytest.mark.parametrize(
    ("encoding", "units"), [("utf-8", [0, 4, 5, 7]), ("utf-16", [0, 2, 3, 4]), ("utf-32", [0, 1, 2, 3])]
)
def test_columns_are_counted_in_the_agreed_units(encoding: Encoding, units: list[int]) -> None:
    document = open_document("😀aé", encoding)
    assert [document.position_at(offset).character for offset in range(4)] == units


def test_positions_past_a_lines_end_and_past_the_text_clamp() -> None:
    """Trap 2: pygls comes out one short behind a last line without a newline, and fails in an empty document."""
    document = open_document("ab\r\ncd")
    assert document.offset_at(types.Position(0, 99)) == 2
    assert document.offset_at(types.Position(1, 99)) == 5
    assert document.offset_at(types.Position(99, 0)) == 5
    assert open_document("").offset_at(types.Position(0, 1)) == 0
    assert open_document("").position_at(0) == types.Position(0, 0)
    assert open_document("ab").changed([insertion(7, 7, "c")], 2).raw == "abc"


def test_a_column_inside_a_character_means_its_start() -> None:
    assert open_document("a😀b").offset_at(types.Position(0, 2)) == 1
    assert open_document("a😀b", "utf-8").offset_at(types.Position(0, 4)) == 1


def test_the_incoming_position_is_left_as_it_came() -> None:
    """Trap 2: pygls writes into the positions of the message."""
    place = types.Position(0, 99)
    open_document("ab").changed([types.TextDocumentContentChangePartial(types.Range(place, place), "c")], 2)
    assert place == types.Position(0, 99)


def test_a_place_costs_no_look_at_the_text_and_an_edit_looks_only_at_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 4: pygls splits all of a file for each conversion, 6 ms at 50,000 lines."""
    scanned: list[int] = []

    def counted(raw: str) -> Lines:
        scanned.append(len(raw))
        return scan_lines(raw)

    monkeypatch.setattr("peephole.server.document.scan_lines", counted)
    text = "value = other + 1\n" * 1_000
    document = open_document(text)
    for offset in range(0, len(text), 7):
        document.range_at(offset, offset + 3)
        document.offset_at(document.position_at(offset))
    assert scanned == [len(text)]
    document.changed([insertion(500, 5, "s"), insertion(501, 0, "x\ny")], 2)
    assert sum(scanned[1:]) <= 4 * len("value = other + 1\n") + len("sx\ny")


def test_an_earlier_version_stays_as_it_was() -> None:
    first = open_document("one\ntwo\n")
    second = first.changed([insertion(1, 3, "s")], 2)
    assert (first.raw, second.raw) == ("one\ntwo\n", "one\ntwos\n")


def test_text_without_carriage_returns_is_held_once() -> None:
    document = open_document("one\ntwo\n").changed([insertion(1, 3, "s")], 2)
    assert document.raw is document.text


def test_the_text_of_a_document_is_not_in_its_repr() -> None:
    assert "hunter2" not in repr(open_document("password = 'hunter2'"))
