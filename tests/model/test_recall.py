"""Looking back from a place and from hypotheses behind it: the same votes as from a text that was really read."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from peephole.model.contexts import alphabet_of
from peephole.model.gate import Bonus
from peephole.model.library import Library, Shelved
from peephole.model.memory import Memory
from peephole.model.predictor import Predictor
from peephole.model.recall import LONGEST_TAIL, Libraries, Recall
from peephole.model.softmax import log_softmax
from peephole.model.votes import Votes
from tests.checkpoints import tiny_vocabulary

VOCABULARY = tiny_vocabulary()
ALPHABET = alphabet_of(VOCABULARY)
TEXTS = st.text(alphabet="ab (.\n?", max_size=100)
SHORT = st.text(alphabet="ab (.", min_size=1, max_size=12)
LONG = st.text(alphabet="ab (.", max_size=2 * LONGEST_TAIL)
CODE = "for (int a = 0; a < b.size(); a++) { sum += b.get(a); }\n"


def encode(text: str) -> np.ndarray:
    return VOCABULARY.encode(text)


def read_on(text: str) -> Recall:
    return Recall.empty(ALPHABET).read(encode(text))[1]


def at(text: str, place: int) -> Recall:
    """A recall in the middle of a memory that somebody else owns, as a tape does."""
    memory = Memory(ALPHABET)
    memory.extend(encode(text))
    return Recall.at(memory, place)


def same(left: Votes, right: Votes) -> bool:
    candidates = left.candidates.tobytes() == right.candidates.tobytes()
    return candidates and left.evidence.tobytes() == right.evidence.tobytes()


def row(votes: Votes, k: int) -> Votes:
    return Votes(votes.candidates[k : k + 1], votes.evidence[k : k + 1])


@settings(max_examples=80, deadline=None)
@given(text=TEXTS, place=st.integers(0, 100), tails=st.lists(SHORT, min_size=1, max_size=4))
def test_hypotheses_recall_what_a_reader_of_their_text_would(text: str, place: int, tails: list[str]) -> None:
    place, length = min(place, len(text)), min(map(len, tails))
    recall, rows = at(text, place), [0] * len(tails)
    for step in range(length):
        recall = recall.push(rows, np.array([encode(tail)[step] for tail in tails]))
        rows = list(range(len(tails)))
    votes = recall.votes()
    for k, tail in enumerate(tails):
        assert same(row(votes, k), read_on(text[:place] + tail[:length]).votes())


@settings(max_examples=50, deadline=None)
@given(text=TEXTS, place=st.integers(0, 100), more=LONG, cut=st.integers(0, 99))
def test_reading_on_from_anywhere_votes_as_a_reader_of_it_all(text: str, place: int, more: str, cut: int) -> None:
    place, whole = min(place, len(text)), text[: min(place, len(text))] + more
    expected, _ = Recall.empty(ALPHABET).read(encode(whole))
    first, recall = at(text, place).read(encode(more[:cut]))
    second, recall = recall.read(encode(more[cut:]))
    assert first.candidates.tobytes() + second.candidates.tobytes() == expected.candidates[place:].tobytes()
    assert first.evidence.tobytes() + second.evidence.tobytes() == expected.evidence[place:].tobytes()
    assert same(recall.votes(), read_on(whole).votes())


def test_a_reading_stays_what_it_was_when_two_go_on_from_it(predictor: Predictor) -> None:
    middle = predictor.read(predictor.start("java"), CODE)[1]
    before = middle.log_probabilities.copy()
    predictor.read(middle, "for (int x")
    other = predictor.read(middle, "while (true)" + CODE)[1]
    again = predictor.read(predictor.start("java"), CODE)[1]
    assert again.log_probabilities.tobytes() == before.tobytes()
    fresh = predictor.read(predictor.start("java"), CODE + "while (true)" + CODE)[1]
    assert other.log_probabilities.tobytes() == fresh.log_probabilities.tobytes()


def test_a_beam_mixes_network_and_memory_as_a_reading_does(predictor: Predictor) -> None:
    reading = predictor.read(predictor.start("java"), CODE + "for (in")[1]
    beam = predictor.branch([reading])
    assert beam.log_probabilities[0].tobytes() == reading.log_probabilities.tobytes()
    stepped = predictor.step(beam, [0, 0], [VOCABULARY.index("t"), VOCABULARY.index("x")])
    for k, character in enumerate("tx"):
        after = predictor.read(reading, character)[1]
        np.testing.assert_allclose(stepped.log_probabilities[k], after.log_probabilities, atol=0.1)
        np.testing.assert_allclose(stepped.network_nats[k], after.network_nats, atol=0.1)


def test_what_was_said_before_becomes_more_probable(predictor: Predictor) -> None:
    alone = predictor.alone()
    together = predictor.read(predictor.start("java"), CODE * 3)[0]
    network = alone.read(alone.start("java"), CODE * 3)[0]
    assert together[2 * len(CODE) :].mean() < network[2 * len(CODE) :].mean() - 1


def test_a_reading_tells_how_much_came_from_where(predictor: Predictor) -> None:
    beside = Library.build([Shelved("Other.java", "q = a.zap();\n")], predictor.vocabulary)
    reading = predictor.read(predictor.start("java", Libraries(near=beside)), "b = a.get();\nc = a.")[1]
    index, gained = predictor.vocabulary.index, reading.bonus
    assert gained(index("g")).document > 0 == gained(index("g")).near
    assert gained(index("z")).near > 0 == gained(index("z")).document
    assert gained(index("z")).far == 0
    total = [gained(k).document + gained(k).near for k in range(len(predictor.vocabulary))]
    expected = log_softmax(reading.network_nats[None] + np.array(total, np.float32))[0]
    np.testing.assert_allclose(reading.log_probabilities, expected, atol=1e-5)
    alone = predictor.alone()
    assert alone.read(alone.start("java"), "aaaa")[1].bonus(index("a")) == Bonus(0, 0, 0)
