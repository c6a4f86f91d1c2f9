"""The recipes of the article's two networks can be read, and train on a corpus where only one language is asked for."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from peephole.model.checkpoint import load_checkpoint
from peephole.training.cli import main
from peephole.training.fitting.config import dump_config, load_config

RECIPES = Path(__file__).parents[2] / "training" / "recipes"


@pytest.mark.parametrize("language", ["java", "python"])
def test_an_article_recipe_trains_three_layers_on_one_language_that_then_write(
    language: str, tmp_path: Path, tiny_corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = load_config(RECIPES / f"article-{language}.toml")
    assert (config.network.layers, config.data.shares) == (3, {language: 1.0})
    network = dataclasses.replace(config.network, hidden_size=16)
    fit = dataclasses.replace(config.fit, characters=512, streams=8, bptt_length=16, compiled=False)
    small = dataclasses.replace(config, network=network, fit=fit)
    (tmp_path / "run.toml").write_text(dump_config(small))
    run, model = tmp_path / "run", tmp_path / "model"
    assert main(["fit", str(tmp_path / "run.toml"), "--corpus", str(tiny_corpus), "--out", str(run)]) == 0
    assert main(["export", str(run), "--out", str(model)]) == 0
    assert load_checkpoint(model).provenance["characters_seen"] == 512
    capsys.readouterr()
    command = ["samples", "--model", str(model), "--language", language, "--count", "3", "--length", "20"]
    assert main([*command, "--claims", "article"]) == 0
    assert f"3 {language} samples of 20 characters" in capsys.readouterr().out
