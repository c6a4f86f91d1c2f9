"""A recipe is checked field by field, and the shipped one keeps its promises."""

import json
from collections import Counter
from pathlib import Path

import pytest

from peephole.training.corpus.materials import list_materials
from peephole.training.corpus.recipe import load_recipe, refuse_repeats, shipped_recipe
from peephole.training.errors import CorpusError

GATE_RECIPE = shipped_recipe().with_name("gate.json")
ARTICLE_RECIPES = {language: shipped_recipe().with_name(f"article-{language}.json") for language in ("java", "python")}

PACKAGE = {
    "package": "acorn",
    "version": "1.0-1",
    "language": "java",
    "split": "train",
    "licence": "MIT",
    "source": "debian",
    "directory": "pool/main/a/acorn",
    "artefacts": [{"file": "acorn_1.0.orig.tar.xz", "bytes": 10, "sha256": "ab" * 32}],
}


def write(path: Path, value: object) -> Path:
    """A recipe file."""
    path.write_text(json.dumps(value))
    return path


def artefact(**changes: object) -> dict[str, object]:
    """A package whose artefact differs."""
    return {**PACKAGE, "artefacts": [{"file": "a.tar.xz", "bytes": 10, "sha256": "ab" * 32, **changes}]}


@pytest.mark.parametrize(
    ("package", "named"),
    [
        ({**PACKAGE, "package": "../acorn"}, "plain name"),
        ({**PACKAGE, "language": "cobol"}, "`language`"),
        ({**PACKAGE, "split": "test"}, "`split`"),
        ({**PACKAGE, "licence": ""}, "`licence`"),
        ({**PACKAGE, "source": "mail"}, "`source`"),
        ({**PACKAGE, "directory": None}, "`directory`"),
        ({**PACKAGE, "artefacts": []}, "`artefacts`"),
        ({**PACKAGE, "version": "1.0\n--index-url=http://evil.example"}, "`version`"),
        ({**PACKAGE, "version": "1.0 --hash=sha256:00"}, "`version`"),
        ({**PACKAGE, "version": "1.0\n"}, "`version`"),
        ({**PACKAGE, "package": "acorn\n"}, "plain name"),
        ({**PACKAGE, "directory": "pool/../../secret"}, "`directory`"),
        ({**PACKAGE, "directory": "pool/main /a"}, "`directory`"),
        ({**PACKAGE, "directory": "/pool/main"}, "`directory`"),
        ({**PACKAGE, "source": "wheel"}, "`file`"),
        ({**artefact(file="acorn-any.whl"), "source": "wheel"}, "`file`"),
        (artefact(file="../a.tar.xz"), "plain name"),
        (artefact(file=".hidden"), "plain name"),
        (artefact(bytes=0), "`bytes`"),
        (artefact(sha256="AB" * 32), "`sha256`"),
        ("acorn", "object"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, package: object, named: str) -> None:
    recipe = write(tmp_path / "r.json", {"format": 1, "name": "r", "packages": [package]})
    with pytest.raises(CorpusError, match=named):
        load_recipe(recipe)


@pytest.mark.parametrize("value", [[], {"format": 2}, {"format": 1, "packages": []}])
def test_what_is_no_recipe_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(CorpusError, match="recipe"):
        load_recipe(write(tmp_path / "r.json", value))


def test_a_recipe_that_is_missing_or_no_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot read"):
        load_recipe(tmp_path / "none.json")
    (tmp_path / "r.json").write_text("{")
    with pytest.raises(CorpusError, match="not JSON"):
        load_recipe(tmp_path / "r.json")


@pytest.mark.parametrize(
    "again",
    [{**PACKAGE, "split": "development"}, {**PACKAGE, "package": "Acorn", "version": "2"}],
)
def test_a_package_that_comes_twice_is_refused(tmp_path: Path, again: dict[str, object]) -> None:
    recipe = write(tmp_path / "r.json", {"format": 1, "name": "r", "packages": [PACKAGE, again]})
    with pytest.raises(CorpusError, match="is named twice"):
        load_recipe(recipe)


def test_two_recipes_with_the_same_package_are_refused(tmp_path: Path) -> None:
    paths = [
        write(tmp_path / f"{split}.json", {"format": 1, "name": "r", "packages": [{**PACKAGE, "split": split}]})
        for split in ("train", "development")
    ]
    with pytest.raises(CorpusError, match="twice"):
        list_materials(paths, ("java",), development_share=0.1, seed=1)


def test_the_shipped_recipe_has_each_package_in_one_split() -> None:
    packages = load_recipe(shipped_recipe()).packages
    assert max(Counter((p.language, p.name) for p in packages).values()) == 1
    assert {(p.language, p.split) for p in packages} == {
        (language, split) for language in ("java", "python") for split in ("train", "development")
    }


def test_the_gate_learns_from_no_package_of_the_network() -> None:
    packages = load_recipe(GATE_RECIPE).packages
    assert {p.split for p in packages} == {"gate"}
    assert {p.language for p in packages} == {"java", "python"}
    refuse_repeats([*load_recipe(shipped_recipe()).packages, *packages])


@pytest.mark.parametrize("language", ARTICLE_RECIPES)
def test_an_article_recipe_has_one_language_and_one_package_apart(language: str) -> None:
    packages = load_recipe(ARTICLE_RECIPES[language]).packages
    assert {p.language for p in packages} == {language}
    assert Counter(p.split for p in packages)["development"] == 1
    assert {p.licence for p in packages} == {"Apache-2.0"}


@pytest.mark.parametrize("language", ARTICLE_RECIPES)
def test_a_package_of_two_recipes_is_pinned_alike_in_both(language: str) -> None:
    shipped = {(p.language, p.name): p.artefacts for p in load_recipe(shipped_recipe()).packages}
    shared = [p for p in load_recipe(ARTICLE_RECIPES[language]).packages if (language, p.name) in shipped]
    assert len(shared) > 5
    assert all(p.artefacts == shipped[language, p.name] for p in shared)


@pytest.mark.parametrize("recipe", [shipped_recipe(), GATE_RECIPE, *ARTICLE_RECIPES.values()])
def test_a_recipe_of_the_project_names_no_host(recipe: Path) -> None:
    text = recipe.read_text("utf-8")
    assert "://" not in text
    assert "www." not in text
