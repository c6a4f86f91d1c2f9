"""`--baseline`: findings that are known and not told again, so that a project can begin with what is new.

The file names each finding by its fingerprint, a hash: it holds no source text, and lines may move without its being
written anew. A line that stands several times in a file counts as often as it was found there.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from peephole.server.errors import UsageError

from .finding import Finding

FORMAT = "peephole-baseline/1"

Files = dict[str, Counter[str]]
"""How often a fingerprint is known, by the file's path from the baseline's folder."""


class Baseline:
    """The known findings of one file of them."""

    def __init__(self, path: Path, files: Files | None = None) -> None:
        self._path, self._files = path, files or {}

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """What a file holds; `UsageError` if it is not there or no baseline."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            if found["format"] != FORMAT:
                raise ValueError
            return cls(path, {name: _counts(known) for name, known in found["files"].items()})
        except OSError as error:
            raise UsageError(f"{path}: cannot be read ({error.strerror}); --write-baseline makes it") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise UsageError(f"{path}: expected a baseline ({FORMAT}); --write-baseline makes one") from None

    def unknown(self, path: Path, findings: Sequence[Finding]) -> list[Finding]:
        """Those of a file's findings that are not known."""
        known = self._files.get(self._name(path), Counter())
        return [finding for finding in findings if finding.occurrence > known[finding.fingerprint]]

    def write(self, checked: Collection[Path], findings: Iterable[Finding]) -> None:
        """Takes the findings of the files that were checked for known, and writes the file. `UsageError` if it cannot.

        What is known of other files stays, as long as they are there.
        """
        anew = {self._name(path) for path in checked}
        files = {
            name: known
            for name, known in self._files.items()
            if name not in anew and (self._path.parent / name).is_file()
        }
        for finding in findings:
            files.setdefault(self._name(finding.path), Counter())[finding.fingerprint] += 1
        told = {"format": FORMAT, "files": {name: dict(sorted(files[name].items())) for name in sorted(files)}}
        beside = self._path.with_name(f"{self._path.name}.new")
        try:
            beside.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            raise UsageError(f"{self._path}: cannot be written ({error.strerror})") from None

    def _name(self, path: Path) -> str:
        """A file as it is named in the baseline."""
        try:
            return Path(os.path.relpath(path.absolute(), self._path.absolute().parent)).as_posix()
        except ValueError:  # on another drive
            return path.absolute().as_posix()


def _counts(known: object) -> Counter[str]:
    """One file's counts; raises what `Baseline.read` expects for anything else."""
    if not isinstance(known, dict) or not all(isinstance(count, int) for count in known.values()):
        raise TypeError
    return Counter(known)
