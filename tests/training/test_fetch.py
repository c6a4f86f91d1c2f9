"""Only pinned bytes get into the cache: from a real server on the loopback, and from a real pip."""

import functools
import hashlib
import http.server
import random
import resource
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sample_code import java_file
from sample_packages import build, write_recipe

from peephole.training.corpus.fetch import apt_mirrors, fetch, wheel_options
from peephole.training.corpus.recipe import Artefact, Package
from peephole.training.corpus.shards import read_corpus
from peephole.training.errors import CacheError, CorpusError, SourceRefused

CONTENT = b"a tarball, as far as fetching goes" * 100
DIRECTORY = "pool/main/a/acorn"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and says nothing; a file named `cut` ends in the middle of what its header announced."""

    def log_message(self, format: str, *arguments: object) -> None:
        """No line on stderr."""

    def do_GET(self) -> None:
        """The folder's file, or half an answer."""
        if not self.path.endswith("/cut"):
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[: len(CONTENT) // 2])
        return None


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[str]:
    """A mirror on the loopback whose pool is in `tmp_path / "mirror"`."""
    (tmp_path / "mirror" / DIRECTORY).mkdir(parents=True)
    handler = functools.partial(QuietHandler, directory=str(tmp_path / "mirror"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def package(file: str, content: bytes = CONTENT, *, size: int | None = None) -> Package:
    """A Debian package of one artefact."""
    artefact = Artefact(file, size or len(content), hashlib.sha256(content).hexdigest())
    return Package("acorn", "1.0-1", "java", "train", "MIT", "debian", (artefact,), DIRECTORY)


def test_an_artefact_is_fetched_once_and_then_found(tmp_path: Path, mirror: str) -> None:
    pool, cache = tmp_path / "mirror" / DIRECTORY, tmp_path / "cache"
    (pool / "acorn_1.0+dfsg.tar.xz").write_bytes(CONTENT)
    wanted = package("acorn_1.0+dfsg.tar.xz")
    (path,) = fetch(wanted, cache, mirrors=[mirror])
    assert path.read_bytes() == CONTENT
    (pool / "acorn_1.0+dfsg.tar.xz").unlink()
    assert fetch(wanted, cache, mirrors=[]) == [path]


def test_the_next_mirror_is_asked_where_the_first_lacks_the_file(tmp_path: Path, mirror: str) -> None:
    (tmp_path / "mirror" / DIRECTORY / "a.tar").write_bytes(CONTENT)
    assert fetch(package("a.tar"), tmp_path / "cache", mirrors=[f"{mirror}/elsewhere", mirror])


def test_other_bytes_are_refused_and_leave_nothing(tmp_path: Path, mirror: str) -> None:
    (tmp_path / "mirror" / DIRECTORY / "a.tar").write_bytes(CONTENT[::-1])
    with pytest.raises(SourceRefused, match="refused"):
        fetch(package("a.tar"), tmp_path / "cache", mirrors=[mirror])
    assert list((tmp_path / "cache").iterdir()) == []


def test_more_bytes_than_pinned_are_not_even_read(tmp_path: Path, mirror: str) -> None:
    (tmp_path / "mirror" / DIRECTORY / "a.tar").write_bytes(CONTENT)
    with pytest.raises(CorpusError, match="more than the 10 bytes"):
        fetch(package("a.tar", size=10), tmp_path / "cache", mirrors=[mirror])


def test_an_interrupted_download_is_refused_and_leaves_nothing(tmp_path: Path, mirror: str) -> None:
    with pytest.raises(CorpusError):
        fetch(package("cut"), tmp_path / "cache", mirrors=[mirror])
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cached_file_with_other_bytes_is_fetched_anew(tmp_path: Path, mirror: str) -> None:
    (tmp_path / "mirror" / DIRECTORY / "a.tar").write_bytes(CONTENT)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "a.tar").write_bytes(b"half")
    (path,) = fetch(package("a.tar"), tmp_path / "cache", mirrors=[mirror])
    assert path.read_bytes() == CONTENT


def test_a_package_that_is_gone_says_so(tmp_path: Path, mirror: str) -> None:
    with pytest.raises(CorpusError, match="not on the mirror"):
        fetch(package("gone.tar"), tmp_path / "cache", mirrors=[mirror])
    with pytest.raises(CorpusError, match="--debian-mirror"):
        fetch(package("gone.tar"), tmp_path / "cache", mirrors=[])


def test_mirrors_are_read_from_both_formats_of_apt(tmp_path: Path) -> None:
    pool = "debian"
    (tmp_path / "sources.list").write_text(
        f"# deb http://old.example/{pool} stable main\n"
        f"deb [arch=amd64 signed-by=/k.gpg] http://one.example/{pool}/ stable main\n"
        "deb http://vendor.example/apt stable main\n"
        f"deb-src http://one.example/{pool} stable main\n"
    )
    (tmp_path / "sources.list.d").mkdir()
    deb822 = f"Types: deb\nURIs: https://two.example/{pool} mirror+file:/etc/list\nSuites: stable\nComponents: main\n"
    (tmp_path / "sources.list.d" / "debian.sources").write_text(deb822)
    assert apt_mirrors(tmp_path) == [f"http://one.example/{pool}", f"https://two.example/{pool}"]
    assert apt_mirrors(tmp_path / "none") == []


def test_a_compiled_wheel_is_asked_for_by_its_own_tags() -> None:
    (options,) = wheel_options("numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl")
    assert options == [
        *["--implementation", "cp", "--abi", "cp311"],
        *["--platform", "manylinux_2_27_x86_64", "--platform", "manylinux_2_28_x86_64"],
        *["--python-version", "3.11"],
    ]
    assert wheel_options("celery-5.7.0-py3-none-any.whl")[0] == []


def write_wheel(folder: Path, requires_python: str, data: bytes = b"") -> Path:
    """A wheel that pip accepts, tiny but for its data."""
    path = folder / "acorn-1.0-py3-none-any.whl"
    metadata = f"Metadata-Version: 2.1\nName: acorn\nVersion: 1.0\nRequires-Python: {requires_python}\n"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("acorn.py", "x = 1\n")
        bundle.writestr("acorn.bin", data)
        bundle.writestr("acorn-1.0.dist-info/METADATA", metadata)
        bundle.writestr("acorn-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        bundle.writestr("acorn-1.0.dist-info/RECORD", "")
    return path


def test_pip_brings_a_wheel_that_wants_a_newer_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    wheel = write_wheel(tmp_path, ">=3.14")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    pinned = Artefact(wheel.name, wheel.stat().st_size, digest)
    wanted = Package("acorn", "1.0", "python", "train", "MIT", "wheel", (pinned,))
    (path,) = fetch(wanted, tmp_path / "cache", mirrors=[])
    assert path.read_bytes() == wheel.read_bytes()


def test_pip_refuses_a_wheel_with_another_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    wheel = write_wheel(tmp_path, ">=3")
    pinned = Artefact(wheel.name, wheel.stat().st_size, "00" * 32)
    wanted = Package("acorn", "1.0", "python", "train", "MIT", "wheel", (pinned,))
    with pytest.raises(CorpusError, match="pip could not download"):
        fetch(wanted, tmp_path / "cache", mirrors=[])
    assert list((tmp_path / "cache").iterdir()) == []


@contextmanager
def disk_that_takes(size: int) -> Iterator[None]:
    """No file can be written beyond so many bytes, by this process and those that it starts, as on a full disk.

    No bytecode is written meanwhile: Python takes no notice of what such a disk cuts off there, and the module
    could not be imported any more.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        patch.setattr(sys, "dont_write_bytecode", True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_takes_no_more_is_no_missing_package_but_stops_the_build_and_the_next_goes_on(
    tmp_path: Path, mirror: str, capsys: pytest.CaptureFixture[str]
) -> None:
    large = "\n".join(f"// {number:0100d} {random.Random(number).randbytes(40).hex()}" for number in range(900))
    recipe = write_recipe(
        tmp_path,
        {"one": ("train", [java_file(1)]), "two": ("development", [java_file(2)]), "three": ("train", [large])},
    )
    (tmp_path / "cache" / "three.tar.gz").rename(tmp_path / "mirror" / "pool" / "three.tar.gz")
    options = ["--cache", tmp_path / "cache", "--debian-mirror", mirror, "--require-share", 0.01]
    with disk_that_takes(20_000):
        assert build(tmp_path / "out", recipe, *options, "--processes", 2) == 2
    said = capsys.readouterr().err
    assert f"error: cannot keep three in {tmp_path / 'cache'}: File too large; make room" in said
    assert "harvests are kept in" in said
    assert sorted(place.name for place in (tmp_path / "cache").iterdir()) == ["one.tar.gz", "two.tar.gz"]
    assert not (tmp_path / "out").exists()
    assert build(tmp_path / "out", recipe, *options) == 0
    assert "2 of 3 packages were harvested before" in capsys.readouterr().err
    assert read_corpus(tmp_path / "out")["report"]["missing"] == []


def test_a_disk_that_takes_no_more_of_what_pip_brings_is_told_apart_from_a_wheel_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    wheel = write_wheel(tmp_path, ">=3", random.Random(1).randbytes(300_000))
    pinned = Artefact(wheel.name, wheel.stat().st_size, hashlib.sha256(wheel.read_bytes()).hexdigest())
    wanted = Package("acorn", "1.0", "python", "train", "MIT", "wheel", (pinned,))
    with (
        disk_that_takes(100_000),
        pytest.raises(CacheError, match=r"cannot keep acorn in .*: File too large; make room"),
    ):
        fetch(wanted, tmp_path / "cache", mirrors=[])
    assert list((tmp_path / "cache").iterdir()) == []
    wheel.unlink()
    with pytest.raises(CorpusError, match="pip could not download"):
        fetch(wanted, tmp_path / "cache", mirrors=[])


def test_a_cache_that_cannot_be_made_is_no_missing_package_either(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder\n")
    with pytest.raises(CacheError, match=r"Not a directory; .* name another place with --cache"):
        fetch(package("a.tar"), tmp_path / "file" / "cache", mirrors=[])
