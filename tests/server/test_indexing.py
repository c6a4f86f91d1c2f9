"""When the libraries are made anew, and what comes of it if that fails."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from peephole.model.predictor import Predictor
from peephole.server.address import name_of, path_of
from peephole.server.document import Document
from peephole.server.reader import Reader
from peephole.server.scheduler import Priority
from peephole.server.session import Session, Sessions
from peephole.server.settings import Settings, WorkspaceSettings
from peephole.server.workspace.indexing import Workspace
from peephole.server.workspace.shelves import Shelves, Steps, Stock, Wanted
from peephole.server.workspace.walk import SourceFile, source_files

PATIENCE_S = 60
"""Only a worker that has gone wrong lets it run out."""


class Display:
    """Keeps what is shown of the progress."""

    def __init__(self) -> None:
        self.shown: list[str | int] = []

    def begin(self, title: str) -> None:
        assert title == "Reading the workspace"
        self.shown.append("begin")

    def report(self, percent: int) -> None:
        self.shown.append(percent)

    def end(self) -> None:
        self.shown.append("end")


class Bench:
    """A workspace of one folder, in which one document is open."""

    def __init__(self, model: Predictor, folder: Path) -> None:
        self.reader, self.sessions = Reader(model.runtime.checkpoint.folder), Sessions()
        self.delivered: list[bool] = []
        self.workspace = Workspace(self.reader, self.sessions, lambda _, first: self.delivered.append(first))
        self.display = self.workspace.display = Display()
        self.folder = folder
        uri = (folder / "a.py").as_uri()
        self.session = Session(uri, "python", Document.opened(uri, "python", 1, "x = 1\n", "utf-16"))
        self.sessions.add(self.session)

    async def load(self) -> None:
        """Waits for the model, as the service does."""
        self.reader.load(lambda _: self.workspace.renew())
        self.workspace.add_folders([self.folder.as_uri()])
        await self.settle()

    async def settle(self) -> None:
        """Waits until the libraries are those of now."""
        async with asyncio.timeout(PATIENCE_S):
            await self.workspace.settled()

    def state(self) -> object:
        """What the status says in a word."""
        return self.workspace.describe()["state"]


@pytest.fixture
def bench(remembering: Predictor, tmp_path: Path) -> Iterator[Bench]:
    (tmp_path / "b.py").write_text("y = 2\n")
    bench = Bench(remembering, Path(os.path.realpath(tmp_path)))
    yield bench
    bench.reader.close()
    bench.workspace.close()


async def test_the_first_look_is_shown_and_later_ones_are_not(bench: Bench) -> None:
    assert bench.state() == "indexing"
    await bench.load()
    assert (bench.state(), bench.delivered) == ("ready", [True])
    assert bench.display.shown[:1] + bench.display.shown[-1:] == ["begin", "end"]
    bench.display.shown.clear()
    (bench.folder / "c.py").write_text("z = 3\n")
    bench.workspace.files_changed([(bench.folder / "c.py").as_uri()])
    assert bench.state() == "waiting"
    await bench.settle()
    assert bench.delivered == [True, False]
    assert "begin" not in bench.display.shown


async def test_many_changes_are_looked_at_together(bench: Bench) -> None:
    await bench.load()
    for name in "cdefg":
        (bench.folder / f"{name}.py").write_text(name)
        bench.workspace.files_changed([(bench.folder / f"{name}.py").as_uri()])
    await bench.settle()
    assert bench.delivered == [True, False]
    assert bench.workspace.describe()["files"] == 6


async def test_nothing_is_handed_out_where_nothing_is_new(bench: Bench) -> None:
    await bench.load()
    bench.workspace.renew()
    await bench.settle()
    assert bench.delivered == [True]


async def test_a_change_during_a_look_is_looked_at_after_it(bench: Bench) -> None:
    await bench.load()
    gate = threading.Event()
    request = bench.reader.submit(bench.session, Priority.REQUEST, lambda _: gate.wait(PATIENCE_S), False)
    bench.workspace.renew()
    bench.workspace._start()  # it cannot come far before the request is answered
    (bench.folder / "c.py").write_text("z = 3\n")
    bench.workspace.files_changed([(bench.folder / "c.py").as_uri()])
    gate.set()
    assert await request
    await bench.settle()
    assert bench.workspace.describe()["files"] == 2


async def test_when_the_last_document_closes_everything_is_let_go_of(bench: Bench) -> None:
    await bench.load()
    assert bench.workspace.describe()["bytesHeld"] > 0
    bench.sessions.remove(bench.session.uri)
    bench.workspace.renew()
    await bench.settle()
    assert (bench.state(), bench.workspace.describe()["bytesHeld"]) == ("ready", 0)


async def test_a_look_that_fails_is_logged_without_paths_and_tried_again_with_the_next_change(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise OSError(f"no {bench.folder}")

    with monkeypatch.context() as context:
        context.setattr("peephole.server.workspace.shelves.read_text", fail)
        await bench.load()
    assert bench.delivered == []
    described = bench.workspace.describe()
    assert (described["state"], described["reason"]) == ("failed", "looking at it failed: OSError")
    assert [record.getMessage() for record in caplog.records] == ["background work failed: OSError"]
    bench.workspace.renew(walk=False)
    await bench.settle()
    assert bench.delivered == [True]
    assert (bench.state(), bench.workspace.describe()["reason"]) == ("ready", None)


async def test_a_look_that_fails_leaves_nothing_of_the_one_before(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.load()

    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("peephole.server.workspace.shelves.source_files", fail)
    bench.workspace.renew()
    await bench.settle()
    assert bench.session.libraries is None
    assert bench.delivered == [True, True]
    assert (bench.state(), bench.workspace.describe()["files"]) == ("failed", 0)


async def test_an_address_that_is_no_path_ends_nothing(bench: Bench) -> None:
    uri = "file:///a\ud800.py"
    bench.sessions.add(Session(uri, "python", Document.opened(uri, "python", 1, "q = 1\n", "utf-16")))
    bench.workspace.add_folders(["file:///\ud800"])
    bench.workspace.files_changed([uri])
    await bench.load()
    assert (bench.state(), bench.workspace.describe()["files"]) == ("ready", 1)


@pytest.fixture
def held(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Set by walks once they have begun; they do not end by themselves."""
    begun = threading.Event()

    def walk(*_: object, pause: Callable[[], None], **__: object) -> Iterator[SourceFile]:
        while True:
            begun.set()
            pause()
            time.sleep(0.001)
            yield from ()

    monkeypatch.setattr("peephole.server.workspace.shelves.source_files", walk)
    yield begun
    bench.workspace.end()


