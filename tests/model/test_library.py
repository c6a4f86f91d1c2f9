"""The library of other files: its votes beside a readable twin's, and what may never show in them."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.errors import LibraryError
from peephole.model.library import (
    LARGEST_SYMBOL,
    LEAST_COMMON,
    SEPARATOR,
    WINDOW,
    Citation,
    Library,
    Shelved,
    windows_of,
)
from peephole.model.suffixes import LONGEST_TEXT, sort_suffixes
from peephole.model.vocabulary import Vocabulary
from peephole.model.votes import LIBRARY_EVIDENCE, LIBRARY_SLOTS, NOTHING, Votes

SMALL = Vocabulary(("java", "python"), "\nab(")
LARGE = Vocabulary(("java", "python"), "\n" + "".join(map(chr, range(0x100, 0x100 + 400))))
LARGE_SAMPLE = "\n" + LARGE.decode([4, 127, 128, 129, 253, 254, 255, 256, 390]) + "€"
"""Symbols on both sides of what a signed byte holds and of what a symbol can name, and one that is unknown."""


def text_of(alphabet: str) -> st.SearchStrategy[str]:
    """Texts with much in common: a few phrases again and again, and whatever comes between."""
    phrases = st.sampled_from([alphabet[:3] * 4, alphabet[1:] * 7, alphabet[-2:] * 20])
    return st.lists(phrases | st.text(alphabet, max_size=12), max_size=5).map("".join)


def files_of(alphabet: str) -> st.SearchStrategy[list[Shelved]]:
    """Files of some folders; paths may repeat."""
    paths = st.text("ab/", min_size=1, max_size=3)
    return st.lists(st.builds(Shelved, paths, text_of(alphabet)), max_size=6)


CASES = st.sampled_from([(SMALL, "\nab("), (LARGE, LARGE_SAMPLE)]).flatmap(
    lambda case: st.tuples(st.just(case[0]), files_of(case[1]), text_of(case[1]))
)
"""A vocabulary, files, and a document."""


def windows(vocabulary: Vocabulary, text: str) -> npt.NDArray[np.uint8]:
    """The windows of all places of a text, its end among them."""
    return windows_of(vocabulary.encode(text), 0, len(text) + 1)


def same(votes: Votes, others: Votes) -> bool:
    """Whether both say the same, bit for bit."""
    pairs = [(votes.candidates, others.candidates), (votes.evidence, others.evidence)]
    return all(mine.dtype == theirs.dtype and mine.tobytes() == theirs.tobytes() for mine, theirs in pairs)


def twin(vocabulary: Vocabulary, files: Sequence[Shelved], text: str) -> tuple[list[list[int]], list[list[int]]]:
    """Candidates and evidence of all places of a text, by sorting whole texts and scanning."""
    shelf = sorted(files, key=lambda file: (file.path, file.text))
    forwards = [n for file in shelf for n in (SEPARATOR, *(min(int(i), 254) for i in vocabulary.encode(file.text)))]
    backwards = forwards[::-1]
    order = sorted(range(len(backwards)), key=lambda place: backwards[place:])
    candidates, evidence = [], []
    symbols = [min(int(i), 254) for i in vocabulary.encode(text)]
    for place in range(len(symbols) + 1):
        window = ([SEPARATOR] * WINDOW + symbols[:place])[::-1][:WINDOW]
        rank = sum(backwards[j : j + WINDOW] < window for j in order)
        nearest = [order[r] for r in [*range(rank - 1, rank - 9, -1), *range(rank, rank + 8)] if 0 <= r < len(order)]
        entries = [(backwards[j - 1], in_common(backwards[j:], window), j) for j in nearest if j > 0]
        entries = [entry for entry in entries if entry[0] != SEPARATOR and entry[1]]
        if max((common for _, common, _ in entries), default=0) < LEAST_COMMON:
            entries = [
                (n, common, j) for n, common, j in entries if window[common] == SEPARATOR == backwards[j + common]
            ]
        found = judge([(symbol, common) for symbol, common, _ in entries], len(vocabulary))
        candidates.append(found[0])
        evidence.append(found[1])
    return candidates, evidence


def in_common(suffix: list[int], window: list[int]) -> int:
    """Symbols that both begin with, up to a separator."""
    for count, (mine, theirs) in enumerate(zip(suffix, window, strict=False)):
        if mine != theirs or mine == SEPARATOR:
            return count
    return min(len(suffix), len(window))


def judge(entries: list[tuple[int, int]], entries_of_vocabulary: int) -> tuple[list[int], list[int]]:
    """Candidates and evidence of one place, from (symbol, characters in common) of its neighbours in line."""
    most = max((common for _, common in entries), default=0)
    scores: dict[int, int] = {}
    lengths: dict[int, int] = {}
    for symbol, common in entries:
        scores[symbol] = scores.get(symbol, 0) + round(1000 * math.exp(-0.5 * (most - common)))
        lengths[symbol] = max(lengths.get(symbol, 0), common)
    named = [symbol for symbol in scores if symbol < LARGEST_SYMBOL or entries_of_vocabulary <= 255]
    best = sorted(named, key=lambda symbol: -scores[symbol])[:LIBRARY_SLOTS]  # stable: of equals the earlier one
    total = sum(scores.values())
    told = [(lengths[symbol], math.floor(64 * scores[symbol] / total + 0.5)) for symbol in best]
    told += [(0, 0)] * (LIBRARY_SLOTS - len(best))
    alike = sum(common == most for _, common in entries)
    flags = [int(told[0][0] >= length) for length in (1, 3, 5, 7, 9, 12, 16, 20, 26, 32)]
    return best + [NOTHING] * (LIBRARY_SLOTS - len(best)), [*told[0], alike, *told[1], *told[2], *flags]


@given(CASES)
def test_votes_are_those_of_the_readable_twin(case: tuple[Vocabulary, list[Shelved], str]) -> None:
    vocabulary, files, text = case
    votes = Library.build(files, vocabulary).votes(windows(vocabulary, text))
    candidates, evidence = twin(vocabulary, files, text)
    assert votes.candidates.tolist() == candidates
    assert votes.evidence.tolist() == evidence


@given(CASES, st.randoms(use_true_random=False))
def test_the_order_of_files_does_not_matter(case: tuple[Vocabulary, list[Shelved], str], chance: random.Random) -> None:
    vocabulary, files, text = case
    shuffled = files[:]
    chance.shuffle(shuffled)
    library, other = Library.build(files, vocabulary), Library.build(iter(shuffled), vocabulary)
    assert library.paths == other.paths == tuple(sorted(file.path for file in files))
    assert same(library.votes(windows(vocabulary, text)), other.votes(windows(vocabulary, text)))


@given(CASES, st.text("ab(", min_size=1))
def test_a_deleted_file_leaves_no_trace_in_any_vote(case: tuple[Vocabulary, list[Shelved], str], gone: str) -> None:
    vocabulary, files, text = case
    never = Library.build(files, vocabulary).votes(windows(vocabulary, text))
    shelf = dict(enumerate([Shelved("a/b", gone), *files]))
    Library.build(shelf.values(), vocabulary).votes(windows(vocabulary, text))
    del shelf[0]
    assert same(never, Library.build(shelf.values(), vocabulary).votes(windows(vocabulary, text)))


@given(CASES)
def test_a_rows_votes_do_not_depend_on_the_rows_beside_it(case: tuple[Vocabulary, list[Shelved], str]) -> None:
    vocabulary, files, text = case
    library, rows = Library.build(files, vocabulary), windows(vocabulary, text)
    together = library.votes(rows)
    alone = [library.votes(row[None]) for row in rows]
    candidates, evidence = ([getattr(votes, part) for votes in alone] for part in ("candidates", "evidence"))
    assert same(together, Votes(np.concatenate(candidates), np.concatenate(evidence)))
    assert same(together, backwards(library.votes(np.asfortranarray(rows[::-1]))))


def backwards(votes: Votes) -> Votes:
    """The same votes, last row first."""
    return Votes(votes.candidates[::-1].copy(), votes.evidence[::-1].copy())


@given(CASES)
def test_evidence_is_whole_numbers_that_a_gate_can_add_exactly(case: tuple[Vocabulary, list[Shelved], str]) -> None:
    vocabulary, files, text = case
    votes = Library.build(files, vocabulary).votes(windows(vocabulary, text))
    rows = len(text) + 1
    assert (votes.candidates.shape, votes.candidates.dtype) == ((rows, LIBRARY_SLOTS), np.uint16)
    assert (votes.evidence.shape, votes.evidence.dtype) == ((rows, LIBRARY_EVIDENCE), np.float32)
    assert set(votes.evidence.ravel().tolist()) <= set(range(128))


@given(files_of("\nab("), text_of("\nab("))
def test_nothing_is_alike_across_the_start_of_a_file(files: list[Shelved], text: str) -> None:
    votes = Library.build(files, SMALL).votes(windows(SMALL, text))
    longest = max((len(file.text) for file in files), default=0)
    assert votes.evidence[:, 0].max() <= max(longest - 1, 0)
    assert votes.evidence[0].tolist() == [0] * LIBRARY_EVIDENCE  # at the start of the document


def test_what_stands_at_the_end_of_one_file_is_not_before_the_next() -> None:
    library = Library.build([Shelved("a", "aaaa"), Shelved("b", "bbb(")], SMALL)
    votes = library.votes(windows(SMALL, "aaaabbb")[-1:])
    assert SMALL.decode(votes.candidates[0, :1]) == "("
    assert votes.evidence[0, 0] == 3


def test_of_places_with_hardly_anything_in_common_a_library_says_nothing() -> None:
    votes = Library.build([Shelved("a", "bab(bab(")], SMALL).votes(windows(SMALL, "ab("))
    assert [SMALL.decode(row[:1]) if row[0] != NOTHING else "" for row in votes.candidates] == ["", "", "", "b"]
    assert votes.evidence[:, 0].tolist() == [0, 0, 0, 3]
    assert not votes.evidence[:3].any()


def test_a_file_that_begins_like_others_is_foretold_by_them_from_its_first_character_on() -> None:
    shelf = [Shelved("a", "bab("), Shelved("b", "abb"), Shelved("c", "b(")]
    votes = Library.build(shelf, SMALL).votes(windows(SMALL, "abb"))
    assert [SMALL.decode(row[:1]) if row[0] != NOTHING else "" for row in votes.candidates[1:3]] == ["b", "b"]
    assert votes.evidence[:3, 0].tolist() == [0, 1, 2]
    assert votes.evidence[1:3, 2].tolist() == [1, 1], "of those inside of files none speaks"


def test_a_library_of_nothing_is_silent() -> None:
    for files in ([], [Shelved("a", "")], [Shelved("a", "a"), Shelved("b", "")]):
        library = Library.build(files, SMALL)
        votes = library.votes(windows(SMALL, "aab(\n"))
        assert set(votes.candidates.ravel().tolist()) == {NOTHING}
        assert not votes.evidence.any()
        assert library.cite(windows(SMALL, "aab")[-1], SMALL.encode("a")) is None
    assert len(library.votes(np.empty((0, WINDOW), np.uint8))) == 0


@pytest.mark.parametrize(("size", "named"), [(255, True), (256, False)])
def test_a_symbol_of_many_characters_is_no_candidate(size: int, named: bool) -> None:
    vocabulary = Vocabulary(("java",), "".join(map(chr, range(0x100, 0x100 + size - 2))))
    last = vocabulary.characters[-1]
    library = Library.build([Shelved("a", f"\u0100\u0101\u0102{last}")], vocabulary)
    votes = library.votes(windows(vocabulary, "\u0100\u0101\u0102")[-1:])
    assert votes.candidates[0].tolist() == [LARGEST_SYMBOL if named else NOTHING, NOTHING, NOTHING]


@given(st.lists(st.integers(0, 400), max_size=80), st.data())
def test_windows_look_back_from_each_place(symbols: list[int], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(symbols)))
    end = data.draw(st.integers(start, len(symbols) + 1))
    found = windows_of(np.array(symbols, np.uint16), start, end)
    padded = [SEPARATOR] * WINDOW + [min(symbol, LARGEST_SYMBOL) for symbol in symbols]
    assert found.tolist() == [padded[place : place + WINDOW][::-1] for place in range(start, end)]
    assert found.dtype == np.uint8
    assert found.flags.c_contiguous


FILES = [Shelved("b/Two.java", "a\n(b(a)\nab(b"), Shelved("a/One.java", "bb\n\n(ab(a\n")]
CITING = Vocabulary(("java",), "\nab()")


@pytest.mark.parametrize(
    ("before", "written", "expected"),
    [
        ("(b(", "a)", Citation("b/Two.java", 2, 3)),
        ("ab(", "a\n", Citation("a/One.java", 3, 3)),
        ("ab(", "b", Citation("b/Two.java", 3, 3)),
        ("\n\n", "(ab", Citation("a/One.java", 3, 2)),
        ("b", "b\n", Citation("a/One.java", 1, 1)),
        ("a", "\n(b", Citation("b/Two.java", 1, 1)),
        ("ab(", "b)", None),  # stands nowhere
        ("ab(", "ba", None),  # would go on in the next file
        (")", "a", None),  # only a line's end follows a closing bracket
    ],
)
def test_a_citation_names_file_and_line(before: str, written: str, expected: Citation | None) -> None:
    library = Library.build(FILES, CITING)
    assert library.cite(windows(CITING, before)[-1], CITING.encode(written)) == expected


@given(files_of("\nab("), text_of("\nab("), st.text("\nab(", min_size=1, max_size=3))
def test_what_is_cited_really_stands_there(files: list[Shelved], text: str, written: str) -> None:
    found = Library.build(files, SMALL).cite(windows(SMALL, text)[-1], SMALL.encode(written))
    if found is not None:
        passage = text[len(text) - found.characters :] + written
        texts = [file.text for file in files if file.path == found.path]
        assert any(
            each.startswith(passage, place) and each.count("\n", 0, place + found.characters) == found.line - 1
            for each in texts
            for place in range(len(each))
        )


@given(files_of("\nab("), text_of("\nab("))
def test_the_first_candidate_can_be_cited(files: list[Shelved], text: str) -> None:
    library, rows = Library.build(files, SMALL), windows(SMALL, text)
    votes = library.votes(rows)
    for row, candidates, evidence in zip(rows, votes.candidates, votes.evidence, strict=True):
        found = library.cite(row, candidates[:1])
        assert (found.characters if found else 0) == evidence[0]


def test_a_library_holds_at_most_twenty_bytes_a_character() -> None:
    files = [Shelved(f"folder/file{number}.java", "ab(\nba" * 1000) for number in range(20)]
    library = Library.build(files, SMALL)
    assert library.characters == 120_000
    assert library.nbytes <= 20 * library.characters


@given(st.binary(max_size=60))
def test_suffixes_are_in_order(text: bytes) -> None:
    places = sort_suffixes(np.frombuffer(text, np.uint8))
    assert places.tolist() == sorted(range(len(text)), key=lambda place: text[place:])


def test_too_long_a_text_is_refused() -> None:
    with pytest.raises(LibraryError, match="exclude some folders"):
        sort_suffixes(np.broadcast_to(np.uint8(1), LONGEST_TEXT + 1))


def test_a_sorter_that_cannot_be_used_is_the_librarys_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydivsufsort", None)
    with pytest.raises(LibraryError, match="reinstall"):
        Library.build(FILES, SMALL)


def test_the_sorter_is_imported_when_a_library_is_built_and_not_before() -> None:
    code = (
        "import sys; from peephole.model.library import Library, Shelved; "
        "from peephole.model.vocabulary import Vocabulary; import peephole.server.app; "
        "print('pydivsufsort' in sys.modules); Library.build([Shelved('a', 'ab')], Vocabulary(('java',), 'ab')); "
        "print('pydivsufsort' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stdout.split() == ["False", "True"], result.stderr
