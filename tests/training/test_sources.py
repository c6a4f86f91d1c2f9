"""Folders, checkouts and archives give the same files; nothing outside them, nothing untracked."""

import io
import os
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
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


def test_anything_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    with pytest.raises(CorpusError, match="neither a folder nor an archive"):
        read(tmp_path / "notes.pdf")
