"""`--memory`: what a command lets the model remember while it reads a file, and the files around it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from peephole.server.settings import DocumentSettings, WorkspaceSettings

from .options import Source

if TYPE_CHECKING:
    from peephole.model.predictor import Predictor
    from peephole.model.recall import Libraries
    from peephole.server.workspace.shelves import Shelves

NONE, DOCUMENT, WORKSPACE = "none", "document", "workspace"

ROOTS = (".git", "pyproject.toml", "setup.py", "pom.xml", "build.gradle", "build.gradle.kts")
"""What lies in the root folder of a project; the same that `editors/nvim/lsp/peephole.lua` looks for."""


def add_memory_option(parser: argparse.ArgumentParser, default: str = WORKSPACE) -> None:
    """Adds `--memory`."""
    parser.add_argument(
        "--memory",
        choices=(NONE, DOCUMENT, WORKSPACE),
        default=default,
        help="what is remembered beside what the network has learned: nothing, the file itself, or the files of its "
        f"project, too (default: {default})",
    )


class Remembering:
    """The memory that was chosen, for one file after another."""

    def __init__(self, predictor: Predictor, choice: str) -> None:
        self.predictor = predictor.alone() if choice == NONE else predictor
        self._looks_around = choice == WORKSPACE and self.predictor.gate is not None
        self._shelves: Shelves | None = None

    def libraries(self, source: Source, apart: Iterable[Path] = ()) -> Libraries:
        """Of the files around one, as an editor's that has just this file of the project open.

        apart: files that are looked up only where they are near. Those that share them share a library of the rest.
        """
        from peephole.model.recall import NO_LIBRARIES
        from peephole.server.workspace.choice import OpenText
        from peephole.server.workspace.shelves import Shelves, Wanted

        if not self._looks_around:
            return NO_LIBRARIES
        if self._shelves is None:
            self._shelves = Shelves(self.predictor.vocabulary)
        path = str(source.path.absolute())
        document = OpenText(path, path, source.path.name, source.language, source.text)
        cap = WorkspaceSettings().most_megabytes
        project, excluded = project_of(source.path), DocumentSettings().excluded
        folder, below = str(project or source.path.absolute().parent), project is not None
        others = tuple(str(each.absolute()) for each in apart)
        wanted = Wanted((folder,), (document,), (), excluded, cap, others, below)
        return self._shelves.stock(wanted).libraries[path]


def project_of(path: Path) -> Path | None:
    """The folder of the project that a file belongs to: the nearest above that looks like one. None if none does: not
    the home folder, though it may be kept in git, nor what lies above it or all of the disk."""
    try:
        home = Path.home().resolve()
    except RuntimeError:  # nobody's
        home = Path(path.absolute().anchor)
    above = (folder for folder in path.absolute().parents if not home.is_relative_to(folder.resolve()))
    return next((each for each in above if each != each.parent and any((each / name).exists() for name in ROOTS)), None)
