"""What is written is what is read, and a shard that is not whole is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peephole.model.vocabulary import ASCII, Vocabulary
from peephole.training.corpus.shards import corpus_vocabulary, open_shard, read_corpus, write_shard
from peephole.training.errors import CorpusError

SMALL = Vocabulary(("java", "python"), ASCII)
LARGE = Vocabulary(("java",), ASCII + "".join(map(chr, range(0x400, 0x600))))


def write(folder: Path, vocabulary: Vocabulary, texts: list[str]) -> None:
    """A corpus folder with one shard."""
    entry = write_shard(folder, "train", "java", vocabulary, texts)
    words = {"format": 1, "vocabulary": vocabulary.to_json(), "splits": {"train": {"java": entry}}}
    (folder / "corpus.json").write_text(json.dumps(words))


@given(texts=st.lists(st.text(ASCII + "Ж�", max_size=30), min_size=1, max_size=6), large=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
def test_documents_come_back_behind_their_start_token(tmp_path: Path, texts: list[str], large: bool) -> None:
    vocabulary = LARGE if large else SMALL
    write(tmp_path, vocabulary, texts)
    shard = open_shard(tmp_path, "train", "java")
    assert shard.tokens.dtype == (np.uint16 if large else np.uint8)
    assert shard.documents == len(texts)
    for number, text in enumerate(texts):
        document = shard.document(number)
        assert document[0] == vocabulary.start("java")
        assert document[1:].tolist() == vocabulary.encode(text).tolist()
    assert corpus_vocabulary(tmp_path) == vocabulary


def test_a_shard_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    write(tmp_path, SMALL, ["int a;", "int b;"])
    shard = tmp_path / "train-java.bin"
    shard.write_bytes(shard.read_bytes()[:-1])
    with pytest.raises(CorpusError, match="build it again"):
        open_shard(tmp_path, "train", "java")


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="corpus build"):
        read_corpus(tmp_path)
    write(tmp_path, SMALL, ["int a;"])
    with pytest.raises(CorpusError, match="no python in its train split"):
        open_shard(tmp_path, "train", "python")


def test_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "corpus.json").write_text('{"format": 2}')
    with pytest.raises(CorpusError, match="format 1"):
        read_corpus(tmp_path)
