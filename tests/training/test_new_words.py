"""New words are those of which the training text and what stands further up know nothing."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_code import java_file

from peephole.training.corpus.shards import corpus_vocabulary, open_shard
from peephole.training.evaluation.new_words import KnownWords, hash_word, hash_words, known_words
from peephole.training.evaluation.token_sample import ALL, GROUPS, NEW, Place, Sample
from peephole.training.texts import Text

WORD = re.compile(r"(?<![\w$])(?:[^\W\d]|\$)[\w$]*")


def words_of(*words: str) -> KnownWords:
    """Words as a corpus would have them."""
    characters = frozenset(map(chr, range(32, 127)))
    return KnownWords(np.unique(np.array([hash_word(word) for word in words], np.uint64)), characters)


@given(st.text(alphabet="ab_$1 .\nZé", max_size=60))
def test_words_are_hashed_where_they_stand(text: str) -> None:
    points = np.array([ord(character) for character in text], np.uint32)
    assert hash_words(points).tolist() == [hash_word(word) for word in WORD.findall(text)]


def test_the_words_of_a_training_split_are_found_and_kept_beside_it(tiny_corpus: Path) -> None:
    shard, vocabulary = open_shard(tiny_corpus, "train", "java"), corpus_vocabulary(tiny_corpus)
    words = {
        word
        for number in range(shard.documents)
        for word in WORD.findall(vocabulary.decode(shard.document(number)[1:].tolist()))
    }
    told: list[int] = []
    known = known_words(tiny_corpus, "java", told.append)
    assert len(known.hashes) == len(words)
    assert not known.lacks(sorted(words)).any()
    assert known.lacks(["class", "klass", "Жук"]).tolist() == [False, True, False]
    assert sum(told) == len(shard.tokens)
    assert (
        known_words(tiny_corpus, "java", lambda _: pytest.fail("read again")).hashes.tolist() == known.hashes.tolist()
    )
    assert [path.name for path in tiny_corpus.glob("words-*")] == [next(tiny_corpus.glob("words-java-*.npy")).name]


def test_a_new_word_is_new_only_where_it_stands_first_in_code_comments_and_strings() -> None:
    text = Text("a", "// later\nint later = fresh;\nfresh = later + old;\n", place="a")
    sample = Sample([text], "java", 0, words_of("int", "old"))
    new = [text.text[p.token.start : p.token.end] for p in sample.all_places(text) if NEW in p.groups]
    assert new == ["fresh"]
    assert sample.groups == (*GROUPS, NEW)


def test_new_words_that_are_added_to_a_sample_count_in_no_other_group() -> None:
    texts = [Text(str(seed), java_file(seed), place=str(seed)) for seed in range(30)]
    sample = Sample(texts, "java", 50, words_of("class", "int", "return"))
    places: list[Place] = [place for text in texts for _, place in sample.places(text)]
    assert sum(NEW in place.groups for place in places) == 300
    assert sum(ALL in place.groups for place in places) == sample.size == 50
    assert sum(place.groups == (NEW,) for place in places) == sample.added == len(places) - 50
    plain = Sample(texts, "java", 50)
    drawn = [(text.place, number) for text in texts for number, _ in plain.places(text)]
    again = [(text.place, number) for text in texts for number, place in sample.places(text) if ALL in place.groups]
    assert drawn == again
