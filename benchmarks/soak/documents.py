"""The documents that a soak begins with: real source text, or what is made of the shipped samples."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.document import long_document
from peephole.model.languages import SUFFIXES as ALL_SUFFIXES
from peephole.server.workspace.walk import LEARNED

from .acts import LONGEST, SHORTEST
from .text import Text

SUFFIXES = {language: ALL_SUFFIXES[language][0] for language in LEARNED}
LINES = 150
"""Of a document that is made of the samples: some 6,000 characters."""


def invented(root: Path, count: int) -> list[Text]:
    """Documents of other names each, in both languages by turns."""
    texts = {language: long_document(language, LINES * count).splitlines(keepends=True) for language in SUFFIXES}
    languages = _by_turns(count)
    parts = ["".join(texts[language][LINES * at : LINES * (at + 1)]) for at, language in enumerate(languages)]
    return _written(root, languages, parts)


def taken_from(folder: Path, root: Path, count: int, seed: int) -> list[Text]:
    """Documents with the text of files below a folder, in both languages by turns."""
    chance = random.Random(seed)
    found = {language: _sources(sorted(folder.rglob(f"*{suffix}")), chance) for language, suffix in SUFFIXES.items()}
    languages = _by_turns(count)
    parts = [next(found[language], "") for language in languages]
    return _written(root, languages, parts)


def _by_turns(count: int) -> list[str]:
    return [list(SUFFIXES)[at % len(SUFFIXES)] for at in range(count)]


def _sources(paths: list[Path], chance: random.Random) -> Iterator[str]:
    chance.shuffle(paths)
    for path in paths:
        text = path.read_bytes().decode(errors="replace")
        if len(text) >= SHORTEST:
            yield text[:LONGEST]


def _written(root: Path, languages: Sequence[str], parts: Sequence[str]) -> list[Text]:
    """The texts as documents of a workspace, in which each lies in a file, too."""
    texts = []
    for at, (language, part) in enumerate(zip(languages, parts, strict=True)):
        path = root / f"module{at % 4}" / f"Document{at}{SUFFIXES[language]}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(part, encoding="utf-8", newline="")
        texts.append(Text(path.as_uri(), language, part))
    return texts
