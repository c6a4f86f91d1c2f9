"""Source files out of folders, git checkouts and archives, read in place: nothing is unpacked or run."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path, PurePosixPath
from typing import NoReturn

from peephole.model.languages import SUFFIXES

from ..errors import CorpusError
from .ignoring import Ignoring

LARGEST_READ = 16 << 20
"""Bytes; a larger file is not read at all (the filters leave it out anyway), so an archive cannot fill memory."""

GIT = ("git", "-c", "core.fsmonitor=false")
"""A checkout's own settings may name a program that tells git what has changed; it is not to be run."""

_TAR_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2")
_ZIP_ENDINGS = (".zip", ".whl", ".jar")
_DECOMPRESSORS: dict[bytes, Callable[[Path], BufferedIOBase]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}
"""By the bytes that a compressed file begins with."""
_UNREADABLE = (
    *(tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError, OSError),
    # From zipfile, for members that are encrypted, packed in a way it does not know, or whose names are not UTF-8.
    *(RuntimeError, UnicodeError),
)


@dataclass(frozen=True)
class SourceFile:
    """A file of source code: its path inside the source, its language, its bytes (None if too large to read)."""

    path: str
    language: str
    size: int
    content: bytes | None


def read_source(path: Path, languages: tuple[str, ...]) -> Iterator[SourceFile]:
    """The files of the languages in a folder, git checkout or archive; `CorpusError` if it cannot be read."""
    if is_checkout(path) or path.is_dir():
        return _read_files(path, languages)
    if is_archive(path):
        return _read_archive(path, languages)
    raise CorpusError(f"{path} is neither a folder nor an archive ({' '.join(_TAR_ENDINGS + _ZIP_ENDINGS)})")


def list_source(path: Path, languages: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    """Path, bytes and time of change (ns) of the files that `read_source` reads; of an archive, its own."""
    if is_archive(path):
        yield path.name, path.stat().st_size, path.stat().st_mtime_ns
        return
    for name, _, size in list_files(path, languages):
        yield name, size, (path / name).stat().st_mtime_ns


def is_archive(path: Path) -> bool:
    """Whether the path is a file with the name of an archive."""
    return path.name.lower().endswith(_TAR_ENDINGS + _ZIP_ENDINGS) and path.is_file()


def is_checkout(path: Path) -> bool:
    """Whether the path is the top of a git checkout (`.git` is a file in worktrees and submodules)."""
    return (path / ".git").exists()


def tracked_files(checkout: Path) -> list[str]:
    """Paths that git tracks in a checkout: ignored, generated and private files beside them are never read."""
    return sorted(os.fsdecode(name) for name in _git(checkout, "ls-files", "-z").split(b"\0") if name)


def checkout_version(checkout: Path) -> str:
    """The commit that is checked out; empty before the first commit."""
    try:
        return _git(checkout, "rev-parse", "HEAD").decode().strip()
    except CorpusError:
        return ""


def _git(checkout: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run([*GIT, "-C", str(checkout), *arguments], capture_output=True, check=True)
    except FileNotFoundError as error:
        raise CorpusError(f"{checkout} is a git checkout, but there is no git to list its files with") from error
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip()
        raise CorpusError(f"git {arguments[0]} failed in {checkout}: {reason}") from error
    return done.stdout


def language_of(path: str, languages: tuple[str, ...]) -> str | None:
    """The language of a file, if it is one of these."""
    return next((language for language in languages if path.endswith(SUFFIXES[language])), None)


def _walk(root: Path, folder: str = "", rules: Ignoring | None = None) -> Iterator[str]:
    """Files below a folder in a fixed order; hidden folders, links and what `.gitignore` names are not followed.

    Of a checkout that lies there it is the tracked files, as where it is named itself.
    """
    try:
        with os.scandir(root / folder) as entries:
            found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
        rules = (rules or Ignoring()).entering(root, folder)
    except OSError as error:
        _refuse(error)
    yield from (folder + name for name, is_folder in found if not is_folder and not rules.shuts_out(folder + name))
    for name, is_folder in found:
        below = f"{folder}{name}/"
        if not is_folder or name.startswith(".") or rules.shuts_out(below):
            continue
        if _is_whole_checkout(root / below):
            yield from (below + path for path in tracked_files(root / below))
        else:
            yield from _walk(root, below, rules)


def _is_whole_checkout(folder: Path) -> bool:
    """Whether git would take it for a checkout of its own: of what only has the name it would ask the folders above."""
    git = folder / ".git"
    try:
        return git.is_file() or (git / "HEAD").is_file()
    except OSError:
        return False  # to be refused when it is listed


def list_files(root: Path, languages: tuple[str, ...]) -> Iterator[tuple[str, str, int]]:
    """Path, language and size of each file of the languages in a folder or git checkout; none of them is opened."""
    for path in tracked_files(root) if is_checkout(root) else _walk(root):
        language = language_of(path, languages)
        size = None if language is None else _size_of(root / path)
        if language is not None and size is not None:
            yield path, language, size


def _size_of(file: Path) -> int | None:
    """Bytes of the file, None where it is a link or gone."""
    try:
        return None if file.is_symlink() or not file.is_file() else file.stat().st_size
    except OSError as error:
        _refuse(error)


def _read_files(root: Path, languages: tuple[str, ...]) -> Iterator[SourceFile]:
    for path, language, size in list_files(root, languages):
        try:
            content = (root / path).read_bytes() if size <= LARGEST_READ else None
        except FileNotFoundError:
            continue  # gone since it was listed
        except OSError as error:
            _refuse(error)
        yield SourceFile(path, language, size, content)


def _refuse(error: OSError) -> NoReturn:
    raise CorpusError(f"cannot read {error.filename}: {error.strerror}; make it readable or leave it out") from error


def _read_archive(archive: Path, languages: tuple[str, ...]) -> Iterator[SourceFile]:
    read = _read_zip if archive.name.lower().endswith(_ZIP_ENDINGS) else _read_tar
    try:
        yield from read(archive, languages)
    except _UNREADABLE as error:
        raise CorpusError(f"the archive {archive.name} cannot be read to its end: {error}") from error


def _read_tar(archive: Path, languages: tuple[str, ...]) -> Iterator[SourceFile]:
    with archive.open("rb") as file:
        head = file.read(max(map(len, _DECOMPRESSORS)))
    unpack = next((opener for magic, opener in _DECOMPRESSORS.items() if head.startswith(magic)), _open_plain)
    # tarfile's own decompression takes a stream that was cut in a member's header for one that ended well.
    with unpack(archive) as content, tarfile.open(fileobj=content, mode="r|") as tar:
        for member in tar:
            language = language_of(member.name, languages)
            if language is None or not member.isfile() or not _is_inside(member.name):
                continue
            stream = tar.extractfile(member) if member.size <= LARGEST_READ else None
            yield SourceFile(member.name, language, member.size, stream.read() if stream else None)


def _open_plain(path: Path) -> BufferedIOBase:
    return path.open("rb")


def _read_zip(archive: Path, languages: tuple[str, ...]) -> Iterator[SourceFile]:
    with zipfile.ZipFile(archive) as bundle:
        for member in bundle.infolist():
            language = language_of(member.filename, languages)
            if language is None or member.is_dir() or not _is_inside(member.filename):
                continue
            content = None
            if member.file_size <= LARGEST_READ:
                with bundle.open(member) as stream:
                    content = stream.read(LARGEST_READ)
            yield SourceFile(member.filename, language, member.file_size, content)


def _is_inside(name: str) -> bool:
    """Whether a member's name stays below the archive's root: development files are written under it."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and "\0" not in name
