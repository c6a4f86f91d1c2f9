"""The nested cache: counts of a file's repository by folder, the farthest first, without the file itself.

As Hellendoorn & Devanbu (2017) nest them: every folder on the way from the repository to the file has a counter of
all files below it but those below the next folder on that way, so each other file is in exactly one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from .ngram_counts import Counts, Difference, Ids, as_documents, id_bits_for
from .ngram_training import Lexicon
from .token_sample import code_tokens

if TYPE_CHECKING:
    from ..texts import Listed, Text, Texts

MOST_TOKENS = 4_000_000
"""Of one repository, whose counters take 0.2 GB then for each folder on the way; of a larger one the first files."""

Parts = tuple[str, ...]
"""A path, part by part."""


class Nest:
    """The files that were given, by repository, with one repository's counters at a time. Its tokens have ids of the
    lexicon, whose others are those of the repository at hand."""

    def __init__(self, texts: Texts, language: str, lexicon: Lexicon) -> None:
        self._texts, self._language, self._lexicon = texts, language, lexicon
        self._numbers: dict[str, list[int]] = defaultdict(list)
        for number in sorted(range(len(texts.listed)), key=lambda number: texts.listed[number].place):
            self._numbers[texts.listed[number].repository].append(number)
        self._repository: str | None = None
        self._files: dict[Parts, Ids] = {}
        self._said: dict[Parts, int] = {}
        self._counters: dict[Parts, Counts] = {}

    def around(self, text: Text) -> list[Difference]:
        """The counters of a file, the most distant first; none of them holds the file, nor one that says the same."""
        if text.repository != self._repository:
            self._enter(text.repository)
        own, said = PurePosixPath(text.place).parts, hash(text.text)
        depths = self._depths(own, len(PurePosixPath(text.repository).parts))
        twins = {parts: _common(parts, own) for parts, other in self._said.items() if other == said and parts != own}
        found: list[Difference] = []
        used: dict[Parts, Counts] = {}
        for depth, deeper in zip(depths, [*depths, len(own)][1:], strict=True):
            inside = [own[:deeper]] if deeper < len(own) or own in self._files else []
            without = [*inside, *(parts for parts, common in twins.items() if depth <= common < deeper)]
            used |= {parts: self._counter(parts) for parts in [own[:depth], *without]}
            found.append(Difference(used[own[:depth]], [used[parts] for parts in without]))
        self._counters = used
        return found

    def _depths(self, own: Parts, least: int) -> list[int]:
        """How many parts those folders on the way to a file have that hold more than the next on the way."""
        common = [_common(parts, own) for parts in self._files]
        return [depth for depth in range(least, len(own)) if depth in common]

    def _enter(self, repository: str) -> None:
        """Read the files of a repository, and let go of the one before."""
        self._files, self._said, self._counters = {}, {}, {}
        self._lexicon.forget_others()
        self._repository = repository
        total = 0
        for number in self._numbers[repository]:
            text = self._texts[number]
            ids = self._lexicon.ids(text.text[t.start : t.end] for t in code_tokens(text.text, self._language))
            total += len(ids)
            if total > MOST_TOKENS and self._files:
                break
            parts = PurePosixPath(text.place).parts
            self._files[parts], self._said[parts] = ids, hash(text.text)

    def _counter(self, parts: Parts) -> Counts:
        """The counts of all files below a folder, or of one file."""
        found = self._counters.get(parts)
        if found is None:
            documents = as_documents([ids for path, ids in self._files.items() if path[: len(parts)] == parts])
            found = Counts.of(documents, id_bits_for(int(documents.max(initial=1))))
            self._counters[parts] = found
        return found


def in_order(texts: Texts) -> Iterator[Text]:
    """The texts so that those of one repository, and in it those of one folder, come one behind the other."""
    numbers = sorted(range(len(texts)), key=lambda number: _whereabouts(texts.listed[number]))
    return (texts[number] for number in numbers)


def _whereabouts(listed: Listed) -> tuple[str, PurePosixPath, str]:
    return listed.repository, PurePosixPath(listed.place).parent, listed.place


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many parts of two paths are the same from the root on."""
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count
