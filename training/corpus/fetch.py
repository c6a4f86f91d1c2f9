"""Pinned artefacts by way of a cache folder: source tarballs from the apt mirror, wheels through pip.

Nothing is trusted that does not have the recipe's SHA-256. A download is written beside its place and renamed, so an
interrupted one leaves nothing that looks whole. What the network does not give is the package's failure; what the disk
does not take ends the build, for it would fail every package.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from ..errors import CacheError, CorpusError, SourceRefused
from .recipe import Artefact, Package

TIMEOUT_S = 60
CHUNK_BYTES = 1 << 20
NEWER_PYTHONS = ("3.13", "3.14")
"""Asked for in turn where a pure wheel wants a newer Python than the one that runs: it is read, never installed."""

APT_FOLDER = Path("/etc/apt")

_OF_THE_DISK = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM, errno.ENOTDIR)
)
_ERROR_OF_PYTHON = re.compile(r"^[\w.]*Error: (?:\[Errno (\d+)\])?", re.MULTILINE)
"""Where a traceback ends, and with it pip when its disk fails; for the network's errors pip has words of its own."""


def fetch(package: Package, cache: Path, *, mirrors: list[str]) -> list[Path]:
    """The package's artefacts, from the cache or fetched into it.

    `CorpusError` if one cannot be had; `CacheError` if the cache cannot take it: a full disk, no right to write.
    """
    try:
        cache.mkdir(parents=True, exist_ok=True)
        return [_fetch_artefact(package, artefact, cache, mirrors) for artefact in package.artefacts]
    except OSError as error:
        raise CacheError(
            f"cannot keep {package.name} in {cache}: {error.strerror or error}; make room or make it writable, or name "
            "another place with --cache, and build again: what was read so far is kept"
        ) from error


def _fetch_artefact(package: Package, artefact: Artefact, cache: Path, mirrors: list[str]) -> Path:
    place = cache / artefact.file
    if place.is_file() and sha256_of(place) == artefact.sha256:
        return place
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cache) as folder:
        part = Path(folder) / artefact.file
        if package.source == "debian":
            _download_from_pool(package, artefact, part, mirrors)
        else:
            _download_wheel(package, artefact, Path(folder))
        check(part, artefact)
        part.replace(place)
    return place


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in lower-case hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check(path: Path, artefact: Artefact) -> None:
    """`SourceRefused` unless the file has the pinned SHA-256."""
    found = sha256_of(path)
    if found != artefact.sha256:
        raise SourceRefused(
            f"{artefact.file} has SHA-256 {found}, the recipe pins {artefact.sha256}: it was refused; "
            "the package has changed, or what came is not it"
        )


def apt_mirrors(folder: Path = APT_FOLDER) -> list[str]:
    """Addresses of the distribution's own archive in apt's sources, both formats; empty where there is no apt."""
    lists = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]
    found: list[str] = []
    for path in lists:
        if path.suffix in (".list", ".sources") and path.is_file():
            found += _addresses(path.read_text("utf-8", "replace"))
    # The pool of a source package is on the main archive; other vendors' lists have no such path.
    return list(dict.fromkeys(a.rstrip("/") for a in found if a.rstrip("/").endswith("/debian")))


def _addresses(text: str) -> Iterator[str]:
    for line in text.splitlines():
        one_line = re.match(r"\s*deb(?:-src)?\s+(?:\[[^\]]*\]\s*)?(https?://\S+)", line)
        if one_line:
            yield one_line[1]
        elif line.startswith("URIs:"):
            yield from (word for word in line.split()[1:] if word.startswith(("http://", "https://")))


def _download_from_pool(package: Package, artefact: Artefact, part: Path, mirrors: list[str]) -> None:
    if not mirrors:
        raise CorpusError("apt is not set up for a Debian mirror here; name one with --debian-mirror")
    failures = []
    for mirror in mirrors:
        address = f"{mirror}/{urllib.parse.quote(f'{package.directory}/{artefact.file}', safe='/+~')}"
        try:
            return _download(address, part, artefact.bytes)
        except CorpusError as error:
            failures.append(str(error))
    raise CorpusError(f"{artefact.file} is not on the mirror ({'; '.join(failures)})")


def _download(address: str, part: Path, size: int) -> None:
    """A plain GET to a file; `CorpusError` for what the network does, `OSError` for what the disk does."""
    with part.open("wb") as out:
        for chunk in _receive(address, size):
            out.write(chunk)


def _receive(address: str, size: int) -> Iterator[bytes]:
    """What a plain GET gives; stops as soon as more comes than was announced."""
    received = 0
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:
            while chunk := answer.read(CHUNK_BYTES):
                received += len(chunk)
                if received > size:
                    raise ValueError(f"more than the {size} bytes that the recipe pins")
                yield chunk
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        raise CorpusError(str(error)) from error


def _download_wheel(package: Package, artefact: Artefact, folder: Path) -> None:
    requirement = folder / "requirements.txt"
    requirement.write_text(f"{package.name}=={package.version} --hash=sha256:{artefact.sha256}\n", "utf-8")
    reason = ""
    for options in wheel_options(artefact.file):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command += ["--require-hashes", *options, "--dest", str(folder), "--requirement", str(requirement)]
        # What pip unpacks on the way lies in the cache as well: its room is what the person is told of.
        environment = os.environ | {"TMPDIR": str(folder)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        if done.returncode == 0 and (folder / artefact.file).is_file():
            return
        _raise_what_the_disk_did(done.stderr)
        reason = next((line for line in done.stderr.splitlines() if "ERROR" in line), f"exit status {done.returncode}")
    raise CorpusError(f"pip could not download {artefact.file}: {reason}")


def _raise_what_the_disk_did(told: str) -> None:
    """`OSError` if that is what ended pip."""
    numbers = _ERROR_OF_PYTHON.findall(told)
    if numbers and numbers[-1] and int(numbers[-1]) in _OF_THE_DISK:
        raise OSError(int(numbers[-1]), os.strerror(int(numbers[-1])))


def wheel_options(file: str) -> list[list[str]]:
    """Options for pip in the order to try, so that the pinned wheel is found whichever Python and system runs it.

    The tags of a wheel's name are those of the packaging specification: `name-version-python-abi-platform.whl`.
    """
    python, abi, platform = file.removesuffix(".whl").split("-")[-3:]
    pythons = [[], *(["--python-version", version] for version in NEWER_PYTHONS)]
    if platform == "any":
        return pythons
    system = [part for tag in platform.split(".") for part in ("--platform", tag)]
    pinned = re.fullmatch(r"cp(\d)(\d+)", python)
    if pinned and abi != "abi3":
        pythons = [["--python-version", f"{pinned[1]}.{pinned[2]}"]]
    return [["--implementation", "cp", "--abi", abi, *system, *options] for options in pythons]
