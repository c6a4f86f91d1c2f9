"""The n-gram is measured on the tokens that the model is measured on, with what lies beside each file and no more."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_tiny_checkpoint

from peephole.model.vocabulary import ASCII, Vocabulary
from peephole.training.cli import main
from peephole.training.evaluation.ngram_evaluation import NgramEvaluation
from peephole.training.evaluation.ngram_nest import Nest
from peephole.training.evaluation.ngram_reading import FILE_CACHE, NESTED_CACHE, STATIC, SYSTEMS, NgramReading
from peephole.training.evaluation.ngram_training import NgramModel, count_ngrams
from peephole.training.evaluation.token_sample import ALL, IDENTIFIERS, Sample
from peephole.training.texts import Text, Texts, find_texts

VOCABULARY = Vocabulary(("java", "python"), ASCII)


def write_files(folder: Path, **files: str) -> Texts:
    """A repository; a name's `__` stands for a folder."""
    for name, text in files.items():
        path = folder / "repository" / f"{name.replace('__', '/')}.java"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return find_texts([folder], "java")


def named(texts: Texts, name: str) -> Text:
    """The text of a file."""
    return next(text for text in texts if text.path.endswith(f"{name}.java"))


def read(model: NgramModel, texts: Texts, name: str) -> NgramReading:
    """A file as the n-gram reads it, every token sampled."""
    text = named(texts, name)
    return NgramReading(text, model, Nest(texts, "java", model.lexicon), Sample([text], "java", 10**6))


@pytest.fixture
def model() -> NgramModel:
    """It has read that a dot is followed by far."""
    return count_ngrams(["a . far ; a . far ;", "b . fare ;"], "java", VOCABULARY)


def test_a_local_file_has_precedence_over_a_distant_one_and_both_over_the_training_text(
    model: NgramModel, tmp_path: Path
) -> None:
    texts = write_files(tmp_path, x__here="a . ", x__near="a . near ;", y__distant="a . distant ;", x__me="a . near")
    reading = read(model, texts, "me")
    assert reading.ranks(2, True)[NESTED_CACHE][0] == 1
    assert reading.ranks(2, True)[STATIC][0] is None
    for other, rank in (("distant", 2), ("far", 3)):
        (tmp_path / "repository/x/me.java").write_text(f"a . {other}")
        assert read(model, find_texts([tmp_path], "java"), "me").ranks(2, True)[NESTED_CACHE][0] == rank


def test_the_nested_cache_holds_neither_the_file_itself_nor_one_that_says_the_same(
    model: NgramModel, tmp_path: Path
) -> None:
    text = "secret . word ;"
    alone = read(model, write_files(tmp_path / "1", x__me=text, x__other="a ;"), "me")
    twin = read(model, write_files(tmp_path / "2", x__me=text, x__other="a ;", y__twin=text, x__second=text), "me")
    for system in SYSTEMS:
        np.testing.assert_array_equal(alone.costs(system).bits, twin.costs(system).bits)
        assert alone.ranks(0, True)[system] == twin.ranks(0, True)[system] == {0: None, 1: None, 3: None}


def test_without_other_files_the_nested_cache_is_the_files_cache(model: NgramModel, tmp_path: Path) -> None:
    reading = read(model, write_files(tmp_path, x__me="a . far ; a . far ; own . own ;"), "me")
    np.testing.assert_array_equal(reading.costs(FILE_CACHE).bits, reading.costs(NESTED_CACHE).bits)
    assert (reading.costs(FILE_CACHE).bits != reading.costs(STATIC).bits).any()


def test_an_unknown_token_is_spelled_in_one_figure_and_one_of_a_kind_in_the_other(
    model: NgramModel, tmp_path: Path
) -> None:
    costs = read(model, write_files(tmp_path, x__me="a . unheard unheard"), "me").costs(STATIC)
    assert costs.unknown.tolist() == [False, False, True, True]
    known = model.lexicon.known
    # Behind `a .` three orders have something to say, and the beginning of the file makes it four.
    assert costs.closed_bits[2] == pytest.approx(4 + np.log2(known + 1))
    assert costs.bits[2] == pytest.approx(4 + model.speller.bits(["unheard"])[0])
    cached = read(model, find_texts([tmp_path], "java"), "me").costs(FILE_CACHE)
    assert cached.unknown.tolist() == [False, False, True, False]
    assert cached.bits[3] < costs.bits[3]


def test_a_long_string_that_nobody_knows_has_a_price(model: NgramModel, tmp_path: Path) -> None:
    costs = read(model, write_files(tmp_path, x__me=f'a . "{"?!" * 2000}"'), "me").costs(STATIC)
    assert 4000 < costs.bits[2] < 40_000


def test_typed_characters_leave_only_tokens_that_begin_so_and_go_on(model: NgramModel, tmp_path: Path) -> None:
    reading = read(model, write_files(tmp_path, x__me="b . fare"), "me")
    lexicon = model.lexicon
    known, others = lexicon.longer("far")
    assert [lexicon.types[number - 1] for number in known] == ["fare"]
    assert others == []
    assert reading.ranks(2, True)[STATIC] == {0: 1, 1: 1, 3: 1}


def test_every_system_is_measured_on_the_same_tokens(model: NgramModel, tmp_path: Path) -> None:
    texts = write_files(tmp_path, x__one="a . far ; b . fare ;", y__two="a . other ; a . other ;")
    sample = Sample(list(texts), "java", 15)
    evaluation = NgramEvaluation(model, texts, "java", sample)
    for text in texts:
        evaluation.measure(text)
    for system in SYSTEMS:
        assert evaluation.found[system][ALL].count == evaluation.found[system][ALL].typed[0].count == 15
        assert evaluation.charged[system][ALL].count == sample.tokens == 16
    assert evaluation.found[STATIC][IDENTIFIERS].typed[1].count > 0


def test_evaluate_gives_the_n_gram_beside_the_network_on_the_same_tokens(
    tiny_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tiny_checkpoint(tmp_path / "model", gate=True)
    texts = tmp_path / "texts" / "pack"
    texts.mkdir(parents=True)
    for number in range(3):
        (texts / f"F{number}.java").write_text(f"class F{number} {{ int unheard{number}; int total; }}\n")
    options = ["--language", "java", "--model", str(tmp_path / "model"), "--json", str(tmp_path / "figures.json")]
    command = ["evaluate", str(tmp_path / "texts"), *options, "--ngram", str(tiny_corpus)]
    assert main(command) == 2
    assert "--tokens" in capsys.readouterr().err
    assert main([*command, "--tokens", "8"]) == 0
    assert "6-gram with file and nested cache: new words" in capsys.readouterr().out
    figures = json.loads((tmp_path / "figures.json").read_text())
    systems, charged = figures["tokens"]["systems"], figures["tokens"]["all_tokens"]
    counts = [{name: group["count"] for name, group in found.items()} for found in systems.values()]
    assert len(counts) == 6
    assert all(count == counts[0] for count in counts)
    assert counts[0]["new_words"] == 6  # three classes and three fields
    everywhere = [{name: group["count"] for name, group in found.items()} for found in charged.values()]
    assert all(count == everywhere[0] for count in everywhere)
    assert figures["ngram"]["documents"] == 250
    assert systems["ngram_nested_cache"]["all"]["bits_per_token"] < systems["ngram"]["all"]["bits_per_token"]
