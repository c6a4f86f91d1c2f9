"""Repositories to learn a gate from: which files are read, and which files a reader of each would have at hand."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from peephole.model.library import Library, Shelved
from peephole.model.recall import Libraries
from peephole.model.vocabulary import Vocabulary

from ..corpus.materials import find_packages
from ..corpus.sources import is_archive, is_checkout, read_source
from ..errors import TrainingError
from ..texts import decode

LEFT_OUT_TOGETHER = 50
"""A fiftieth of a repository's files shares one library of all the others: to build one a document takes hours."""


@dataclass(frozen=True)
class Repository:
    """Files of one language that belong together, sorted by path."""

    name: str
    files: tuple[Shelved, ...]

    def near(self, number: int) -> list[Shelved]:
        """The other files of a file's folder; none that says the same word for word."""
        this = self.files[number]
        folder = PurePosixPath(this.path).parent
        return [file for file in self.files if file.text != this.text and PurePosixPath(file.path).parent == folder]

    def without(self, numbers: Iterable[int]) -> list[Shelved]:
        """All files but these, and but those that say the same word for word."""
        said = {self.files[number].text for number in numbers}
        return [file for file in self.files if file.text not in said]

    def groups(self, numbers: Sequence[int]) -> Iterator[list[int]]:
        """The numbers in groups that are left out together."""
        size = _group_size(len(self.files))
        ordered = sorted(numbers)
        return (ordered[start : start + size] for start in range(0, len(ordered), size))

    def beside(self, numbers: Sequence[int], vocabulary: Vocabulary) -> Iterator[tuple[int, Libraries]]:
        """Each of the files by its number, ascending, with the libraries that its reader would have at hand."""
        for group in self.groups(numbers):
            far = shelve(self.without(group), vocabulary)
            for number in group:
                yield number, Libraries(shelve(self.near(number), vocabulary), far)


def group_count(measured: int, files: int) -> int:
    """How many groups `Repository.groups` makes of so many of a repository's files."""
    return -(-measured // _group_size(files))


def _group_size(files: int) -> int:
    return max(1, files // LEFT_OUT_TOGETHER)


def shelve(files: Sequence[Shelved], vocabulary: Vocabulary) -> Library | None:
    """The library of some files; None for none."""
    return Library.build(files, vocabulary) if files else None


def find_repositories(paths: Sequence[Path], language: str) -> list[Repository]:
    """The repositories below corpus folders (their text for the gate), folders, checkouts and archives.

    A checkout or archive is one repository, and so is each folder in a plain folder. A file alone in the world has
    nothing to look up, but counts. `TrainingError` if there is no file of the language.
    """
    found = [repository for path in paths for repository in _below(path, language)]
    if not found:
        raise TrainingError(f"no {language} file that is not empty in {', '.join(map(str, paths))}")
    return found


def _below(path: Path, language: str) -> Iterator[Repository]:
    if (path / "corpus.json").is_file():
        path = path / "gate" / language
        if not path.is_dir():
            return
    for package in find_packages(path, (language,)):
        files: dict[str, list[Shelved]] = defaultdict(list)
        whole = is_checkout(package) or is_archive(package)
        for source in read_source(package, (language,)):
            if source.content:
                first, _, rest = source.path.partition("/")
                name = package.name if whole or not rest else first
                files[name].append(Shelved(source.path, decode(source.content)))
        for name, shelved in files.items():
            yield Repository(name, tuple(sorted(shelved, key=lambda file: file.path)))


def choose_documents(repositories: Sequence[Repository], characters: float, seed: int) -> list[list[int]]:
    """Numbers of the files to read of each repository, so many characters in all, from all repositories alike.

    The next file, in a seeded order, is always of the repository that has given the least so far: what a gate lacks
    is other people's habits, not more of the same. A text that comes twice is read once, or what is held out could
    have been learnt.
    """
    orders = []
    for repository in repositories:
        order = list(range(len(repository.files)))
        random.Random(f"{seed} {repository.name}").shuffle(order)
        orders.append(order[::-1])
    chosen: list[list[int]] = [[] for _ in repositories]
    given, read = [0] * len(repositories), set[str]()
    while sum(given) < characters and any(orders):
        least = min((k for k in range(len(orders)) if orders[k]), key=lambda k: given[k])
        number = orders[least].pop()
        text = repositories[least].files[number].text
        if text in read:
            continue
        read.add(text)
        chosen[least].append(number)
        given[least] += len(text)
    return chosen
