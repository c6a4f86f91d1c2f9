"""The document's memory: a readable twin that scans the text, and the laws of growing, cutting and looking back."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peephole.model.memory as memory_module
import peephole.model.recall as recall_module
import peephole.model.tape as tape_module
from peephole.model.contexts import CONTEXTS, ORDERS, Alphabet, Context, alphabet_of
from peephole.model.memory import Memory, Run, bit_length
from peephole.model.predictor import Predictor
from peephole.model.tape import Tape
from peephole.model.votes import NOTHING
from tests.checkpoints import tiny_vocabulary

VOCABULARY = tiny_vocabulary()
ALPHABET = alphabet_of(VOCABULARY)
TEXTS = st.text(alphabet="ab _(.\né?", max_size=120)
WORD = frozenset("ab_é")


def encode(text: str) -> np.ndarray:
    return VOCABULARY.encode(text)


def memory_of(text: str, *cuts: int) -> Memory:
    """The memory of a text that came in parts."""
    memory, places = Memory(ALPHABET), [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    for start, end in pairwise(places):
        memory.extend(encode(text[start:end]))
    return memory


def context(text: str, place: int, column: int) -> object:
    """The twin of a key: what of the text before the place the context in a column is. None if there is too little."""
    before = text[:place]
    if column < len(ORDERS):
        return before[-ORDERS[column] :] if place >= ORDERS[column] else None
    start = place
    while start and before[start - 1] in WORD:
        start -= 1
    word = before[start:]
    if column == len(ORDERS):
        return word
    separator = before[start - 1 : start]
    end = start
    while end and before[end - 1] not in WORD:
        end -= 1
    previous_start = end
    while previous_start and before[previous_start - 1] in WORD:
        previous_start -= 1
    return word, separator, before[previous_start:end]


def last_before(text: str, place: int, column: int, bound: int) -> int:
    """The twin of a look-up: the last place before a bound with the context of `place`, −1 for none."""
    wanted = context(text, place, column)
    found = [q for q in range(bound) if wanted is not None and context(text, q, column) == wanted]
    return found[-1] if found else -1


@settings(max_examples=60, deadline=None)
@given(text=TEXTS, cuts=st.lists(st.integers(0, 120), max_size=4))
def test_the_last_occurrence_is_what_a_scan_of_the_text_finds(text: str, cuts: list[int]) -> None:
    latest = memory_of(text, *cuts).latest(0, len(text))
    expected = [[last_before(text, p, k, p) for k in range(CONTEXTS)] for p in range(len(text))]
    assert latest.tolist() == expected


@settings(max_examples=60, deadline=None)
@given(text=TEXTS, data=st.data())
def test_looking_back_from_any_place_sees_only_what_stands_before_it(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    memory = memory_of(text, data.draw(st.integers(0, 120)))
    found = memory.last_before(memory.context_at(place).keys(), place)[0]
    assert found.tolist() == [last_before(text, place, k, place) for k in range(CONTEXTS)]


@settings(max_examples=100, deadline=None)
@given(edits=st.lists(st.tuples(st.integers(0, 150), TEXTS), max_size=8), text=TEXTS)
def test_any_cutting_and_growing_equals_a_memory_of_the_text(edits: list[tuple[int, str]], text: str) -> None:
    memory = memory_of(text)
    for keep, more in edits:
        memory.truncate(keep)
        text = text[:keep] + more
        memory.extend(encode(more))
    fresh = memory_of(text)
    assert memory.symbols.tobytes() == fresh.symbols.tobytes()
    assert memory.latest(0, len(text)).tobytes() == fresh.latest(0, len(text)).tobytes()
    ours, theirs = memory.votes(0, len(text)), fresh.votes(0, len(text))
    assert ours.candidates.tobytes() == theirs.candidates.tobytes()
    assert ours.evidence.tobytes() == theirs.evidence.tobytes()
    end = len(text)
    keys = memory.context_at(end).keys()
    assert keys.tobytes() == fresh.context_at(end).keys().tobytes()
    assert memory.last_before(keys, end).tobytes() == fresh.last_before(keys, end).tobytes()


@settings(max_examples=100, deadline=None)
@given(text=TEXTS, cut=st.integers(0, 120))
def test_a_block_has_the_keys_of_its_characters_one_by_one(text: str, cut: int) -> None:
    stepped, one = [], Context.empty(ALPHABET)
    for symbol in encode(text):
        stepped.append(one.keys()[0])
        one = one.push(np.array([symbol]))
    first, middle = Context.empty(ALPHABET).over(encode(text[:cut]))
    second, end = middle.over(encode(text[cut:]))
    assert np.concatenate([first, second]).tolist() == [key.tolist() for key in stepped]
    assert end.keys().tolist() == one.keys().tolist()
    memory = memory_of(text + "x")
    assert memory.context_at(len(text)).keys().tolist() == one.keys().tolist()


@pytest.mark.parametrize(
    "text", ["x" * 40_000 + "(" + "y" * 300, "a b " * 400, "." * 50_000, "é(" * 33, "a(" + "b" * 2000]
)
@pytest.mark.parametrize("back", [0, 1, 700])
def test_the_context_at_any_place_of_a_long_text_is_that_of_reading_it(text: str, back: int) -> None:
    memory, place = memory_of(text, 100, 20_000), max(len(text) - back, 0)
    whole = Context.empty(ALPHABET).over(encode(text[:place]))[1]
    assert memory.context_at(place).keys().tolist() == whole.keys().tolist()
    memory.truncate(place)
    assert memory.context_at(place).keys().tolist() == whole.keys().tolist()


def test_a_text_that_is_cut_short_lets_its_memory_go() -> None:
    memory = memory_of("ab_(." * 20_000)
    memory.truncate(10)
    assert memory.nbytes < 100_000
    assert memory.latest(0, 10).tolist() == memory_of("ab_(.ab_(.").latest(0, 10).tolist()


def test_beyond_the_longest_text_the_network_goes_on_alone(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (memory_module, recall_module, tape_module):
        monkeypatch.setattr(module, "LONGEST_TEXT", 600)
    text = "for (int a = 0; a < b; a++) { sum += a; }\n" * 40
    bits, reading = predictor.read(predictor.start("java"), text)
    alone = predictor.alone()
    network = alone.read(alone.start("java"), text)[0]
    assert bits[-900:].tobytes() == network[-900:].tobytes()
    assert bits[:500].tobytes() != network[:500].tobytes()
    assert reading.recall is None
    for interval in (256, 300):
        tape = Tape(predictor, "java", snapshot_interval=interval)
        tape.edit(text)
        tape.advance_to(len(text))
        assert tape.surprisal_bits[600:].tobytes() == network[600:].tobytes()
        assert tape.surprisal_bits[:512].tobytes() == bits[:512].tobytes()


def test_votes_name_what_followed_before_and_how_often_it_did() -> None:
    text = "foo(a); foo(b); foo(a); foo("
    memory = memory_of(text)
    chain = memory.recall(memory.last_before(memory.context_at(len(text)).keys(), len(text)))
    assert [VOCABULARY.decode([int(each[0, 0])]) for each in chain.followers] == ["a", "b", "a"]
    votes = memory_of(text + "a").votes(len(text), len(text) + 1)
    named = [VOCABULARY.decode([index]) if index != NOTHING else None for index in votes.candidates[0].tolist()]
    # The last three and five characters stood three times before; the last eight, with an `a`, once; sixteen never.
    assert named[:8] == ["a", "b", "a", "b", "b", None, None, None]
    same_2, other_2, same_3, other_3, distance = votes.evidence[0, :5].tolist()
    assert (same_2, other_2, same_3, other_3, distance) == (0, 1, 1, 0, 4)  # 8 characters back: four bits


def test_a_memory_holds_some_tens_of_bytes_a_character() -> None:
    text = "".join(f"int value{k} = compute({k % 7});\n" for k in range(3000))
    memory = memory_of(text)
    assert memory.nbytes < 120 * len(text)


def test_few_runs_however_the_text_came() -> None:
    memory = memory_of("ab_(." * 400)
    for symbol in encode("x(y) " * 60):
        memory.extend(np.array([symbol], np.uint16))
    runs: list[Run] = memory._runs
    assert len(runs) <= 8
    assert [run.start for run in runs[1:]] == [run.end for run in runs[:-1]]


def test_bits_of_numbers_are_pythons() -> None:
    numbers = np.array([0, 1, 2, 3, 4, 255, 256, 2**24 - 1, 2**24])
    assert bit_length(numbers).tolist() == [int(number).bit_length() for number in numbers]


def test_words_are_those_of_the_languages() -> None:
    alphabet: Alphabet = ALPHABET
    marked = {c for c in VOCABULARY.characters if alphabet.in_words[VOCABULARY.index(c)]}
    assert {"a", "Z", "0", "_", "$", "é"} <= marked
    assert not marked & set(" \n\t.()→")
