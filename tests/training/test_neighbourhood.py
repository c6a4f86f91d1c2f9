"""A file that is measured has its repository's other files beside it, and never itself."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from checkpoints import tiny_vocabulary
from sample_code import java_file

from peephole.model.library import Library
from peephole.training.neighbourhood import Neighbourhood
from peephole.training.texts import Listed, Texts, find_texts

VOCABULARY = tiny_vocabulary()
Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file below the folder."""

    def write_file(path: str, content: str) -> Path:
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
        return place

    return write_file


def beside(given: Texts, texts: Texts) -> dict[str, tuple[list[str], list[str]]]:
    """Names of the near and the far files by the name of the measured one."""
    found = Neighbourhood(given, VOCABULARY).libraries(texts)
    return {Path(text.path).name: (names(each.near), names(each.far)) for text, each in found}


def names(library: Library | None) -> list[str]:
    """Names of a library's files."""
    return [Path(path).name for path in library.paths] if library is not None else []


def test_near_are_the_folders_others_and_far_the_repositorys(write: Write, tmp_path: Path) -> None:
    for number, folder in enumerate(["one", "one", "one/in", "one/in/side", "two", "two"]):
        write(f"{folder}/F{number}.java", java_file(number))
    given = find_texts([tmp_path], "java")
    assert beside(given, given[:1]) == {"F0.java": (["F1.java"], ["F1.java", "F2.java", "F3.java"])}
    assert beside(given, given)["F5.java"] == (["F4.java"], ["F4.java"])
    assert beside(given, given)["F3.java"] == ([], ["F0.java", "F1.java", "F2.java"])


def test_files_that_are_measured_together_lack_a_fiftieth_of_the_repository_and_always_themselves(
    write: Write, tmp_path: Path
) -> None:
    for number in range(100):
        write(f"all/F{number:02}.java", f"class F{number} {{}}\n")
    given = find_texts([tmp_path], "java")
    found = beside(given, given)
    assert len(found) == 100
    for name, (near, far) in found.items():
        assert name not in near + far
        assert (len(near), len(far)) == (99, 98)


def test_a_copy_of_the_measured_file_is_in_no_library_and_read_before_by_no_compressor(
    write: Write, tmp_path: Path
) -> None:
    for path in ("r/a/A.java", "r/a/Copy.java", "r/b/Copy.java"):
        write(path, java_file(1))
    write("r/b/B.java", java_file(2))
    given = find_texts([tmp_path], "java")
    measured = Texts(each for each in given.listed if each.path == "r/a/A.java")
    assert beside(given, measured) == {"A.java": ([], ["B.java"])}
    shelf = Neighbourhood(given, VOCABULARY).shelf(measured, 10_000)
    assert (shelf.far, shelf.files) == (java_file(2).encode(), ((b"", java_file(1).encode()),))


def test_compressors_read_the_nearest_files_last_and_leave_out_the_farthest(write: Write, tmp_path: Path) -> None:
    for path in ("r/Top.java", "r/a/b/Here.java", "r/a/b/Near.java", "r/a/Above.java", "r/z/y/x/Far.java"):
        write(path, f"// {Path(path).stem}\n")
    around = Neighbourhood(given := find_texts([tmp_path], "java"), VOCABULARY)
    here = Texts(each for each in given.listed if each.path.endswith("Here.java"))
    whole = around.shelf(here, 1_000)
    assert whole.far == b"// Far\n// Top\n// Above\n"
    assert whole.files == ((b"// Near\n", b"// Here\n"),)
    assert around.shelf(here, 20).far == b"// Top\n// Above\n"
    assert [len(each) for each in around.folders(given)] == [1, 1, 2, 1]


def test_a_repository_is_the_nearest_checkout_else_the_first_folder(write: Write, tmp_path: Path) -> None:
    for path in ("plain/deep/A.java", "group/mine/src/B.java", "group/C.java", "D.java"):
        write(path, java_file(1))
    (tmp_path / "group/mine/.git").mkdir()
    found = {
        Path(t.path).name: Path(t.repository).relative_to(tmp_path).as_posix() for t in find_texts([tmp_path], "java")
    }
    assert found == {"A.java": "plain", "B.java": "group/mine", "C.java": "group", "D.java": "."}


def test_a_checkout_or_a_file_in_one_is_of_that_repository(write: Write, tmp_path: Path) -> None:
    file = write("mine/src/A.java", java_file(1))
    subprocess.run(["git", "-C", str(tmp_path / "mine"), "init", "-q"], check=True)
    subprocess.run(["git", "-C", str(tmp_path / "mine"), "add", "."], check=True)
    (tracked,), (named,) = find_texts([tmp_path / "mine"], "java"), find_texts([file], "java")
    assert tracked.repository == named.repository == str(tmp_path / "mine")
    assert tracked.place == named.place


def test_a_file_of_any_language_can_be_named_by_itself(write: Write) -> None:
    (named,) = find_texts([write("r/A.kt", "class A\n")], "kotlin")
    assert named.path == "A.kt"


def test_a_file_that_is_named_twice_is_measured_once(write: Write, tmp_path: Path) -> None:
    file = write("r/A.java", java_file(1))
    write("r/B.java", java_file(2))
    assert len(find_texts([file, tmp_path, tmp_path / "r"], "java")) == 2


def test_what_the_libraries_will_hold_is_known_before_they_are_built(write: Write, tmp_path: Path) -> None:
    for number in range(100):
        write(f"all/f{number % 4}/F{number:02}.java", java_file(number))
    write("other/Alone.java", java_file(1))
    given = find_texts([tmp_path], "java", limit_bytes=50_000)
    around = Neighbourhood(find_texts([tmp_path], "java"), VOCABULARY)
    built = {
        id(each): each for _, both in around.libraries(given) for each in (both.near, both.far) if each is not None
    }
    assert around.bytes_to_shelve(given) == pytest.approx(sum(each.characters for each in built.values()), rel=0.1)


def test_a_file_is_read_once_for_all_the_libraries_that_hold_it(write: Write, tmp_path: Path) -> None:
    for number in range(12):
        write(f"r{number % 2}/F{number:02}.java", java_file(number))
    reads: list[str] = []

    def counted(listed: Listed) -> Listed:
        def content() -> bytes:
            reads.append(listed.path)
            return listed.content()

        return replace(listed, content=content)

    given = Texts(counted(listed) for listed in find_texts([tmp_path], "java").listed)
    beside(given, given)
    assert sorted(reads) == sorted(listed.path for listed in given.listed)
