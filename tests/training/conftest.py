"""A tiny corpus of the project's own text, so that real runs fit into a test."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from peephole.model.vocabulary import ASCII, Vocabulary
from peephole.training.corpus.shards import write_shard

NAMES = ["basket", "price", "total", "count", "name", "index", "value", "item"]


def _java(rng: random.Random) -> str:
    a, b = rng.sample(NAMES, 2)
    body = f"    int {b};\n    int {a}() {{\n        return {b} + {rng.randint(0, 99)};\n    }}\n"
    return f"class {a.title()} {{\n{body}}}\n"


def _python(rng: random.Random) -> str:
    a, b = rng.sample(NAMES, 2)
    return f"def {a}({b}):\n    if {b} > {rng.randint(0, 99)}:\n        return {b}\n    return None\n"


@pytest.fixture(scope="session")
def tiny_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus folder of about 40,000 characters, half Java, half Python, with development files."""
    folder, rng = tmp_path_factory.mktemp("corpus"), random.Random(5)
    vocabulary, splits = Vocabulary(("java", "python"), ASCII), {}
    for language, write in (("java", _java), ("python", _python)):
        splits[language] = write_shard(folder, "train", language, vocabulary, [write(rng) for _ in range(250)])
        development = folder / "development" / language / "pack"
        development.mkdir(parents=True)
        for number in range(40):
            (development / f"{number}.txt").write_text(write(rng))
    words = {"format": 1, "vocabulary": vocabulary.to_json(), "splits": {"train": splits}, "sources": [], "report": {}}
    (folder / "corpus.json").write_text(json.dumps(words))
    return folder