async def hold(bench: Bench, begun: threading.Event) -> None:
    """Loads the model and waits until a walk has begun."""
    loaded = asyncio.Event()
    bench.reader.load(lambda _: loaded.set())
    await loaded.wait()
    bench.workspace.add_folders([bench.folder.as_uri()])
    bench.workspace._start()
    assert await asyncio.to_thread(begun.wait, PATIENCE_S)


async def test_a_look_is_stopped_when_the_workspace_is_switched_off(bench: Bench, held: threading.Event) -> None:
    await hold(bench, held)
    bench.reader.settings = Settings(workspace=WorkspaceSettings(enabled=False))
    bench.workspace.renew()
    await bench.settle()
    assert (bench.state(), bench.display.shown) == ("off", ["begin", "end"])


async def test_a_look_is_stopped_when_its_folder_goes(bench: Bench, held: threading.Event) -> None:
    await hold(bench, held)
    bench.workspace.remove_folders([bench.folder.as_uri()])
    await bench.settle()
    assert (bench.state(), bench.workspace.describe()["files"]) == ("ready", 0)


async def test_a_look_that_is_stopped_is_begun_anew_and_reads_what_had_changed(
    bench: Bench, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hold(bench, held)
    changed = bench.folder / "b.py"
    bench.workspace.remove_folders([bench.folder.as_uri()])
    bench.workspace.add_folders([bench.folder.as_uri()])
    bench.workspace.files_changed([changed.as_uri()])
    monkeypatch.setattr("peephole.server.workspace.shelves.source_files", source_files)
    await bench.settle()
    assert bench.workspace.describe()["files"] == 1


async def test_closing_stops_a_look_and_whoever_waits_for_it(bench: Bench, held: threading.Event) -> None:
    await hold(bench, held)
    waiting = asyncio.ensure_future(bench.workspace.settled())
    await asyncio.sleep(0)
    bench.workspace.renew()
    bench.workspace.end()
    async with asyncio.timeout(PATIENCE_S):
        await waiting
    bench.workspace.close()
    assert not bench.workspace._scheduler._thread.is_alive()
    bench.workspace.renew()
    assert bench.workspace._timer is None


async def test_what_changes_while_somebody_waits_is_not_waited_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.load()
    stock = Shelves.stock

    def typed(shelves: Shelves, wanted: Wanted, steps: Steps) -> Stock:
        loop.call_soon_threadsafe(partial(bench.workspace.renew, walk=False))
        made = stock(shelves, wanted, steps)
        time.sleep(0.01)
        return made

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(Shelves, "stock", typed)
    bench.workspace.renew()
    await bench.settle()
    assert bench.state() in ("waiting", "indexing")


async def test_marks_are_renewed_where_files_went_away_or_all_is_withdrawn(bench: Bench) -> None:
    await bench.load()
    (bench.folder / "b.py").unlink()
    bench.workspace.files_changed([(bench.folder / "b.py").as_uri()])
    await bench.settle()
    assert bench.delivered == [True, True]
    bench.reader.settings = Settings(workspace=WorkspaceSettings(enabled=False))
    bench.workspace.files_changed([(bench.folder / "b.py").as_uri()])
    await bench.settle()
    assert bench.delivered == [True, True, True]
    assert bench.workspace._changed == set(), "it would grow for ever"


@pytest.mark.parametrize("spelled", ["{}/", "{}/.", "{}/../{name}"])
async def test_a_folder_goes_however_its_removal_is_spelled(bench: Bench, spelled: str) -> None:
    await bench.load()
    bench.workspace.remove_folders([spelled.format(bench.folder.as_uri(), name=bench.folder.name)])
    await bench.settle()
    described = bench.workspace.describe()
    assert (described["folders"], described["files"]) == (0, 0)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b%20c.py", "/a/b c.py"),
        ("file:///a;b/c;d.py", "/a;b/c;d.py"),
        ("file://localhost/a/b.py", "/a/b.py"),
        ("file://host/a/b.py", "//host/a/b.py"),
        ("untitled:a", None),
        ("vscode-notebook-cell:/a/b.ipynb#W0", None),
        ("git:/a/b.py?%7B%7D", None),
        ("file:a.py", None),
        ("file:///a\ud800.py", None),
        ("file:///a%00b", None),
        ("http://[", None),
    ],
)
def test_only_uris_of_files_have_paths(uri: str, path: str | None) -> None:
    assert path_of(uri) == path


@pytest.mark.parametrize(("uri", "name"), [("file:///a/b.py", "b.py"), ("untitled:Untitled-1", "untitled:Untitled-1")])
def test_every_document_has_a_name(uri: str, name: str) -> None:
    assert name_of(uri) == name
