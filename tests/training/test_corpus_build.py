"""Whole builds by the command, of folders and of recipes: what is kept, what is dropped, what is refused."""

import hashlib
import io
import json
import os
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from sample_code import java_file, python_file
from sample_packages import build, write_package, write_recipe

from peephole.training.cli import main
from peephole.training.corpus.filters import ORDER
from peephole.training.corpus.shards import corpus_vocabulary, open_shard, read_corpus


def fates(corpus: Path, split: str, language: str = "java") -> dict[str, int]:
    """Files by fate, without the zeros."""
    rows: dict[str, Any] = read_corpus(corpus)["report"]["fates"][split][language]
    return {fate: row["files"] for fate, row in rows.items() if row["files"]}


def documents(corpus: Path, split: str, language: str = "java") -> list[str]:
    """The texts of a shard."""
    shard, vocabulary = open_shard(corpus, split, language), corpus_vocabulary(corpus)
    return [vocabulary.decode(shard.document(n)[1:]) for n in range(shard.documents)]


def test_own_folders_are_split_by_package_and_every_file_is_accounted_for(tmp_path: Path) -> None:
    packages = [
        write_package(tmp_path / f"p{n}", range(10 * n, 10 * n + 5), **{"a.py": python_file(n)}) for n in range(4)
    ]
    assert build(tmp_path / "out", *packages, "--development-share", 0.25) == 0
    records = [json.loads(line) for line in (tmp_path / "out" / "files.jsonl").read_text().splitlines()]
    splits = {record["package"]: record["split"] for record in records}
    assert sorted(splits.values()) == ["development", "train", "train", "train"]
    assert {(r["package"], r["split"]) for r in records} == set(splits.items())
    assert len(documents(tmp_path / "out", "train")) == 15
    assert len(documents(tmp_path / "out", "train", "python")) == 3
    (held_out,) = (name for name, split in splits.items() if split == "development")
    folder = tmp_path / "out" / "development" / "java" / held_out
    assert sorted(p.read_text() for p in folder.iterdir()) == sorted(documents(tmp_path / "out", "development"))


def test_a_training_file_like_a_development_file_is_the_one_that_goes(tmp_path: Path) -> None:
    original = java_file(1)
    renamed = original.replace("class C1 ", "class Other ")
    recipe = write_recipe(
        tmp_path, {"late": ("train", [renamed, original, java_file(2)]), "measured": ("development", [original])}
    )
    assert build(tmp_path / "out", recipe, "--cache", tmp_path / "cache") == 0
    assert fates(tmp_path / "out", "train") == {"read": 3, "near duplicate": 1, "exact duplicate": 1, "kept": 1}
    assert fates(tmp_path / "out", "development") == {"read": 1, "kept": 1}


def test_text_for_the_gate_is_kept_apart_from_what_is_measured_and_from_what_the_network_learns(
    tmp_path: Path,
) -> None:
    original, other, third = java_file(1), java_file(2), java_file(3)
    renamed = [text.replace("class C", "class Other") for text in (original, other, other + "// end\n")]
    recipe = write_recipe(
        tmp_path,
        {
            "taught": ("train", [renamed[1], third]),
            "weighed": ("gate", [renamed[0], other, renamed[2], java_file(4)]),
            "measured": ("development", [original]),
        },
    )
    assert build(tmp_path / "out", recipe, "--cache", tmp_path / "cache") == 0
    assert fates(tmp_path / "out", "train") == {"read": 2, "near duplicate": 1, "kept": 1}
    assert fates(tmp_path / "out", "gate") == {"read": 4, "near duplicate": 1, "kept": 3}
    folder = tmp_path / "out" / "gate" / "java" / "weighed"
    assert sorted(p.read_text() for p in folder.rglob("*.java")) == sorted([other, renamed[2], java_file(4)])
    assert "gate" not in read_corpus(tmp_path / "out")["splits"]


