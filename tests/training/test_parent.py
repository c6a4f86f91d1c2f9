"""Going on with a model: its weights and vocabulary, on a text with a vocabulary of its own."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from checkpoints import tiny_vocabulary, write_tiny_checkpoint
from hypothesis import given
from hypothesis import strategies as st
from runs import run_config

from peephole.model.checkpoint import Checkpoint
from peephole.model.vocabulary import ASCII, Vocabulary
from peephole.training.cli import build_parser, main
from peephole.training.corpus.shards import open_shard, write_shard
from peephole.training.errors import RunError
from peephole.training.export_command import descend, export_run
from peephole.training.fitting.command import configure_run
from peephole.training.fitting.fit import Fit
from peephole.training.fitting.parent import configure, shares_of, tokens_of, translate
from peephole.training.fitting.run_folder import RunFolder

TEXT = "class Café { int größe; /* → */ }\n"


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return write_tiny_checkpoint(tmp_path_factory.mktemp("models") / "parent", gate=True)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of Java and a language that no tiny checkpoint knows, in a vocabulary that orders them otherwise."""
    folder = tmp_path_factory.mktemp("corpus")
    vocabulary = Vocabulary(("rust", "java"), "".join(sorted(ASCII + "éö")))
    splits = {name: write_shard(folder, "train", name, vocabulary, [TEXT] * 40) for name in ("java", "rust")}
    words = {"format": 1, "vocabulary": vocabulary.to_json(), "splits": {"train": splits}, "report": {}}
    words["sources"] = [{"split": "train", "language": "java", "package": "mine", "files": 40}]
    (folder / "corpus.json").write_text(json.dumps(words))
    return folder


def _java_alone(parent: Checkpoint, corpus: Path, place: Path, lines: str = "") -> RunFolder:
    """A run on the corpus's Java that begins with the parent."""
    text = f"[data]\nshares = {{ java = 1.0 }}\n[fit]\nstreams = 4\nbptt_length = 16\ncompiled = false\n{lines}"
    place.with_suffix(".toml").write_text(text)
    return RunFolder.create(place, configure(parent, place.with_suffix(".toml"), corpus), parent)


@given(st.text(max_size=200))
def test_translated_indices_are_those_of_the_text_in_the_models_vocabulary(text: str) -> None:
    corpus, model = Vocabulary(("rust", "java"), "".join(sorted(ASCII + "éö"))), tiny_vocabulary()
    table = translate(corpus, model)
    assert table is not None
    known = "".join(c for c in text if c in corpus.characters)
    assert np.array_equal(table[corpus.encode(known)], model.encode(known))
    assert table[corpus.start("java")] == model.start("java")


def test_the_first_batch_is_the_text_as_the_model_would_read_it(
    parent: Checkpoint, corpus: Path, tmp_path: Path
) -> None:
    fit = Fit(_java_alone(parent, corpus, tmp_path / "run"))
    read = fit.streams.batch(0).inputs[:, 0]
    expected = np.r_[fit.vocabulary.start("java"), fit.vocabulary.encode(TEXT)][:16]
    assert fit.vocabulary == parent.vocabulary
    assert fit.vocabulary.index("é")
    assert np.array_equal(read, expected)


def test_a_run_begins_with_the_parents_weights_and_needs_the_parent_no_more(
    parent: Checkpoint, corpus: Path, tmp_path: Path
) -> None:
    folder = _java_alone(parent, corpus, tmp_path / "run", "characters = 640\n")
    fit = Fit(folder)
    begun = fit.network.export_parameters()
    assert all(np.array_equal(begun[name], value) for name, value in parent.parameters().items())
    fit.run(until_step=5)
    resumed = Fit(RunFolder.open(tmp_path / "run"))
    assert resumed.at.step == 5
    assert resumed.vocabulary == parent.vocabulary
    assert (copy := resumed.folder.parent()) is not None
    assert copy.model_hash == parent.model_hash


def test_the_export_keeps_the_gate_and_says_whose_child_it_is(parent: Checkpoint, corpus: Path, tmp_path: Path) -> None:
    folder = _java_alone(parent, corpus, tmp_path / "run", "characters = 640\n")
    Fit(folder).run()
    model = export_run(folder, tmp_path / "model", corpus=corpus)
    before, after = parent.gate(), model.gate()
    assert before is not None
    assert after is not None
    assert all(np.array_equal(after.tensors()[name], value) for name, value in before.tensors().items())
    assert model.provenance["parent"]["model"] == parent.model_hash  # type: ignore[index]
    assert [source["package"] for source in model.provenance["sources"]] == ["mine"]  # type: ignore[attr-defined]


