"""`--memory` on the command line: what a file is read beside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from asking import SURE
from checkpoints import tiny_vocabulary, trusting_gate, write_bigram_checkpoint
from commanding import peephole

from peephole.model.library import Library
from peephole.model.predictor import Predictor
from peephole.server.commands.check import group_of
from peephole.server.commands.options import read_source
from peephole.server.commands.remembering import Remembering, project_of

NAME = "zwq_gylfou"
"""No letter comes twice: see tests/e2e/test_workspace.py."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the name in one file, and half of it in another, in a folder below."""
    (tmp_path / "src").mkdir()
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "names.py").write_text(f"\n{NAME}\n")
    (tmp_path / "src/main.py").write_text("\nzwq_g")
    return tmp_path


def paths(library: Library | None) -> list[str]:
    """The files of a library; none of none."""
    return [] if library is None else list(library.paths)


def best(project: Path, model: Path, *options: str) -> Any:
    """The first candidate at the end of the half-typed name."""
    file = project / "src/main.py"
    result = peephole("complete", file, "--line", 2, "--column", 6, "--json", "--model", model, *options)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["candidates"][0]


def test_the_files_of_the_project_are_remembered_and_named(project: Path, remembering_folder: Path) -> None:
    candidate = best(project, remembering_folder)
    assert candidate["text"] == NAME
    assert candidate["source"] == {"path": "names.py", "line": 2, "characters": 6}
    assert candidate["network_probability"] < 0.01 < candidate["probability"]
    file = project / "src/main.py"
    shown = peephole("complete", file, "--line", 2, "--column", 6, "--model", remembering_folder).stdout
    assert shown.splitlines()[0].endswith(f"%  {NAME}  (identifier)  as in names.py:2")


@pytest.mark.parametrize("memory", ["document", "none"])
def test_other_files_need_not_be_remembered(project: Path, remembering_folder: Path, memory: str) -> None:
    candidate = best(project, remembering_folder, "--memory", memory)
    assert candidate["text"] != NAME
    assert candidate["source"] is None


def test_without_memory_the_network_speaks_alone(project: Path, remembering_folder: Path, words_folder: Path) -> None:
    alone = best(project, remembering_folder, "--memory", "none")
    assert alone["probability"] == pytest.approx(alone["network_probability"])
    assert alone == best(project, words_folder)


def test_a_file_is_read_beside_its_project_without_itself(project: Path, remembering: Predictor) -> None:
    def beside(path: Path) -> tuple[list[str], list[str]]:
        libraries = one_after_another.libraries(read_source(path))
        return paths(libraries.near), paths(libraries.far)

    one_after_another = Remembering(remembering, "workspace")
    assert beside(project / "src/main.py") == ([], ["names.py"])
    assert beside(project / "names.py") == ([], ["src/main.py"])
    (project / "src/main.py").write_text("import names\n")
    assert beside(project / "src/main.py") == (["names.py"], ["names.py"])


def test_files_apart_are_looked_up_only_where_they_are_near(project: Path, remembering: Predictor) -> None:
    (project / "src/other.py").write_text("one\n")
    both = [project / "src/main.py", project / "src/other.py"]
    one_after_another = Remembering(remembering, "workspace")
    first, second = (one_after_another.libraries(read_source(path), both) for path in both)
    assert first.far is second.far
    assert (paths(first.near), paths(first.far)) == (["src/other.py"], ["names.py"])


def test_few_files_have_a_library_of_the_others_each_and_many_share_fifty() -> None:
    names = [Path(f"{number}.py") for number in range(120)]
    assert [group_of(number, names[:99]) for number in (0, 98)] == [names[:1], names[98:99]]
    groups = [group_of(number, names) for number in range(120)]
    assert all(name in group for name, group in zip(names, groups, strict=True))
    assert len({tuple(group) for group in groups}) == 60


def test_a_project_is_the_nearest_folder_above_that_looks_like_one(project: Path) -> None:
    assert project_of(project / "src/main.py") == project
    (project / "src/pom.xml").write_text("")
    assert project_of(project / "src/main.py") == project / "src"


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in no project."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    if any((above / ".git").exists() for above in home.parents):
        pytest.skip("the tests' own folder lies in a repository")
    return home


def test_a_file_in_no_project_has_just_the_files_of_its_folder_around_it(nowhere: Path, remembering: Predictor) -> None:
    (nowhere / "below").mkdir()
    for name in ("a.py", "b.py", "below/c.py"):
        (nowhere / name).write_text("one\n")
    assert project_of(nowhere / "a.py") is None
    one_after_another = Remembering(remembering, "workspace")
    assert paths(one_after_another.libraries(read_source(nowhere / "a.py")).far) == ["b.py"]
    (nowhere / "below/pom.xml").write_text("")
    assert paths(one_after_another.libraries(read_source(nowhere / "below/c.py")).far) == []


def test_neither_the_home_folder_nor_what_lies_above_it_is_a_project(nowhere: Path) -> None:
    (nowhere / "work").mkdir()
    for folder in (nowhere, nowhere.parent):
        (folder / ".git").mkdir()
    assert project_of(nowhere / "work/a.py") is None
    (nowhere / "work/.git").mkdir()
    assert project_of(nowhere / "work/a.py") == nowhere / "work"


def test_what_is_known_from_another_file_is_no_finding(project: Path, sure_folder: Path, tmp_path: Path) -> None:
    gate = trusting_gate(len(tiny_vocabulary()), nats=20)
    believing = write_bigram_checkpoint(tmp_path / "model", SURE, gate=gate).folder
    (project / "src/main.py").write_text("\n vuz();\n")
    (project / "names.py").write_text("\n vuz();\n")
    file = project / "src/main.py"
    assert peephole("check", file, "--model", sure_folder).returncode == 1
    assert peephole("check", file, "--model", believing, "--memory", "none").returncode == 1
    assert peephole("check", file, "--model", believing).returncode == 0


def test_look_tells_what_the_memory_saves(project: Path, remembering_folder: Path) -> None:
    (project / "src/main.py").write_text(f"\n{NAME}\n")

    def summary(*options: str) -> str:
        result = peephole("look", project / "src/main.py", "--model", remembering_folder, *options)
        return result.stdout.splitlines()[-1]

    together, alone = (float(part.split()[0]) for part in summary("--memory", "workspace").split(", "))
    assert together < alone / 2
    assert summary("--lines", "1:2", "--memory", "workspace").endswith(" without memory")
    assert summary("--memory", "none").startswith("surprisal: ")
