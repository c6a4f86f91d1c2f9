"""Which files a command reads: those that are named, and the source files in folders, by the server's own rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from peephole.server.exclusion import Excluded, excluding_pattern
from peephole.server.settings import DocumentSettings
from peephole.server.workspace.walk import source_files

Tell = Callable[[str], None]


def gather(paths: Iterable[Path], languages: Collection[str], fail: Tell, note: Tell) -> list[Path]:
    """The named files as they are, and the source files of some languages below the named folders, sorted; each once.

    In folders, what git ignores, hidden and tools' folders, links and files too large to be a person's are passed over,
    as in a workspace. What looks like a secret is left out in any case, and `note` is told if it was named. `fail` is
    told of folders that could not be looked through.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        pattern = excluding_pattern(path.absolute().as_uri(), DocumentSettings().excluded)
        if pattern is not None:
            note(f"{path}: left out, as its path matches {pattern!r} and may hold secrets")
            continue
        for each in sorted(_files_below(path, languages, fail)) if _is_folder(path) else [path]:
            found.setdefault(each.absolute(), each)
    return list(found.values())


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long for one; whoever reads the file says so
        return False


def _files_below(folder: Path, languages: Collection[str], fail: Tell) -> Iterator[Path]:
    def unseen(path: str, reason: str) -> None:
        fail(f"{folder / Path(path).relative_to(whole)}: {reason}")

    whole = folder.absolute()
    excluded = Excluded.by(DocumentSettings().excluded)
    for each in source_files(str(whole), excluded, unseen=unseen, languages=languages):
        yield folder / each.shown
