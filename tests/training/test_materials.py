"""What is named on the command line becomes packages: a project is one, a folder of projects is many."""

import json
import zipfile
from pathlib import Path

import pytest
from sample_code import java_file

from peephole.training.corpus.materials import find_packages, list_materials
from peephole.training.corpus.recipe import LANGUAGES
from peephole.training.errors import CorpusError

ARTEFACT = {"file": "acorn.tar.gz", "bytes": 10, "sha256": "ab" * 32}
ACORN = {"package": "acorn", "version": "1", "language": "java", "split": "development", "licence": "MIT"}


def write_archive(path: Path) -> Path:
    """A zip of one Java file."""
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("A.java", java_file(1))
    return path


def write_checkout(folder: Path) -> Path:
    """A folder that is the top of a checkout, as far as its name for it says."""
    (folder / ".git").mkdir(parents=True)
    return folder


def test_a_project_with_an_archive_beside_its_code_is_one_package(tmp_path: Path) -> None:
    write_archive(tmp_path / "library.jar")
    (tmp_path / "src").mkdir()
    (tmp_path / "Main.java").write_text(java_file(1))
    assert find_packages(tmp_path, LANGUAGES) == [tmp_path]


def test_a_folder_of_archives_checkouts_and_folders_is_as_many_packages(tmp_path: Path) -> None:
    found = [write_checkout(tmp_path / "a"), write_archive(tmp_path / "b.zip"), tmp_path / "c"]
    (tmp_path / "c").mkdir()
    (tmp_path / "README").write_text("what these are\n")
    assert find_packages(tmp_path, LANGUAGES) == found


def test_a_child_without_code_is_not_taken_for_the_text_to_measure_on(tmp_path: Path) -> None:
    for name in ("code", "docs", "notes"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "README").write_text("what this is\n")
    (tmp_path / "code" / "A.java").write_text(java_file(1))
    write_archive(tmp_path / "b.zip")
    materials = list_materials([tmp_path], ("java",), development_share=0.1, seed=1)
    assert sorted(material.name for material in materials) == ["b.zip", "code"]
    assert sorted(material.split for material in materials) == ["development", "train"]


def test_hidden_children_are_no_packages(tmp_path: Path) -> None:
    (tmp_path / ".cache").mkdir()
    write_archive(tmp_path / ".part.zip")
    write_checkout(tmp_path / ".dotfiles")
    assert find_packages(tmp_path, LANGUAGES) == [tmp_path]
    shown = write_archive(tmp_path / "b.zip")
    assert find_packages(tmp_path, LANGUAGES) == [shown]


def test_loose_code_beside_checkouts_is_refused_rather_than_dropped(tmp_path: Path) -> None:
    write_checkout(tmp_path / "a")
    (tmp_path / "script.py").write_text("x = 1\n")
    with pytest.raises(CorpusError, match="one by one"):
        find_packages(tmp_path, LANGUAGES)


def test_a_folder_with_the_name_of_a_recipes_package_is_kept_apart_from_it(tmp_path: Path) -> None:
    recipe = tmp_path / "r.json"
    package = {**ACORN, "source": "debian", "directory": "pool", "artefacts": [ARTEFACT]}
    recipe.write_text(json.dumps({"format": 1, "name": "r", "packages": [package]}))
    (tmp_path / "acorn").mkdir()
    materials = list_materials([recipe, tmp_path / "acorn"], ("java",), development_share=0, seed=1)
    assert [material.name for material in materials] == ["acorn", "acorn~2"]
