"""The workspace's source files: what is found, and all that is not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from walking import shown, write

from peephole.server.exclusion import Excluded, excluding_pattern
from peephole.server.settings import SECRETS
from peephole.server.workspace import walk
from peephole.server.workspace.ignoring import Ignoring, parse
from peephole.server.workspace.reading import LARGEST_BYTES, LONGEST_LINE, read_bytes, read_text
from peephole.server.workspace.walk import DEEPEST, LONGEST_PATH, SKIPPED_FOLDERS, SourceFile, source_files

NOTHING = Excluded.by(())


def test_source_files_are_found_the_nearest_to_the_root_first(tmp_path: Path) -> None:
    write(tmp_path, "b/c/Deep.java", "b/near.py", "Top.JAVA", "notes.txt", "Makefile")
    found = list(source_files(os.path.realpath(tmp_path), NOTHING))
    assert [(file.shown, file.language) for file in found] == [
        ("Top.JAVA", "java"),
        ("b/near.py", "python"),
        ("b/c/Deep.java", "java"),
    ]
    assert [Path(file.path).read_text() for file in found] == ["x = 1\n"] * 3


def test_hidden_and_made_folders_are_not_searched(tmp_path: Path) -> None:
    write(tmp_path, ".hidden/a.py", ".b.py", "src/ok.py", *(f"src/{name}/a.py" for name in SKIPPED_FOLDERS))
    assert shown(tmp_path) == ["src/ok.py"]


def test_the_settings_patterns_shut_out_names_folders_and_whole_paths(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "secrets.py", "Vault/a.py", "gen/a.py", "gen/b.py")
    assert shown(tmp_path, "secrets.*", "vault", "*/gen/a.*") == ["a.py", "gen/b.py"]


def test_a_workspace_that_lies_in_an_excluded_folder_has_no_files(tmp_path: Path) -> None:
    write(tmp_path, ".ssh/project/a.py")
    assert shown(tmp_path / ".ssh/project", *SECRETS) == []


@pytest.mark.parametrize("path", ["/w/.env.py", "/w/id_rsa.py", "/w/a.py", "/w/secrets/a.py", "/w/Credentials.Java"])
def test_the_walk_excludes_what_is_excluded_of_open_documents(path: str) -> None:
    assert Excluded.by(SECRETS).path(path) == (excluding_pattern(f"file://{path}", SECRETS) is not None)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_are_not_followed_neither_out_of_the_workspace_nor_in_circles(tmp_path: Path) -> None:
    write(tmp_path, "outside/secret.py", "w/a.py")
    (tmp_path / "w/linked").symlink_to(tmp_path / "outside", target_is_directory=True)
    (tmp_path / "w/linked.py").symlink_to(tmp_path / "outside/secret.py")
    (tmp_path / "w/again").symlink_to(tmp_path / "w", target_is_directory=True)
    assert shown(tmp_path / "w") == ["a.py"]
    assert read_bytes(str(tmp_path / "w/linked.py"), 100) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_that_took_a_files_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    assert shown(tmp_path) == []
    assert read_text(str(tmp_path / "a.py")) is None


def test_what_git_ignores_is_not_found(tmp_path: Path) -> None:
    write(tmp_path, "made.py", "kept/made.py", "out2/a.py", "deep/out2/b.py", "deep/only/c.py", "deep/d.py")
    (tmp_path / ".gitignore").write_text("# made\nmade.py\n!kept/made.py\n/out2/\n")
    (tmp_path / "deep/.gitignore").write_text("only\n!d.py\n")
    assert shown(tmp_path) == ["deep/d.py", "kept/made.py", "deep/out2/b.py"]


def test_an_inner_file_has_the_last_word_as_in_git(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "in/a.py", "in/b.py")
    (tmp_path / ".gitignore").write_text("a.py\n")
    (tmp_path / "in/.gitignore").write_text("!a.py\nb.py\n")
    assert shown(tmp_path) == ["in/a.py"]


def test_a_folder_of_a_repository_is_ruled_from_above_up_to_the_repositorys_root(tmp_path: Path) -> None:
    write(tmp_path, "repo/part/a.py", "repo/part/b.py")
    (tmp_path / ".gitignore").write_text("b.py\n")
    (tmp_path / "repo/.gitignore").write_text("a.py\n")
    assert shown(tmp_path / "repo/part") == ["a.py", "b.py"], "that is no repository"
    (tmp_path / "repo/.git").mkdir()
    assert shown(tmp_path / "repo/part") == ["b.py"]


def test_lines_that_are_no_patterns_are_passed_over() -> None:
    rules = parse(["", "# note", "\\", "!", "x.py"])
    assert rules is not None
    assert [bool(rules.check_file(name).include) for name in ("x.py", "note")] == [True, False]
    assert parse(["", "# note"]) is None


def test_without_rules_nothing_is_shut_out() -> None:
    assert not Ignoring().shuts_out("/w/a.py", is_folder=False)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\xef\xbb\xbfa\r\nb\rc\n", "a\nb\nc\n"),
        (b"", ""),
        (b"caf\xe9", None),
        (b"x" * LONGEST_LINE + b"\n", "x" * LONGEST_LINE + "\n"),
        (b"x" * (LONGEST_LINE + 1), None),
        (b"x\n" * (LARGEST_BYTES // 2), "x\n" * (LARGEST_BYTES // 2)),
        (b"x\n" * (LARGEST_BYTES // 2) + b"x", None),
    ],
)
def test_a_text_is_read_as_a_document_is_unless_no_person_wrote_it(
    tmp_path: Path, raw: bytes, text: str | None
) -> None:
    (tmp_path / "a.py").write_bytes(raw)
    assert read_text(str(tmp_path / "a.py")) == text


def test_what_is_too_large_is_not_even_found(tmp_path: Path) -> None:
    write(tmp_path, "large.py", text="x\n" * (LARGEST_BYTES // 2) + "x")
    assert shown(tmp_path) == []


def test_a_walk_can_be_ended_before_every_file_and_folder(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "b.py", "in/c.py")
    calls: list[int] = []

    def pause() -> None:
        calls.append(1)
        if len(calls) == most:
            raise InterruptedError

    for most, seen in ((1, 0), (3, 1), (4, 2), (5, 2), (6, 2)):
        calls.clear()
        found: list[SourceFile] = []
        with pytest.raises(InterruptedError):
            found.extend(source_files(os.path.realpath(tmp_path), NOTHING, pause=pause))
        assert (len(calls), len(found)) == (most, seen)


def test_a_walk_ends_at_a_depth_that_nobody_nests(tmp_path: Path) -> None:
    deep = DEEPEST - len(Path(os.path.realpath(tmp_path)).parts)
    write(tmp_path, "a/" * (deep - 1) + "kept.py", "a/" * deep + "lost.py")
    assert shown(tmp_path) == ["a/" * (deep - 1) + "kept.py"]


def test_a_path_that_nobody_types_is_not_found(tmp_path: Path) -> None:
    names = ["a" * 200] * 4
    root = Path(os.path.realpath(tmp_path))
    left = LONGEST_PATH - len(str(root.joinpath(*names, ".py")))
    write(tmp_path, *("/".join([*names, "a" * length + ".py"]) for length in (left, left + 1)))
    assert [len(str(root / each)) for each in shown(tmp_path)] == [LONGEST_PATH]


def test_beyond_so_many_rules_no_folder_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.py", "b/b.py", "c/c.py")
    for folder in ("", "b", "c"):
        (tmp_path / folder / ".gitignore").write_text("x\ny\n")
    monkeypatch.setattr(walk, "MOST_RULES", 5)
    assert shown(tmp_path) == ["a.py", "b/b.py"]


def test_so_many_files_are_found_the_nearest_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "in/a.py", "b.py", "c.py", "in/d.py")
    monkeypatch.setattr(walk, "MOST_FILES", 3)
    assert shown(tmp_path) == ["b.py", "c.py", "in/a.py"]


def test_an_empty_file_is_not_found(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    write(tmp_path, "__init__.py", text="")
    assert shown(tmp_path) == ["a.py"]


class Closed:
    """An entry of a folder that may not even be asked what it is, as some shared disks have them."""

    def __init__(self, path: str) -> None:
        self.path, self.name = path, Path(path).name

    def is_dir(self, **_: bool) -> bool:
        raise PermissionError(self.path)

    def is_file(self, **_: bool) -> bool:
        raise PermissionError(self.path)


def test_what_may_not_be_looked_at_is_as_if_it_were_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.py", "b.py", "in/c.py")
    scan = os.scandir

    @contextmanager
    def closing(folder: str) -> Iterator[list[Any]]:
        with scan(folder) as entries:
            yield [Closed(each.path) if each.name == "a.py" else each for each in entries]

    monkeypatch.setattr(os, "scandir", closing)
    assert shown(tmp_path) == ["b.py", "in/c.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_file_that_took_the_place_of_the_one_seen_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, "w/in/a.py", "other/a.py")
    (seen,) = source_files(os.path.realpath(tmp_path / "w"), NOTHING)
    assert read_text(seen.path, seen.stamp) == "x = 1\n"
    (tmp_path / "w/in").rename(tmp_path / "w/was")
    (tmp_path / "w/in").symlink_to(tmp_path / "other", target_is_directory=True)
    assert read_text(seen.path) == "x = 1\n"
    assert read_text(seen.path, seen.stamp) is None


def test_only_files_of_the_wanted_languages_are_found(tmp_path: Path) -> None:
    for name in ("a.py", "b.kt", "c.KTS", "d.txt", "e"):
        (tmp_path / name).write_text("x = 1\n")
    folder = os.path.realpath(tmp_path)
    assert [file.shown for file in source_files(folder, NOTHING)] == ["a.py"]
    found = source_files(folder, NOTHING, languages=["kotlin"])
    assert [(file.shown, file.language) for file in found] == [("b.kt", "kotlin"), ("c.KTS", "kotlin")]