def test_a_recipe_for_the_gate_alone_gives_text_and_no_shard(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, {"weighed": ("gate", [java_file(1)])})
    assert build(tmp_path / "out", recipe, "--cache", tmp_path / "cache") == 0
    assert len(list((tmp_path / "out" / "gate" / "java" / "weighed").rglob("*.java"))) == 1
    assert not list((tmp_path / "out").glob("*.bin"))


def test_near_duplicates_inside_the_training_text_go(tmp_path: Path) -> None:
    texts = [java_file(1), java_file(1).replace("class C1 ", "class Other "), java_file(2)]
    recipe = write_recipe(tmp_path, {"one": ("train", texts)})
    assert build(tmp_path / "out", recipe, "--cache", tmp_path / "cache") == 0
    assert fates(tmp_path / "out", "train") == {"read": 3, "near duplicate": 1, "kept": 2}


def test_secrets_and_carriage_returns_do_not_reach_the_shard(tmp_path: Path) -> None:
    key = "AKIA" + "Z9Y8" * 4
    text = java_file(1).replace("\n", "\r\n") + f"// {key} jo@acme.org\r\n"
    recipe = write_recipe(tmp_path, {"one": ("train", [text])})
    assert build(tmp_path / "out", recipe, "--cache", tmp_path / "cache") == 0
    (document,) = documents(tmp_path / "out", "train")
    assert key not in document
    assert "acme" not in document
    assert "\r" not in document
    assert read_corpus(tmp_path / "out")["report"]["masked"] == {"address": 1, "aws": 1}


def test_secrets_of_dropped_files_are_not_counted_as_masked(tmp_path: Path) -> None:
    text = java_file(1) + "// jo@acme.org\n"
    renamed = text.replace("class C1 ", "class Other ")
    recipe = write_recipe(tmp_path, {"one": ("train", [text, text, renamed])})
    assert build(tmp_path / "out", recipe, "--cache", tmp_path / "cache") == 0
    assert fates(tmp_path / "out", "train")["kept"] == 1
    assert read_corpus(tmp_path / "out")["report"]["masked"] == {"address": 1}


def test_a_cap_keeps_a_seeded_selection_below_it(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, {"big": ("train", [java_file(n) for n in range(30)])})
    chosen = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        options = ["--cache", tmp_path / "cache", "--cap-mb-java", 0.01, "--seed", seed]
        assert build(tmp_path / name, recipe, *options) == 0
        chosen.append(set(documents(tmp_path / name, "train")))
        assert sum(map(len, chosen[-1])) <= 10_000
    assert chosen[0] == chosen[1] != chosen[2]
    assert fates(tmp_path / "a", "train")["over the package's cap"] > 15


