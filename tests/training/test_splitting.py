"""Own packages are set apart for development so that every language still has something to be learnt from."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_code import java_file, python_file
from sample_packages import build, write_package, write_recipe

from peephole.training.corpus.harvest import FileRecord, Harvest, Material
from peephole.training.corpus.materials import list_materials
from peephole.training.corpus.shards import read_corpus
from peephole.training.corpus.splitting import find_unmeasured, held_languages, spare_training

LANGUAGES = ("java", "kotlin", "python")


def harvest_of(number: int, languages: frozenset[str], split: str) -> Harvest:
    """A package of one's own with a file of each language, and one that was dropped of another."""
    records = [FileRecord(f"f.{language}", language, "00", 1) for language in sorted(languages)]
    records.append(FileRecord("g", "scala", "00", 1, reason="generated"))
    return Harvest(Material(f"p{number}", "", "MIT", split, LANGUAGES), Path(), records)


packages = st.lists(
    st.tuples(st.frozensets(st.sampled_from(LANGUAGES)), st.sampled_from(["train", "development"])), max_size=8
)


def measured(harvests: list[Harvest]) -> list[str]:
    """The packages to measure on."""
    return [h.material.name for h in harvests if h.material.split == "development"]


@given(packages, st.integers(0, 9))
def test_no_language_loses_its_last_training_package(chosen: list[tuple[frozenset[str], str]], seed: int) -> None:
    harvests = [harvest_of(number, *each) for number, each in enumerate(chosen)]
    before = measured(harvests)
    taught = {la for languages, split in chosen if split == "train" for la in languages}
    everything = {la for languages, _ in chosen for la in languages}
    spare_training(harvests, seed)
    assert {la for h in harvests if h.material.split == "train" for la in held_languages(h)} == everything
    after = measured(harvests)
    assert len(after) <= len(before)
    if taught == everything and all(languages for languages, split in chosen if split == "development"):
        assert after == before
    taught_now = [h for h in harvests if h.material.split == "train" and held_languages(h)]
    if len(after) < len(before):  # only where none can be spared
        for each in taught_now:
            others = [held_languages(h) for h in taught_now if h is not each]
            assert not held_languages(each) <= set().union(*others)
    told = {(row["language"], row["package"]) for row in find_unmeasured(harvests)}
    assert told == {(la, h.material.name) for h in taught_now for la in held_languages(h) if _holders(chosen, la) == 1}


@given(packages, st.integers(0, 9))
def test_no_package_without_a_file_takes_a_place_to_measure_on(
    chosen: list[tuple[frozenset[str], str]], seed: int
) -> None:
    harvests = [harvest_of(number, *each) for number, each in enumerate(chosen)]
    spare_training(harvests, seed)
    assert all(held_languages(h) for h in harvests if h.material.split == "development")


def test_the_last_copy_of_a_language_is_trained_on_though_it_was_to_be_measured_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snakes = {f"{n}.py": python_file(n) for n in range(3)}
    snakes["again.py"] = snakes["0.py"] + "\n\nagain = 1\n"
    folders = [write_package(tmp_path / f"p{n}", range(10 * n, 10 * n + 3), **snakes) for n in (1, 2)]
    folders += [write_package(tmp_path / f"p{n}", range(10 * n, 10 * n + 3)) for n in (3, 4)]
    seed = next(seed for seed in range(99) if _chosen(folders, seed) == ["p1"])
    assert build(tmp_path / "out", *folders, "--seed", seed) == 0
    corpus = read_corpus(tmp_path / "out")
    assert {source["package"]: source["split"] for source in corpus["sources"]}["p1"] == "train"
    assert corpus["splits"]["train"]["python"]["documents"] == 3, "one of four resembles another"
    assert "no development text of python: only p1 has any" in capsys.readouterr().out


def _holders(chosen: list[tuple[frozenset[str], str]], language: str) -> int:
    return sum(language in languages for languages, _ in chosen)


def test_a_recipes_packages_stay_in_their_splits(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, {"one": ("development", [java_file(1)]), "two": ("development", [java_file(2)])})
    own = write_package(tmp_path / "own", range(10, 12))
    assert build(tmp_path / "out", recipe, own, "--cache", tmp_path / "cache") == 0
    sources = {source["package"]: source["split"] for source in read_corpus(tmp_path / "out")["sources"]}
    assert sources == {"one": "development", "two": "development", "own": "train"}
    assert read_corpus(tmp_path / "out")["report"]["unmeasured"] == []


def test_the_only_package_of_a_language_is_trained_on_and_the_report_says_what_is_not_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [write_package(tmp_path / f"p{n}", range(10 * n, 10 * n + 3)) for n in range(2)]
    folders.append(write_package(tmp_path / "snake", range(0), **{f"{n}.py": python_file(n) for n in range(3)}))
    seed = next(seed for seed in range(99) if _chosen(folders, seed) == ["snake"])
    assert build(tmp_path / "out", *folders, "--seed", seed, "--json", tmp_path / "report.json") == 0
    splits = read_corpus(tmp_path / "out")["splits"]
    assert (list(splits["train"]), list(splits["development"])) == (["java", "python"], ["java"])
    assert "no development text of python: only snake has any, and it is needed to train on" in capsys.readouterr().out
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["unmeasured"] == [{"language": "python", "package": "snake"}]


def _chosen(folders: list[Path], seed: int) -> list[str]:
    materials = list_materials(folders, ("java", "python"), development_share=0.1, seed=seed)
    return [material.name for material in materials if material.split == "development"]
