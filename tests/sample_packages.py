"""Packages of sample code, as folders and as a recipe's tarballs, and the command that builds a corpus of them."""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path

from sample_code import java_file

from peephole.training.cli import main
from peephole.training.corpus.shards import read_corpus


def write_package(folder: Path, seeds: range, **more: str) -> Path:
    """A folder of Java files, and more files by name."""
    folder.mkdir(parents=True)
    for seed in seeds:
        (folder / f"C{seed}.java").write_text(java_file(seed))
    for name, text in more.items():
        (folder / name).write_text(text)
    return folder


def build(out: Path, *arguments: object) -> int:
    """`peephole-train corpus build` in this process."""
    return main(["corpus", "build", "--processes", "1", "--out", str(out), *map(str, arguments)])


def write_recipe(folder: Path, packages: dict[str, tuple[str, list[str]]]) -> Path:
    """A recipe and the cache that it finds its tarballs in; packages: name to split and texts."""
    entries = []
    (folder / "cache").mkdir()
    for name, (split, texts) in packages.items():
        archive = folder / "cache" / f"{name}.tar.gz"
        write_package(folder / name, range(0), **{f"F{n}.java": text for n, text in enumerate(texts)})
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(folder / name, name)
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        pinned = {"file": archive.name, "bytes": archive.stat().st_size, "sha256": digest}
        entry = {"package": name, "version": "1", "language": "java", "split": split, "licence": "MIT"}
        entries.append({**entry, "source": "debian", "directory": "pool", "artefacts": [pinned]})
    recipe = folder / "recipe.json"
    recipe.write_text(json.dumps({"format": 1, "name": "r", "packages": entries}))
    return recipe


def assert_same_corpus(one: Path, two: Path) -> None:
    """Byte for byte, but for the date: midnight may lie between the two."""
    files = [sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file()) for folder in (one, two)]
    assert files[0] == files[1]
    for name in files[0]:
        if name.name != "corpus.json":
            assert (one / name).read_bytes() == (two / name).read_bytes()
    assert {**read_corpus(one), "built": ""} == {**read_corpus(two), "built": ""}