def test_two_processes_build_the_same_bytes_as_one(tmp_path: Path) -> None:
    packages = [write_package(tmp_path / f"p{n}", range(10 * n, 10 * n + 5)) for n in range(3)]
    assert build(tmp_path / "one", *packages) == 0
    assert build(tmp_path / "two", *packages, "--processes", 2) == 0
    for name in ("train-java.bin", "train-java.idx", "development-java.bin", "files.jsonl", "dropped.jsonl"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    one, two = read_corpus(tmp_path / "one"), read_corpus(tmp_path / "two")
    assert one.keys() == two.keys()
    # The date is left out: midnight may lie between the two.
    assert {key: one[key] for key in one if key != "built"} == {key: two[key] for key in two if key != "built"}


def measured_files(corpus: Path, package: str) -> list[str]:
    """The texts of a package's Java files in the development folder."""
    return sorted(p.read_text() for p in (corpus / "development" / "java" / package).rglob("*") if p.is_file())


def test_files_whose_paths_collide_or_are_too_long_are_all_written(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, {"taught": ("train", [java_file(1)]), "measured": ("development", ["x"])})
    value = json.loads(recipe.read_text())
    paths = [["a/A.java", "B.java"], ["a/A.java", "B.java/C.java", "d" * 300 + ".java"]]
    texts = iter(map(java_file, range(2, 7)))
    artefacts = []
    for number, names in enumerate(paths):
        archive = tmp_path / "cache" / f"part{number}.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            for name in names:
                content = next(texts).encode()
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        artefacts.append({"file": archive.name, "bytes": archive.stat().st_size, "sha256": digest})
    value["packages"][1]["artefacts"] = artefacts
    recipe.write_text(json.dumps(value))
    assert build(tmp_path / "out", recipe, "--cache", tmp_path / "cache") == 0
    assert measured_files(tmp_path / "out", "measured") == sorted(map(java_file, range(2, 7)))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are Unicode")
@pytest.mark.parametrize("processes", [1, 2])
def test_a_file_name_that_is_not_utf8_is_recorded_and_found_again(tmp_path: Path, processes: int) -> None:
    name = os.fsdecode(b"na\xefve.java")
    for number in range(2):
        write_package(tmp_path / f"p{number}", range(0), **{name: java_file(number)})
    assert build(tmp_path / "out", tmp_path / "p0", tmp_path / "p1", "--processes", processes) == 0
    records = [json.loads(line) for line in (tmp_path / "out" / "files.jsonl").read_text("utf-8").splitlines()]
    assert [record["path"] for record in records] == [name, name]
    (held_out,) = (r["package"] for r in records if r["split"] == "development")
    assert (tmp_path / "out" / "development" / "java" / held_out / name).is_file()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are Unicode")
def test_an_archive_whose_name_is_not_utf8_is_reported_when_it_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / os.fsdecode(b"na\xefve.zip")
    broken.write_bytes(b"no zip")
    packages = [write_package(tmp_path / f"p{n}", range(10 * n, 10 * n + 3)) for n in range(3)]
    assert build(tmp_path / "out", *packages, broken, "--require-share", 0.5) == 0
    assert "na\\udcefve.zip cannot be read" in capsys.readouterr().out


def test_a_vocabulary_too_small_for_ascii_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = [write_package(tmp_path / f"p{n}", range(10 * n, 10 * n + 3)) for n in range(2)]
    assert build(tmp_path / "out", *packages, "--vocabulary-size", 99) == 2
    assert "--vocabulary-size must be 100 or more" in capsys.readouterr().err
    assert build(tmp_path / "out", *packages, "--vocabulary-size", 100) == 0
    assert len(corpus_vocabulary(tmp_path / "out")) == 99  # no Python came, so it has no start token


def test_a_missing_package_is_reported_and_tolerated_up_to_a_share(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = write_recipe(tmp_path, {n: ("train", [java_file(i)]) for i, n in enumerate(("one", "two", "three"))})
    (tmp_path / "cache" / "two.tar.gz").unlink()
    options = ["--cache", tmp_path / "cache", "--debian-mirror", "http://127.0.0.1:9"]
    assert build(tmp_path / "out", recipe, *options) == 2
    assert "at least 90% is required" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert build(tmp_path / "out", recipe, *options, "--require-share", 0.5) == 0
    assert "missing: two: two.tar.gz is not on the mirror" in capsys.readouterr().out
    assert [m["package"] for m in read_corpus(tmp_path / "out")["report"]["missing"]] == ["two"]
    assert {s["package"] for s in read_corpus(tmp_path / "out")["sources"]} == {"one", "three"}


def test_the_report_is_the_same_data_at_once_in_a_file_and_later_on_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = {name: [java_file(n), "// generated\n"] for n, name in enumerate(("one", "two", "gone"))}
    recipe = write_recipe(tmp_path, {name: ("train", texts[name]) for name in texts})
    (tmp_path / "cache" / "gone.tar.gz").unlink()
    write_package(tmp_path / "own", range(5, 7), **{"a.py": python_file(1) + "# jo@acme.org\n"})
    options = ["--cache", tmp_path / "cache", "--debian-mirror", "http://127.0.0.1:9", "--require-share", 0.5]
    assert build(tmp_path / "out", recipe, tmp_path / "own", *options, "--json", tmp_path / "report.json") == 0
    table = capsys.readouterr().out
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    rows = report["files"]["train"]["java"]
    assert list(rows) == ["read", *ORDER, "kept"]
    assert [rows[fate]["files"] for fate in ("read", "exact duplicate", "generated", "kept")] == [6, 1, 1, 4]
    assert (
        rows["read"]["bytes"] == rows["kept"]["bytes"] + rows["generated"]["bytes"] + rows["exact duplicate"]["bytes"]
    )
    assert report["masked"] == {"address": 1}
    assert [missing["package"] for missing in report["missing"]] == ["gone"]
    assert {name: row["packages"] for name, row in report["licences"].items()} == {"MIT": 2, "not recorded": 2}
    assert {(source["package"], source["licence"]) for source in report["sources"]} == {
        *(("one", "MIT"), ("two", "MIT"), ("own", "not recorded"))
    }
    assert main(["corpus", "report", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == table
    assert main(["corpus", "report", str(tmp_path / "out"), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == report


def test_what_has_no_report_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpus", "report", str(tmp_path)]) == 2
    assert "is not a corpus" in capsys.readouterr().err
    (tmp_path / "corpus.json").write_text(json.dumps({"format": 1, "report": {}}))
    assert main(["corpus", "report", str(tmp_path)]) == 2
    assert "has no report" in capsys.readouterr().err


def test_a_build_that_fails_leaves_no_corpus_but_its_harvests_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "empty").mkdir()
    assert build(tmp_path / "work" / "out", tmp_path / "empty") == 2
    assert [place.name for place in (tmp_path / "work").iterdir()] == [".out-building"]
    assert f"harvests are kept in {tmp_path / 'work' / '.out-building'}" in capsys.readouterr().err


def test_an_existing_folder_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    assert build(tmp_path / "out", write_package(tmp_path / "p", range(2))) == 2
    assert "already exists" in capsys.readouterr().err
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"


def test_a_folder_of_archives_is_as_many_packages_and_equal_names_stay_apart(tmp_path: Path) -> None:
    for n, place in enumerate(("x", "y")):
        write_package(tmp_path / place / "same", range(10 * n, 10 * n + 3))
        with tarfile.open(tmp_path / place / "pack.tar.gz", "w:gz") as tar:
            tar.add(write_package(tmp_path / f"in{n}", range(100 + 10 * n, 103 + 10 * n)), "pack")
    assert build(tmp_path / "out", tmp_path / "x", tmp_path / "y") == 0
    names = {source["package"] for source in read_corpus(tmp_path / "out")["sources"]}
    assert names == {"same", "same~2", "pack.tar.gz", "pack.tar.gz~2"}


def test_frequent_characters_of_the_training_text_enter_the_vocabulary(tmp_path: Path) -> None:
    trained, measured = java_file(1) + "// " + "é" * 9 + "ж\n", java_file(2) + "// →→→\n"
    recipe = write_recipe(tmp_path, {"one": ("train", [trained]), "two": ("development", [measured])})
    assert build(tmp_path / "out", recipe, "--cache", tmp_path / "cache", "--vocabulary-size", 100) == 0
    vocabulary = corpus_vocabulary(tmp_path / "out")
    assert len(vocabulary) == 100
    assert vocabulary.index("é")
    assert not vocabulary.index("ж")
    assert not vocabulary.index("→")


def test_a_language_without_text_is_none_of_the_vocabularys(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, {"one": ("train", [java_file(1)])})
    assert build(tmp_path / "out", recipe, "--cache", tmp_path / "cache") == 0
    assert corpus_vocabulary(tmp_path / "out").languages == ("java",)
    measured = write_package(tmp_path / "a", range(2), **{"a.py": python_file(1)})
    assert build(tmp_path / "both", measured, write_package(tmp_path / "b", range(5, 7))) == 0
    assert corpus_vocabulary(tmp_path / "both").languages == ("java", "python")