def test_without_a_file_a_run_takes_the_models_shape_and_passes_twice_over_the_corpus(
    parent: Checkpoint, corpus: Path
) -> None:
    config = configure(parent, None, corpus)
    assert (config.network.hidden_size, config.network.layers) == (24, 2)
    assert config.data.shares == {"java": 0.5, "rust": 0.5}
    tokens = sum(len(open_shard(corpus, "train", language).tokens) for language in ("java", "rust"))
    assert config.fit.characters == 2 * tokens


def test_a_file_that_asks_for_another_shape_is_refused_by_name(
    parent: Checkpoint, corpus: Path, tmp_path: Path
) -> None:
    with pytest.raises(RunError, match=r"'hidden_size' is 512, but model .* has 24"):
        _java_alone(parent, corpus, tmp_path / "run", "[network]\nhidden_size = 512\n")


def test_a_language_that_the_model_has_no_start_for_is_refused(
    parent: Checkpoint, corpus: Path, tmp_path: Path
) -> None:
    with pytest.raises(RunError, match="no start token for 'rust', but for java, python"):
        Fit(RunFolder.create(tmp_path / "run", configure(parent, None, corpus), parent))


def test_the_command_goes_on_with_a_model_and_exports_the_run(
    parent: Checkpoint, tiny_corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "small.toml").write_text("[fit]\nstreams = 4\nbptt_length = 16\ncompiled = false\n")
    command = ["fit", str(tmp_path / "small.toml"), "--from", str(parent.folder), "--corpus", str(tiny_corpus)]
    assert main([*command, "--out", str(tmp_path / "run"), "--characters", "1e3", "--learning-rate", "1e-3"]) == 0
    assert main(["export", str(tmp_path / "run"), "--out", str(tmp_path / "model")]) == 0
    assert "15 steps" in capsys.readouterr().out


def test_from_and_resume_exclude_each_other(
    parent: Checkpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit", "--from", str(parent.folder), "--resume", "--out", str(tmp_path)]) == 2
    assert "--from or --resume, not both" in capsys.readouterr().err


def test_a_run_without_a_parent_refuses_a_language_that_its_corpus_lacks(tiny_corpus: Path, tmp_path: Path) -> None:
    config = run_config(tiny_corpus)
    config.data.shares["rust"] = 1.0
    with pytest.raises(RunError, match="no start token for 'rust'"):
        Fit(RunFolder.create(tmp_path / "run", config))


def test_a_package_that_both_corpora_have_is_told_once_as_the_later_one_has_it(parent: Checkpoint) -> None:
    mine, older, theirs = (
        {"package": name, "version": "1", "language": "java", "files": files}
        for name, files in (("mine", 40), ("mine", 30), ("theirs", 5))
    )
    before = dataclasses.replace(parent, provenance={"sources": [older, theirs]})
    assert descend({"sources": [mine]}, before)["sources"] == [mine, theirs]


def _write_corpus(folder: Path, counts: dict[str, int]) -> Path:
    """A corpus with so many texts of each language."""
    vocabulary = Vocabulary(("rust", "java"), ASCII)
    splits = {name: write_shard(folder, "train", name, vocabulary, [TEXT] * count) for name, count in counts.items()}
    words = {"format": 1, "vocabulary": vocabulary.to_json(), "splits": {"train": splits}, "report": {}, "sources": []}
    (folder / "corpus.json").write_text(json.dumps(words))
    return folder


def test_a_language_of_which_there_is_next_to_nothing_is_left_out_of_the_shares(tmp_path: Path) -> None:
    assert shares_of(tokens_of(_write_corpus(tmp_path, {"java": 40, "rust": 1}))) == {"java": 1.0}


def test_a_run_without_a_file_takes_the_corpus_as_it_is(tmp_path: Path) -> None:
    corpus = _write_corpus(tmp_path, {"java": 900, "rust": 300})
    asked = build_parser().parse_args(["fit", "--corpus", str(corpus), "--out", str(tmp_path / "run")])
    data = configure_run(asked).data
    assert (data.corpus, data.shares) == (str(corpus), {"java": 0.75, "rust": 0.25})
