"""A card says what the model is, what it was made of and how well it does, and of no other model."""

import json
from pathlib import Path

import pytest
from checkpoints import random_parameters, tiny_config, tiny_vocabulary, trusting_gate
from sample_code import java_file

from peephole.model.checkpoint import Checkpoint
from peephole.model.checkpoint_writer import add_gate, write_checkpoint
from peephole.training.card import write_card
from peephole.training.cli import main
from peephole.training.export import export_onnx

ACORN = {"package": "acorn", "version": "1.0", "language": "java", "licence": "MIT", "files": 7, "bytes": 900}
PROVENANCE = {
    "characters_seen": 123_456,
    "steps": 78,
    "sources": [{**ACORN, "split": "train"}, {**ACORN, "package": "beech", "split": "development"}],
}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """An untrained network that claims to be trained on acorn and measured on beech."""
    config, folder = tiny_config(), tmp_path_factory.mktemp("card") / "model"
    parameters = random_parameters(config)
    graph = export_onnx(config, parameters)
    return write_checkpoint(folder, config, tiny_vocabulary(), parameters, graph, PROVENANCE)


def evaluate(checkpoint: Checkpoint, folder: Path) -> Path:
    """The file that `evaluate --json` writes for one Java file."""
    (folder / "A.java").write_text(java_file(1))
    figures = folder / "figures.json"
    command = ["evaluate", "--model", str(checkpoint.folder), "--language", "java", str(folder / "A.java")]
    assert main([*command, "--json", str(figures)]) == 0
    return figures


def test_a_card_holds_hashes_training_and_the_sources_that_were_trained_on(checkpoint: Checkpoint) -> None:
    card = write_card(checkpoint, [])
    assert f"`{checkpoint.model_hash}`" in card
    assert all(digest in card for digest in checkpoint.sha256.values())
    assert "| java | acorn | 1.0 | MIT | 7 |" in card
    assert "beech" not in card
    assert "123,456" in card
    assert "## Figures" not in card


def test_a_card_names_every_model_that_it_began_with_and_adds_up_what_was_read(tmp_path: Path) -> None:
    config = tiny_config()
    parameters = random_parameters(config)
    older = {"model": "0123456789ab", "characters_seen": 4_000}
    parent = {"model": "ba9876543210", "characters_seen": 1_000_000, "parent": older}
    told = {**PROVENANCE, "parent": parent}
    graph = export_onnx(config, parameters)
    card = write_card(write_checkpoint(tmp_path / "model", config, tiny_vocabulary(), parameters, graph, told), [])
    assert card.index("`ba9876543210`, trained on 1,000,000") < card.index("`0123456789ab`, trained on 4,000")
    assert "1,127,456" in card


def test_the_gates_sources_stand_apart(checkpoint: Checkpoint, tmp_path: Path) -> None:
    source = {"language": "java", "package": "cedar", "version": "3", "licence": "BSD", "files": 4, "split": "gate"}
    told = {"steps": 9, "text": {"java": {"characters": 4_321, "files": 4}}, "sources": [source]}
    card = write_card(add_gate(tmp_path / "gated", checkpoint, trusting_gate(24), told), [])
    before, after = card.split("## The gate of the memories")
    assert "cedar" not in before
    assert "| java | cedar | 3 | BSD | 4 |" in after
    assert "4,321 characters" in after
    assert "## The gate" not in write_card(checkpoint, [])


def test_the_command_writes_the_figures_and_what_measured_them(checkpoint: Checkpoint, tmp_path: Path) -> None:
    figures = evaluate(checkpoint, tmp_path)
    assert main(["card", str(checkpoint.folder), "--evaluation", str(figures)]) == 0
    card = (checkpoint.folder / "CARD.md").read_text()
    measured = json.loads(figures.read_text())
    alone = measured["network"]["bits_per_character"]
    assert f"| java | int8 | 1 | {len(java_file(1)):,} | {measured['memory']} |" in card
    assert f"| **{measured['bits_per_character']:.4f}** | {alone:.4f} |" in card
    assert f"| {measured['baselines']['ppmd']:.4f} | {measured['baselines']['xz']:.4f} |" in card
    assert f"\n    {measured['command']}\n" in card
    assert "no file was trained on" not in card


def test_an_evaluation_of_another_model_is_refused(
    checkpoint: Checkpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = evaluate(checkpoint, tmp_path)
    figures.write_text(json.dumps({**json.loads(figures.read_text()), "model": "0123456789ab"}))
    (checkpoint.folder / "CARD.md").unlink(missing_ok=True)
    assert main(["card", str(checkpoint.folder), "--evaluation", str(figures)]) == 2
    assert "measures 0123456789ab" in capsys.readouterr().err
    assert not (checkpoint.folder / "CARD.md").exists()
