"""Folders, checkouts and archives give the same files; nothing outside them, nothing untracked."""

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_code import java_file, python_file

from peephole.training.corpus import sources
from peephole.training.corpus.sources import checkout_version, is_checkout, read_source
from peephole.training.errors import CorpusError

FILES = {"src/A.java": java_file(1), "src/deep/b.py": python_file(2), "README.md": "no code\n"}
BOTH = ("java", "python")


def read(path: Path, languages: tuple[str, ...] = BOTH) -> dict[str, str]:
    """Paths and texts of a source."""
    return {f.path: f.content.decode() for f in read_source(path, languages) if f.content is not None}


def write_folder(folder: Path) -> Path:
    """The sample files in a folder."""
    for name, text in FILES.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder


def git(folder: Path, *arguments: str) -> None:
    """Run git with an author and without the person's own settings."""
    who = {f"GIT_{role}_{key}": "t@example.com" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, env=os.environ | who | settings
    )


CODE = {name: text for name, text in FILES.items() if not name.endswith(".md")}


def test_a_folder_gives_its_source_files_of_the_language(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    assert read(folder) == CODE
    assert list(read(folder, ("java",))) == ["src/A.java"]


def test_links_and_hidden_folders_are_not_followed(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "inside")
    outside = write_folder(tmp_path / "outside")
    (folder / "link").symlink_to(outside, target_is_directory=True)
    (folder / "Link.java").symlink_to(outside / "src" / "A.java")
    write_folder(folder / ".cache")
    assert read(folder) == CODE


def test_a_checkout_gives_tracked_files_alone(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write_folder(tmp_path)
    git(tmp_path, "add", "-A")
    (tmp_path / ".gitignore").write_text("Ignored.java\n")
    (tmp_path / "Ignored.java").write_text(java_file(3))
    (tmp_path / "Untracked.java").write_text(java_file(4))
    assert checkout_version(tmp_path) == ""
    git(tmp_path, "commit", "-q", "-m", "first")
    assert is_checkout(tmp_path)
    assert read(tmp_path) == CODE
    assert len(checkout_version(tmp_path)) == 40


def test_a_checkout_cannot_have_a_program_run(tmp_path: Path) -> None:
    program, trace = tmp_path / "program", tmp_path / "ran"
    program.write_text(f"#!/bin/sh\ntouch '{trace}'\n")
    program.chmod(0o755)
    folder = write_folder(tmp_path / "mine")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "config", "core.fsmonitor", str(program))
    assert read(folder) == CODE
    assert not trace.exists()


def test_a_checkout_deep_in_a_plain_folder_gives_tracked_files_alone(tmp_path: Path) -> None:
    inner = tmp_path / "work" / "mine"
    inner.mkdir(parents=True)
    git(inner, "init", "-q")
    write_folder(inner)
    git(inner, "add", "-A")
    (inner / "Untracked.java").write_text(java_file(3))
    write_folder(tmp_path / "work" / "plain")
    (tmp_path / "work" / "plain" / ".git").mkdir()  # has the name only
    places = [f"work/{name}/{path}" for name in ("mine", "plain") for path in CODE]
    assert sorted(read(tmp_path)) == sorted(places)


def test_a_tracked_file_that_was_deleted_is_passed_over(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write_folder(tmp_path)
    git(tmp_path, "add", "-A")
    (tmp_path / "src" / "A.java").unlink()
    assert list(read(tmp_path)) == ["src/deep/b.py"]


@pytest.mark.parametrize("ending", [".tar.gz", ".tar.xz", ".tar", ".zip", ".whl"])
def test_an_archive_gives_what_the_folder_gives(tmp_path: Path, ending: str) -> None:
    folder = write_folder(tmp_path / "folder")
    archive = tmp_path / f"pack{ending}"
    if ending in (".zip", ".whl"):
        with zipfile.ZipFile(archive, "w") as bundle:
            for name in FILES:
                bundle.write(folder / name, name)
    else:
        with tarfile.open(archive, f"w:{ending.removeprefix('.tar').lstrip('.')}") as tar:
            tar.add(folder, ".")
    assert {os.path.normpath(name): text for name, text in read(archive).items()} == CODE


def test_members_that_point_outside_are_passed_over(tmp_path: Path) -> None:
    archive = tmp_path / "evil.tar"
    with tarfile.open(archive, "w") as tar:
        for name in ("../Up.java", "/Root.java", "a/../../B.java", "fine/C.java"):
            content = java_file(1).encode()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("Link.java")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    assert list(read(archive)) == ["fine/C.java"]


def test_a_huge_member_is_counted_but_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGEST_READ", 100)
    archive = tmp_path / "pack.zip"
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("Big.java", "x" * 101)
    (file,) = read_source(archive, ("java",))
    assert (file.size, file.content) == (101, None)


@pytest.mark.parametrize("ending", [".tar.xz", ".tar.gz", ".zip"])
def test_an_archive_that_was_cut_short_is_an_error_with_its_name(tmp_path: Path, ending: str) -> None:
    folder = write_folder(tmp_path / "folder")
    for number in range(40):
        (folder / f"More{number}.java").write_text(java_file(number))
    whole = tmp_path / f"whole{ending}"
    if ending == ".zip":
        with zipfile.ZipFile(whole, "w") as bundle:
            for path in folder.rglob("*.java"):
                bundle.write(path)
    else:
        with tarfile.open(whole, f"w:{ending.removeprefix('.tar.')}") as tar:
            tar.add(folder, ".")
    cut = tmp_path / f"cut{ending}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(CorpusError, match="cut"):
        read(cut)


def flag_members(archive: Path, *, flag: int = 0, method: int | None = None) -> None:
    """Change what a zip's headers say about its first member: general-purpose flags, compression method."""
    data = bytearray(archive.read_bytes())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = data.index(signature) + offset
        data[start] |= flag
        if method is not None:
            data[start + 2 : start + 4] = method.to_bytes(2, "little")
    archive.write_bytes(data)


@pytest.mark.parametrize(("flag", "method", "named"), [(1, None, "encrypted"), (0, 9, "compression")])
def test_a_zip_that_is_encrypted_or_packed_in_an_unknown_way_is_an_error_with_its_name(
    tmp_path: Path, flag: int, method: int | None, named: str
) -> None:
    archive = tmp_path / "odd.zip"
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("A.java", java_file(1))
    flag_members(archive, flag=flag, method=method)
    with pytest.raises(CorpusError, match=f"odd.zip.*{named}"):
        read(archive)


def test_a_zip_whose_names_are_not_the_utf8_they_claim_to_be_is_an_error(tmp_path: Path) -> None:
    archive = tmp_path / "odd.zip"
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("é.java", java_file(1))
    archive.write_bytes(archive.read_bytes().replace("é".encode(), b"\xe9\xe9"))
    with pytest.raises(CorpusError, match=r"odd\.zip"):
        read(archive)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user of the machine may enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        for path in [folder / "shut", *folder.glob("*.java")]:
            path.chmod(0o755)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Nobody's rights for a while, where the tests are run by the superuser, who may read everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX permissions")
@pytest.mark.parametrize("name", ["shut", "Shut.java"])
def test_what_may_not_be_read_is_an_error_with_its_name(open_folder: Path, name: str) -> None:
    (open_folder / "shut").mkdir()
    (open_folder / "Shut.java").write_text(java_file(1))
    (open_folder / name).chmod(0)
    with without_privileges(), pytest.raises(CorpusError, match=f"cannot read .*{name}: Permission denied"):
        read(open_folder)


def test_a_tracked_name_that_the_system_cannot_hold_is_an_error(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "update-index", "--add", "--cacheinfo", f"100644,{'1' * 40},{'x' * 300}.java")
    with pytest.raises(CorpusError, match="cannot read"):
        read(tmp_path)


@pytest.mark.parametrize("ending", ["gz", "xz", "bz2"])
def test_a_tarball_cut_anywhere_is_an_error_or_gives_all_files(tmp_path: Path, ending: str) -> None:
    whole, cut = tmp_path / f"whole.tar.{ending}", tmp_path / f"cut.tar.{ending}"
    with tarfile.open(whole, f"w:{ending}") as tar:
        tar.add(write_folder(tmp_path / "folder"), ".")
    expected, content = read(whole), whole.read_bytes()
    for length in range(len(content) - 1, 0, -9):
        cut.write_bytes(content[:length])
        with suppress(CorpusError):
            assert read(cut) == expected


def test_anything_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    with pytest.raises(CorpusError, match="neither a folder nor an archive"):
        read(tmp_path / "notes.pdf")


def test_what_gitignore_files_name_is_left_out_of_a_plain_folder(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    for name in ("build/Made.java", "src/deep/build/Made.java", "src/Kept.java", "src/deep/Kept.java", "src/local.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(java_file(9))
    (folder / ".gitignore").write_bytes(b"\xef\xbb\xbf/build/\r\n# words\nKept.java\n\xff\n[\n")
    (folder / "src" / ".gitignore").write_text("!Kept.java\n/local.py\nbuild\n")
    assert sorted(read(folder)) == sorted([*CODE, "src/Kept.java", "src/deep/Kept.java"])


def test_what_a_linked_gitignore_says_does_not_count(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "inside")
    (tmp_path / "rules").write_text("*.java\n")
    (folder / ".gitignore").symlink_to(tmp_path / "rules")
    assert read(folder) == CODE


def git_would_keep(folder: Path) -> list[str]:
    """What git itself would take of a folder, if it were a repository."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    kept = [name for name in sources.tracked_files(folder) if name.endswith((".java", ".py"))]
    shutil.rmtree(folder / ".git")
    return kept


FOLDERS, FILES_OF_CODE = st.sampled_from(["a", "b"]), st.sampled_from(["A.java", "B.java", "c.py", "A.java/B.java"])
PATHS = st.builds(lambda above, name: "/".join([*above, name]), st.lists(FOLDERS, max_size=3), FILES_OF_CODE)
SHUT_OUT = st.builds(
    lambda start, path, end: start + path + end,
    st.sampled_from(["", "/", "**/"]),
    st.one_of(PATHS, FOLDERS, st.sampled_from(["*.java", "a/*", "?.py", "[ab]", "a/**/B.java"])),
    st.sampled_from(["", "", "/"]),
)
LET_IN = st.builds("!{}".format, st.one_of(PATHS, FOLDERS, st.sampled_from(["*.java", "/A.java", "[A-B].java", "*/"])))
# `a/**/` is left out: for pathspec it names files too, so more is shut out.
RULES = st.one_of(SHUT_OUT, LET_IN, st.sampled_from(["a/**", "*/", "/*", "*"]))


@given(st.lists(PATHS, min_size=1, max_size=6), st.lists(RULES, max_size=4), st.lists(RULES, max_size=3))
@settings(max_examples=25, deadline=None)
def test_a_plain_folder_gives_what_git_would_take_of_it(paths: list[str], rules: list[str], deeper: list[str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for path in paths:
            with suppress(OSError):  # one has a folder where another has a file
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text("x = 1\n")
        for place_of, lines in ((folder, rules), (folder / "a", deeper)):
            if place_of.is_dir():
                (place_of / ".gitignore").write_text("\n".join(lines) + "\n")
        found = sorted(read(folder))
        assert found == git_would_keep(folder)
