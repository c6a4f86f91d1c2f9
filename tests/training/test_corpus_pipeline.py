"""The steps of a build, run by datatrove, give the corpus that the build of one machine gives."""

import sys
from pathlib import Path

import pytest
from sample_code import java_file, python_file
from sample_packages import assert_same_corpus, build, write_package, write_recipe

from peephole.training.corpus import pipeline
from peephole.training.corpus.materials import list_materials
from peephole.training.corpus.settings import Settings
from peephole.training.corpus.shards import read_corpus

pytest.importorskip("datatrove")


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    """A recipe, two folders and an archive that ends in the middle, with files for most reasons to be dropped."""
    texts = [java_file(1), java_file(2) + "// jo@acme.org\r\n", "// generated\n" + java_file(3)]
    recipe = write_recipe(tmp_path, {"taught": ("train", texts), "measured": ("development", [java_file(1), "é"])})
    write_package(tmp_path / "own", range(10, 13), **{"a.py": python_file(1), "b.py": "x = '" + "y" * 2_000 + "'\n"})
    (tmp_path / "own" / "latin.py").write_bytes(b"# na\xefve\n")
    write_package(tmp_path / "alike", range(0), **{"A.java": java_file(10).replace("class C10 ", "class Other ")})
    archive = (tmp_path / "cache" / "taught.tar.gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(archive[: len(archive) // 2])
    return [recipe, tmp_path / "own", tmp_path / "alike", tmp_path / "cut.tar.gz"]


def test_two_tasks_of_datatrove_give_the_same_corpus_byte_for_byte(
    tmp_path: Path, sources: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    options = [*sources, "--cache", tmp_path / "cache", "--require-share", 0.1]
    assert build(tmp_path / "here", *options) == 0
    assert build(tmp_path / "tasks", *options, "--executor", "datatrove", "--tasks", 2, "--workers", 2) == 0
    assert "4 of 5 packages were harvested before" in capsys.readouterr().err
    assert_same_corpus(tmp_path / "here", tmp_path / "tasks")
    assert len((tmp_path / "tasks" / "dropped.jsonl").read_text().splitlines()) == 5
    kept = {
        fate: row["files"] for fate, row in read_corpus(tmp_path / "tasks")["report"]["fates"]["train"]["java"].items()
    }
    assert kept["generated"] == kept["near duplicate"] == kept["exact duplicate"] == 1
    assert sorted(p.name for p in tmp_path.glob(".*")) == []


def test_the_last_step_as_a_task_of_its_own_waits_for_the_others_and_writes_the_corpus(
    tmp_path: Path, sources: list[Path]
) -> None:
    from datatrove.executor import LocalPipelineExecutor

    materials = list_materials(sources, ("java", "python"), development_share=0.1, seed=1)
    settings = Settings(("java", "python"), tmp_path / "cache", require_share=0.1)
    plan = pipeline.Plan(materials, tmp_path / "tasks", settings)
    first, last = (str(tmp_path / name) for name in ("first", "last"))
    reading = LocalPipelineExecutor(pipeline.harvest_steps(plan), tasks=3, workers=1, logging_dir=first)
    LocalPipelineExecutor(pipeline.corpus_steps(plan), workers=1, logging_dir=last, depends=reading).run()
    assert build(tmp_path / "here", *sources, "--cache", tmp_path / "cache", "--require-share", 0.1) == 0
    assert_same_corpus(tmp_path / "here", tmp_path / "tasks")


def test_without_datatrove_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "datatrove.executor", None)
    packages = [write_package(tmp_path / f"p{n}", range(2 * n, 2 * n + 2)) for n in range(2)]
    assert build(tmp_path / "out", *packages, "--executor", "datatrove") == 2
    assert "pip install 'peephole-lsp[train,cluster]'" in capsys.readouterr().err
    assert build(tmp_path / "out", *packages, "--executor", "datatrove", "--tasks", -1) == 2
    assert "--tasks and --workers must be 1 or more" in capsys.readouterr().err
