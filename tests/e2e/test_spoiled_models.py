"""A model's folder in every state that it should not be in: the server stays up, says what is wrong, and serves once
that is mended and the settings come again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_tiny_checkpoint
from e2e.conftest import Start
from e2e.wire import Wire, at

URI = "file:///a.py"
MEMBERS = ("model.json", "model.onnx", "weights.safetensors")

Spoil = Callable[[Path, Path], None]


def truncate(name: str) -> Spoil:
    """Cuts the last bytes off a member; of JSON they may be a newline, which nobody misses."""
    return lambda folder, _: os.truncate(folder / name, (folder / name).stat().st_size - 9)


def lengthen(name: str, size: int) -> Spoil:
    """Makes a member as large as that; the new bytes take no room on the disk."""
    return lambda folder, _: os.truncate(folder / name, size)


def swap(name: str) -> Spoil:
    """Puts another model's member in place."""

    def spoil(folder: Path, other: Path) -> None:
        shutil.copyfile(other / name, folder / name)

    return spoil


def remove(name: str) -> Spoil:
    """Takes a member away."""
    return lambda folder, _: (folder / name).unlink()


def loop(name: str) -> Spoil:
    """Makes a member a link to itself."""

    def spoil(folder: Path, _: Path) -> None:
        (folder / name).unlink()
        (folder / name).symlink_to(name)

    return spoil


def put_folder(name: str) -> Spoil:
    """Puts a folder where a member should be."""

    def spoil(folder: Path, _: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return spoil


def put_pipe(name: str) -> Spoil:
    """Puts a pipe there, which nobody writes to."""

    def spoil(folder: Path, _: Path) -> None:
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return spoil


def describe(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Changes what `model.json` says."""

    def spoil(folder: Path, _: Path) -> None:
        description = json.loads((folder / "model.json").read_text())
        change(description)
        (folder / "model.json").write_text(json.dumps(description))

    return spoil


def be_loop(folder: Path, _: Path) -> None:
    """Makes the folder itself a link to itself."""
    shutil.rmtree(folder)
    folder.symlink_to(folder.name)


SPOILED: dict[str, tuple[Spoil, str]] = {
    **{
        f"{name} cut": (truncate(name), "no JSON" if name.endswith("json") else "bytes, recorded are")
        for name in MEMBERS
    },
    **{f"{name} of another": (swap(name), "; ") for name in MEMBERS},
    **{f"no {name}": (remove(name), name) for name in MEMBERS},
    **{f"{name} a loop": (loop(name), name) for name in MEMBERS},
    **{f"{name} a folder": (put_folder(name), name) for name in MEMBERS},
    **{f"{name} a pipe": (put_pipe(name), name) for name in MEMBERS},
    "model.json of 100 MB": (lengthen("model.json", 100_000_000), "is larger than"),
    "graph of 100 GB": (lengthen("model.onnx", 100_000_000_000), "bytes, recorded are"),
    "a folder in a loop": (be_loop, "is no folder"),
    "a hash of nothing": (describe(lambda it: it["files"]["model.onnx"].update(sha256="0" * 64)), "SHA-256"),
    "a hash that is none": (describe(lambda it: it["files"]["model.onnx"].update(sha256=7)), "sha256"),
    "no files recorded": (describe(lambda it: it.update(files={})), "files must record"),
    "a network of a terabyte": (describe(lambda it: it["config"].update(hidden_size=1 << 30)), "hidden_size"),
    "another size": (describe(lambda it: it["config"].update(hidden_size=25)), "export the model again"),
    "another cell": (describe(lambda it: it["config"].update(cell="gru")), "export the model again"),
    "a later format": (describe(lambda it: it.update(format=99)), "checkpoint format 99"),
    "no vocabulary": (describe(lambda it: it.pop("vocabulary")), "lacks vocabulary"),
}


def settle(wire: Wire, folder: Path) -> Any:
    """The status once the model of the settings has been tried."""
    wire.notify("workspace/didChangeConfiguration", {"settings": {"peephole": {"model": {"folder": str(folder)}}}})
    return wire.status(digest=True)


def test_whatever_is_wrong_with_a_model_is_named_and_once_it_is_mended_the_model_serves(
    start: Start, words: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    write_tiny_checkpoint(other, seed=7)
    wire = start()
    wire.initialize(initializationOptions={"peephole": {"model": {"folder": str(words)}}, "trusted": True})
    wire.open(URI, " g")
    for number, (name, (spoil, reason)) in enumerate(SPOILED.items()):
        folder = tmp_path / f"model{number}"
        shutil.copytree(words, folder)
        spoil(folder, other)
        status = settle(wire, folder)
        assert status["state"] == "inactive", name
        assert reason in status["reason"], name
        assert status["reason"] in status["documents"][0]["reason"], name
        assert wire.call("textDocument/completion", at(URI, 0, 2)) == {"isIncomplete": False, "items": []}
        told = wire.notification("window/showMessage")
        assert status["reason"] in told["message"], name
        if folder.is_symlink():
            folder.unlink()
        else:
            shutil.rmtree(folder)
        shutil.copytree(words, folder)
        assert settle(wire, folder)["state"] == "ready", name
        assert wire.call("textDocument/completion", at(URI, 0, 2))["items"], name
    assert wire.leave() == 0
    assert "Traceback" not in wire.errors()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_model_that_may_not_be_read_is_named(start: Start, words: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(words, folder)
    (folder / "model.onnx").chmod(0)
    wire = start("--model", folder)
    wire.initialize()
    status = wire.status(digest=True)
    assert (status["state"], "cannot be read" in status["reason"]) == ("inactive", True)
