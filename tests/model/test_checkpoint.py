"""Every way in which a checkpoint folder can lie is found, named, and told apart."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from checkpoints import random_parameters, tiny_config, tiny_vocabulary
from safetensors.numpy import save

from peephole.model import checkpoint as subject
from peephole.model.checkpoint import CARD, GRAPH, WEIGHTS, Checkpoint, load_checkpoint
from peephole.model.checkpoint_writer import write_checkpoint
from peephole.model.config import NetworkConfig
from peephole.model.errors import (
    CheckpointError,
    CheckpointMalformed,
    CheckpointMismatch,
    CheckpointMissing,
    CheckpointTampered,
    CheckpointVersion,
)
from peephole.model.runtime import Runtime
from peephole.training.export import export_onnx

Edit = Callable[[dict[str, Any]], object]


@pytest.fixture
def folder(checkpoints: dict[str, Checkpoint], tmp_path: Path) -> Path:
    """A copy of a good checkpoint, to be spoiled."""
    return Path(shutil.copytree(checkpoints["lstm"].folder, tmp_path / "model"))


def describe(folder: Path, edit: Edit) -> None:
    """Change the description in place."""
    path = folder / "model.json"
    description = json.loads(path.read_text())
    edit(description)
    path.write_text(json.dumps(description))


def replace(folder: Path, name: str, data: bytes) -> None:
    """Put another file in, and have the description vouch for it."""
    (folder / name).write_bytes(data)
    record = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    describe(folder, lambda description: description["files"].update({name: record}))


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        (lambda d: d.update(format=2), CheckpointVersion),
        (lambda d: d.update(format=True), CheckpointVersion),
        (lambda d: d.update(format=1.0), CheckpointVersion),
        (lambda d: d.update(format="1"), CheckpointVersion),
        (lambda d: d.pop("format"), CheckpointVersion),
        (lambda d: d.pop("files"), CheckpointMalformed),
        (lambda d: d.pop("config"), CheckpointMalformed),
        (lambda d: d.update(provenance=[]), CheckpointMalformed),
        (lambda d: d.update(files=[]), CheckpointMalformed),
        (lambda d: d.update(weights_dtype="int3"), CheckpointMalformed),
        (lambda d: d["config"].update(cell="transformer"), CheckpointMalformed),
        (lambda d: d["config"].update(layers=0), CheckpointMalformed),
        (lambda d: d["config"].update(hidden_size=10**9), CheckpointMalformed),
        (lambda d: d["config"].update(hidden_size=True), CheckpointMalformed),
        (lambda d: d["config"].pop("layers"), CheckpointMalformed),
        (lambda d: d.update(config=7), CheckpointMalformed),
        (lambda d: d["vocabulary"].update(characters="aa"), CheckpointMalformed),
        (lambda d: d["vocabulary"].update(characters="ab"), CheckpointMismatch),
        (lambda d: d["files"].pop(GRAPH), CheckpointMalformed),
        (lambda d: d["files"].update({"../evil": {}}), CheckpointMalformed),
        (lambda d: d["files"].update({GRAPH: 3}), CheckpointMalformed),
        (lambda d: d["files"][GRAPH].update(bytes="9"), CheckpointMalformed),
        (lambda d: d["files"][GRAPH].update(sha256=None), CheckpointMalformed),
        (lambda d: d["files"][GRAPH].update(bytes=1), CheckpointTampered),
        (lambda d: d["files"][WEIGHTS].update(sha256="0" * 64), CheckpointTampered),
    ],
)
def test_a_description_that_lies_is_refused(folder: Path, edit: Edit, error: type[CheckpointError]) -> None:
    describe(folder, edit)
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(folder)
    assert type(caught.value) is error


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[1]", b'{"format": 1', b"[" * 100_000])
def test_a_description_that_is_no_json_object_is_malformed(folder: Path, data: bytes) -> None:
    (folder / "model.json").write_bytes(data)
    with pytest.raises(CheckpointMalformed):
        load_checkpoint(folder)


def test_an_overlong_description_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "LARGEST_DESCRIPTION", 100)
    with pytest.raises(CheckpointMalformed, match="larger than 100 bytes"):
        load_checkpoint(folder)


@pytest.mark.parametrize("name", ["model.json", WEIGHTS, GRAPH])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(CheckpointMissing, match=name):
        load_checkpoint(folder)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointMissing, match="nowhere"):
        load_checkpoint(tmp_path / "nowhere")


@pytest.mark.parametrize("name", [WEIGHTS, GRAPH])
def test_one_changed_byte_is_found(folder: Path, name: str) -> None:
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(CheckpointTampered, match=name):
        load_checkpoint(folder)


def test_a_file_changed_after_loading_is_found_before_it_is_parsed(folder: Path) -> None:
    checkpoint = load_checkpoint(folder)
    (folder / GRAPH).write_bytes(b"x")
    (folder / WEIGHTS).write_bytes(b"x")
    with pytest.raises(CheckpointTampered):
        Runtime(checkpoint)
    with pytest.raises(CheckpointTampered):
        checkpoint.parameters()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda t: t.pop("output.bias"), "output.bias"),
        (lambda t: t.update(extra=np.zeros(1, np.float32)), "extra"),
        (lambda t: t.update({"output.bias": np.zeros(3, np.float32)}), r"output.bias is float32 \(3,\)"),
        (lambda t: t.update({"output.bias": t["output.bias"].astype(np.float16)}), "output.bias is float16"),
        (lambda t: t.update({"output.bias": t["output.bias"] * np.nan}), "not finite"),
    ],
)
def test_tensors_that_do_not_fit_the_config_are_refused(folder: Path, spoil: Edit, message: str) -> None:
    tensors = dict(load_checkpoint(folder).parameters())
    spoil(tensors)
    replace(folder, WEIGHTS, save(tensors))
    with pytest.raises(CheckpointMismatch, match=message):
        load_checkpoint(folder).parameters()


def test_a_file_that_is_no_safetensors_is_refused(folder: Path) -> None:
    replace(folder, WEIGHTS, b"\xff" * 64)
    with pytest.raises(CheckpointMismatch, match="cannot be read as tensors"):
        load_checkpoint(folder).parameters()


def test_tensors_of_a_type_that_numpy_lacks_are_refused(folder: Path) -> None:
    header = json.dumps({"output.bias": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}).encode()
    replace(folder, WEIGHTS, len(header).to_bytes(8, "little") + header + b"\0\0")
    with pytest.raises(CheckpointMismatch, match="BF16"):
        load_checkpoint(folder).parameters()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_no_file_and_is_not_waited_for(folder: Path) -> None:
    (folder / "model.json").unlink()
    os.mkfifo(folder / "model.json")
    with pytest.raises(CheckpointMissing, match="is no file"):
        load_checkpoint(folder)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="the system has no file that cannot be read by anyone")
def test_a_file_that_cannot_be_read_is_an_error_of_the_checkpoint(folder: Path) -> None:
    (folder / GRAPH).unlink()
    (folder / GRAPH).symlink_to("/proc/self/mem")
    describe(folder, lambda description: description["files"][GRAPH].update(bytes=0))
    with pytest.raises(CheckpointMissing, match="cannot be read"):
        load_checkpoint(folder)


def test_a_folder_whose_name_no_file_system_takes_is_an_error_of_the_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(CheckpointMissing, match="cannot be read"):
        load_checkpoint(tmp_path / ("x" * 5000))


@pytest.mark.parametrize("data", [b"", b"not a graph" * 9])
def test_a_graph_that_is_none_is_refused(folder: Path, data: bytes) -> None:
    replace(folder, GRAPH, data)
    with pytest.raises(CheckpointMismatch, match="refuses the graph"):
        Runtime(load_checkpoint(folder))


def test_a_graph_of_another_cell_is_refused(folder: Path, checkpoints: dict[str, Checkpoint]) -> None:
    replace(folder, GRAPH, checkpoints["gru"].graph())
    with pytest.raises(CheckpointMismatch, match="not those of its config"):
        Runtime(load_checkpoint(folder))


@pytest.mark.parametrize(
    "config",
    [
        tiny_config(hidden_size=32),
        tiny_config(hidden_size=1),
        NetworkConfig("lstm", len(tiny_vocabulary()) - 1, 12, 24, 2),
        NetworkConfig("lstm", len(tiny_vocabulary()) + 1, 12, 24, 2),
    ],
)
def test_a_graph_of_another_size_is_refused(folder: Path, config: NetworkConfig) -> None:
    replace(folder, GRAPH, export_onnx(config, random_parameters(config)))
    with pytest.raises(CheckpointMismatch, match="sizes"):
        Runtime(load_checkpoint(folder))


def test_a_graph_that_knows_fewer_characters_than_it_answers_is_refused(folder: Path) -> None:
    config = load_checkpoint(folder).config
    parameters = random_parameters(config)
    parameters["embedding.weight"] = parameters["embedding.weight"][:-1]
    replace(folder, GRAPH, export_onnx(config, parameters))
    with pytest.raises(CheckpointMismatch, match="sizes"):
        Runtime(load_checkpoint(folder))


def test_a_graph_whose_data_lies_in_another_file_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = onnx.load_from_string(load_checkpoint(folder).graph())
    onnx.save_model(graph, folder / GRAPH, save_as_external_data=True, location="data.bin", size_threshold=0)
    replace(folder, GRAPH, (folder / GRAPH).read_bytes())
    monkeypatch.chdir(folder)
    with pytest.raises(CheckpointMismatch, match="no hash covers"):
        Runtime(load_checkpoint(folder))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    config, vocabulary = tiny_config("peephole"), tiny_vocabulary()
    parameters = random_parameters(config)
    written = write_checkpoint(tmp_path / "model", config, vocabulary, parameters, b"graph", {"steps": 3})
    found = load_checkpoint(tmp_path / "model")
    assert found == written
    assert (found.config, found.vocabulary, found.provenance) == (config, vocabulary, {"steps": 3})
    assert found.graph() == b"graph"
    for name, value in found.parameters().items():
        assert value.tobytes() == parameters[name].tobytes()


def test_half_precision_on_disk_comes_back_as_float32(tmp_path: Path) -> None:
    config, parameters = tiny_config(), random_parameters(tiny_config())
    checkpoint = write_checkpoint(
        tmp_path / "model", config, tiny_vocabulary(), parameters, b"", {}, weights_dtype="float16"
    )
    for name, value in checkpoint.parameters().items():
        assert value.dtype == np.float32
        np.testing.assert_allclose(value, parameters[name], rtol=1e-3, atol=1e-6)


def test_writing_replaces_an_older_checkpoint_and_leaves_no_litter(folder: Path) -> None:
    before = load_checkpoint(folder)
    again = write_checkpoint(folder, before.config, before.vocabulary, before.parameters(), b"other", {})
    assert again.graph() == b"other"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def write(folder: Path) -> Checkpoint:
    """Write an untrained checkpoint."""
    return write_checkpoint(folder, tiny_config(), tiny_vocabulary(), random_parameters(tiny_config()), b"", {})


def test_writing_over_anything_but_a_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(CheckpointError, match="no checkpoint"):
        write(tmp_path)
    assert (tmp_path / "thesis.tex").exists()


def test_files_beside_a_checkpoint_are_not_deleted_with_it(folder: Path) -> None:
    (folder / "thesis.tex").write_text("years of work")
    before = load_checkpoint(folder)
    with pytest.raises(CheckpointError, match="no checkpoint"):
        write(folder)
    assert (folder / "thesis.tex").exists()
    assert load_checkpoint(folder) == before


def test_the_card_of_the_old_model_does_not_stay_with_the_new(folder: Path) -> None:
    (folder / CARD).write_text("the old model's")
    write(folder)
    assert not (folder / CARD).exists()


def test_a_card_alone_is_no_checkpoint_to_replace(tmp_path: Path) -> None:
    (tmp_path / CARD).write_text("somebody's")
    with pytest.raises(CheckpointError, match="no checkpoint"):
        write(tmp_path)


def test_a_file_or_link_is_not_written_over(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("file", "link", "dangling"):
        with pytest.raises(CheckpointError, match="link or a file"):
            write(tmp_path / name)
    assert (tmp_path / "file").read_text() == "text"
    assert (tmp_path / "link").is_symlink()


def test_what_cannot_be_written_is_an_error_of_the_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(CheckpointError, match="cannot be written"):
        write(tmp_path / "file" / "model")


def test_an_old_checkpoint_comes_back_if_the_new_one_cannot_take_its_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, rename, done = load_checkpoint(folder), Path.replace, iter([False, True])

    def replace_once(self: Path, target: Path) -> Path:
        if next(done, False):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replace_once)
    with pytest.raises(CheckpointError, match="No space left"):
        write(folder)
    assert load_checkpoint(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_diverged_parameters_are_not_written(tmp_path: Path) -> None:
    parameters = random_parameters(tiny_config())
    parameters["output.bias"][0] = np.inf
    with pytest.raises(CheckpointMismatch, match="not finite"):
        write_checkpoint(tmp_path / "model", tiny_config(), tiny_vocabulary(), parameters, b"", {})
    assert not list(tmp_path.iterdir())


def test_the_hash_names_the_model_not_the_folder(folder: Path, checkpoints: dict[str, Checkpoint]) -> None:
    assert load_checkpoint(folder).model_hash == checkpoints["lstm"].model_hash
    replace(folder, GRAPH, b"another graph")
    assert load_checkpoint(folder).model_hash != checkpoints["lstm"].model_hash
