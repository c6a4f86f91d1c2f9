"""A build that was stopped goes on where it stopped, and gives what it would have given."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sample_code import java_file
from sample_packages import assert_same_corpus, build, write_package, write_recipe

from peephole.training.corpus import store
from peephole.training.corpus.harvest import FileRecord, Material, describe
from peephole.training.corpus.sources import read_source
from peephole.training.corpus.store import Store, key_of
from peephole.training.errors import CorpusError


def kill_while_fetching(mirror: socket.socket, arguments: list[object]) -> None:
    """Start a build whose last package comes from a mirror that never answers, and kill it while it waits there."""
    command = [sys.executable, "-m", "peephole.training.cli", "corpus", "build", *map(str, arguments)]
    command += ["--debian-mirror", f"http://127.0.0.1:{mirror.getsockname()[1]}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while not process.stderr.readline().startswith("2/3 "):
            assert process.poll() is None
        connection, _ = mirror.accept()
        process.kill()
        connection.close()
        process.stderr.read()  # ends when no process of the build is left that could write


@pytest.mark.parametrize("processes", [1, 2])
def test_a_killed_build_goes_on_where_it_stopped(
    tmp_path: Path, processes: int, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = {f"p{n}": [*(java_file(10 * n + k) + "// é\n" for k in range(5 - n)), "// generated\n"] for n in range(3)}
    splits = {"p0": "train", "p1": "development", "p2": "train"}
    recipe = write_recipe(tmp_path, {name: (splits[name], texts[name]) for name in texts})
    arguments = [recipe, "--cache", tmp_path / "cache", "--processes", processes]
    assert build(tmp_path / "whole", *arguments) == 0
    (tmp_path / "cache" / "p2.tar.gz").rename(tmp_path / "p2.tar.gz")
    with socket.create_server(("127.0.0.1", 0)) as mirror:
        kill_while_fetching(mirror, [*arguments, "--out", tmp_path / "out"])
    assert not (tmp_path / "out").exists()
    # What was harvested is not needed again.
    for name in ("p0", "p1"):
        (tmp_path / "cache" / f"{name}.tar.gz").unlink()
    (tmp_path / "p2.tar.gz").rename(tmp_path / "cache" / "p2.tar.gz")
    assert build(tmp_path / "out", *arguments) == 0
    assert "2 of 3 packages were harvested before: going on from there\n1/1 p2: 4 files" in capsys.readouterr().err
    assert_same_corpus(tmp_path / "out", tmp_path / "whole")
    dropped = (tmp_path / "out" / "dropped.jsonl").read_text().splitlines()
    assert [json.loads(line)["reason"] for line in dropped] == ["exact duplicate", "generated", "exact duplicate"]
    assert sorted(p.name for p in tmp_path.glob(".*")) == []


def test_what_changed_since_is_read_again_and_the_rest_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = [write_package(tmp_path / f"p{n}", range(10 * n, 10 * n + 4)) for n in range(3)]
    broken = tmp_path / "p3.zip"
    broken.write_bytes(b"no zip")
    assert build(tmp_path / "out", *packages, broken) == 2
    (packages[1] / "C10.java").write_text(java_file(99))
    capsys.readouterr()
    assert build(tmp_path / "out", *packages, broken, "--require-share", 0.5) == 0
    said = capsys.readouterr().err
    assert "harvests of other sources, languages or filters, which are not used: 1" in said
    assert "2 of 4 packages were harvested before" in said
    assert build(tmp_path / "fresh", *packages, broken, "--require-share", 0.5) == 0
    assert_same_corpus(tmp_path / "out", tmp_path / "fresh")


def test_a_second_build_of_the_same_folder_is_refused_while_the_first_is_at_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = [write_package(tmp_path / f"p{n}", range(10 * n, 10 * n + 2)) for n in range(2)]
    with Store.beside(tmp_path / "out").locked():
        assert build(tmp_path / "out", *packages) == 2
        assert "another build is at work" in capsys.readouterr().err
    assert build(tmp_path / "out", *packages) == 0


def test_what_a_kill_left_half_written_is_removed(tmp_path: Path) -> None:
    kept = Store.beside(tmp_path / "out")
    with kept.part() as part, kept.locked():
        assert not part.exists()


def test_a_harvest_is_known_by_its_sources_its_languages_and_the_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_package(tmp_path / "p", range(3))
    material = Material("p", "", "MIT", "train", ("java",), paths=(folder,))
    key = key_of(material)
    assert key == key_of(Material("q", "1", "BSD", "development", ("java",), paths=(folder,)))
    (folder / "readme.md").write_text("no code\n")
    assert key == key_of(material)
    assert key != key_of(Material("p", "", "MIT", "train", ("java", "python"), paths=(folder,)))
    monkeypatch.setattr(store, "_RULES", store._RULES[1:])
    store._rules.cache_clear()
    assert key != key_of(material)
    monkeypatch.undo()
    store._rules.cache_clear()
    assert key == key_of(material)
    (folder / "D.java").write_text(java_file(9))
    assert key != key_of(material)


def test_a_harvest_that_lost_some_of_its_text_is_refused(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "p", range(3))
    material = Material("p", "", "MIT", "train", ("java",), paths=(folder,))
    kept = Store.beside(tmp_path / "out")
    with kept.writing("key") as writer:
        for file in read_source(folder, ("java",)):
            writer.add(describe(file), str(file.content, "utf-8"))
    assert len(kept.load(material, "key").records) == 3
    (texts,) = kept.folder.rglob("texts")
    texts.write_bytes(texts.read_bytes()[:-1])
    with pytest.raises(CorpusError, match="is not whole"):
        kept.load(material, "key")
    (records,) = kept.folder.rglob("records.jsonl")
    records.write_text(json.dumps(["too", "short"]) + "\n")
    with pytest.raises(CorpusError, match="cannot be read"):
        kept.load(material, "key")


def test_of_a_source_that_breaks_half_way_nothing_is_kept(tmp_path: Path) -> None:
    kept = Store.beside(tmp_path / "out")

    def break_half_way() -> None:
        with kept.writing("key") as writer:
            writer.add(FileRecord("A.java", "java", "00", 1), "x")
            raise CorpusError("the archive cannot be read to its end")

    with pytest.raises(CorpusError, match="to its end"):
        break_half_way()
    assert not kept.holds("key")
    assert list(kept.folder.glob(".part-*")) == []
