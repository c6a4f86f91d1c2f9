"""Libraries of a workspace whose files and open texts change: always those of a fresh look at them."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from checkpoints import tiny_vocabulary
from hypothesis import given, settings
from hypothesis import strategies as st

from peephole.model.library import Library, windows_of
from peephole.server.scheduler import Stopped
from peephole.server.workspace.choice import OpenText
from peephole.server.workspace.shelves import Shelves, Steps, Stock, Wanted

VOCABULARY = tiny_vocabulary()
NAMES = ("a.py", "b.py", "in/a.py", "in/c.py", "D.java", "in/E.java")
TEXTS = ("", "import a\nx = 1\n", "from in import c\nvalue = zebra\n", "import in.E;\nclass D {}\n", "zebra = zebra\n")
LOOK = windows_of(VOCABULARY.encode("import a\nvalue = zebra\nclass "), 0, 30)


def opened(folder: Path, name: str, text: str) -> OpenText:
    """An open document."""
    language = "java" if name.endswith("java") else "python"
    return OpenText(f"file://{folder / name}", str(folder / name), name, language, text)


def seen(library: Library | None) -> Any:
    """Everything of a library that a reader could notice."""
    if library is None:
        return None
    votes = library.votes(LOOK)
    return library.paths, library.characters, votes.candidates.tolist(), votes.evidence.tolist()


def contents(stock: Stock) -> Any:
    """Everything of a stock that anybody could notice."""
    libraries = {uri: (seen(each.near), seen(each.far)) for uri, each in stock.libraries.items()}
    return libraries, stock.files, stock.characters, stock.nbytes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace of two small files, one of them in a folder."""
    root = Path(os.path.realpath(tmp_path))
    (root / "in").mkdir()
    (root / "a.py").write_text("zebra = 1\n")
    (root / "in/c.py").write_text("import a\n")
    return root


def paths(library: Library | None) -> list[str]:
    """The files of a library; none of none."""
    return [] if library is None else list(library.paths)


def test_far_are_the_closed_files_and_near_those_around_and_the_open_ones(folder: Path) -> None:
    documents = (opened(folder, "b.py", "from in import c\n"), opened(folder, "in/z.py", "typed\n"))
    libraries = Shelves(VOCABULARY).stock(Wanted((str(folder),), documents)).libraries
    first, second = (libraries[each.uri] for each in documents)
    assert first.far is second.far
    assert paths(first.far) == ["a.py", "in/c.py"]
    assert paths(first.near) == ["a.py", "in/c.py", "in/z.py"]
    assert paths(second.near) == ["b.py", "in/c.py"]


def test_without_a_workspace_no_file_is_read_but_open_documents_are_near_each_other(folder: Path) -> None:
    documents = (opened(folder, "a.py", "one\n"), opened(folder, "b.py", "two\n"))
    stock = Shelves(VOCABULARY).stock(Wanted((), documents))
    libraries = stock.libraries[documents[0].uri]
    assert (paths(libraries.near), libraries.far, stock.files) == (["b.py"], None, 0)


def test_what_is_open_but_not_read_is_not_looked_up_on_the_disk(folder: Path) -> None:
    document = opened(folder, "b.py", "")
    wanted = Wanted((str(folder),), (document,), unread=(str(folder / "a.py"),))
    libraries = Shelves(VOCABULARY).stock(wanted).libraries[document.uri]
    assert (paths(libraries.near), paths(libraries.far)) == ([], ["in/c.py"])


def test_languages_are_kept_apart(folder: Path) -> None:
    (folder / "D.java").write_text("class D {}\n")
    documents = (opened(folder, "b.py", ""), opened(folder, "in/E.java", ""))
    stock = Shelves(VOCABULARY).stock(Wanted((str(folder),), documents))
    assert [paths(stock.libraries[each.uri].far) for each in documents] == [["a.py", "in/c.py"], ["D.java"]]
    assert (stock.files, stock.characters) == (3, 10 + 9 + 11)


def test_in_several_folders_each_file_is_shown_with_its_folders_name(folder: Path) -> None:
    document = opened(folder, "in/z.py", "")
    wanted = Wanted((str(folder / "in"), str(folder)), (document, opened(folder, "b.py", "b\n")))
    libraries = Shelves(VOCABULARY).stock(wanted).libraries[document.uri]
    assert paths(libraries.far) == [f"{folder.name}/a.py", f"{folder.name}/in/c.py"], "each file once"
    assert paths(libraries.near) == [f"{folder.name}/b.py", f"{folder.name}/in/c.py"]


def test_a_document_that_is_opened_through_a_link_is_no_closed_file_too(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder / "in", target_is_directory=True)
    document = opened(link, "c.py", "open now\n")
    libraries = Shelves(VOCABULARY).stock(Wanted((str(folder),), (document,))).libraries[document.uri]
    assert (paths(libraries.near), paths(libraries.far)) == ([], ["a.py"])


def test_what_stays_the_same_is_not_built_again(folder: Path) -> None:
    shelves, document = Shelves(VOCABULARY), opened(folder, "b.py", "")
    first = shelves.stock(Wanted((str(folder),), (document,))).libraries[document.uri]
    shelves.forget_walk([str(folder / "a.py")])
    (folder / "a.py").write_text("zebra = 1\n")
    typed = opened(folder, "b.py", "more")
    again = shelves.stock(Wanted((str(folder),), (typed,))).libraries[document.uri]
    assert (again.near, again.far) == (first.near, first.far)
    (folder / "new.py").write_text("new = 1\n")
    assert shelves.stock(Wanted((str(folder),), (typed,))).libraries[document.uri].far is first.far, "not yet told"
    shelves.forget_walk()
    assert shelves.stock(Wanted((str(folder),), (typed,))).libraries[document.uri].far is not first.far


def test_what_went_or_changed_is_noticed_though_nobody_tells(folder: Path) -> None:
    shelves, wanted = Shelves(VOCABULARY), Wanted((str(folder),), (opened(folder, "b.py", ""),))
    (uri,) = shelves.stock(wanted).libraries
    (folder / "a.py").write_text("lion = 12\n")
    assert contents(shelves.stock(wanted)) == contents(Shelves(VOCABULARY).stock(wanted))
    (folder / "in").rename(folder / "renamed")
    assert paths(shelves.stock(wanted).libraries[uri].far) == ["a.py", "renamed/c.py"]
    (folder / "renamed/c.py").unlink()
    assert paths(shelves.stock(wanted).libraries[uri].far) == ["a.py"]


def test_a_cap_of_nothing_leaves_what_is_near(folder: Path) -> None:
    document = opened(folder, "b.py", "")
    libraries = Shelves(VOCABULARY).stock(Wanted((str(folder),), (document,), most_megabytes=0)).libraries[document.uri]
    assert (paths(libraries.near), libraries.far) == (["a.py"], None)


def test_it_can_be_ended_between_steps_and_tells_how_far_it_is(folder: Path) -> None:
    shares: list[float] = []

    def pause() -> None:
        if len(shares) == 2:
            raise Stopped

    shelves, wanted = Shelves(VOCABULARY), Wanted((str(folder),), (opened(folder, "b.py", ""),))
    with pytest.raises(Stopped):
        shelves.stock(wanted, Steps(pause, shares.append))
    shares.clear()
    assert contents(shelves.stock(wanted, Steps(tell=shares.append))) == contents(Shelves(VOCABULARY).stock(wanted))
    assert shares == sorted(shares)
    assert 0 < shares[0] <= shares[-1] <= 1


ACTS = st.tuples(
    st.sampled_from(["write", "delete", "open", "close", "look"]), st.sampled_from(NAMES), st.sampled_from(TEXTS)
)
"""A file is written or deleted, a document opened (or edited) or closed, or the libraries asked for in between."""


@given(st.lists(ACTS, max_size=12))
@settings(max_examples=60)
def test_after_any_history_the_libraries_are_those_of_a_fresh_look(history: list[tuple[str, str, str]]) -> None:
    shelves, documents = Shelves(VOCABULARY), dict[str, OpenText]()
    with tempfile.TemporaryDirectory() as name:
        root = Path(os.path.realpath(name))
        (root / "in").mkdir()

        def wanted() -> Wanted:
            return Wanted((str(root),), tuple(documents.values()))

        for what, name, text in history:
            if what == "write":
                (root / name).write_text(text)
                shelves.forget_walk([str(root / name)])
            elif what == "delete":
                (root / name).unlink(missing_ok=True)
                shelves.forget_walk([str(root / name)])
            elif what == "open":
                documents[name] = opened(root, name, text)
            elif what == "close":
                documents.pop(name, None)
            else:
                shelves.stock(wanted())
        assert contents(shelves.stock(wanted())) == contents(Shelves(VOCABULARY).stock(wanted()))


def near_another(folder: Path, document: OpenText, *folders: Path, excluded: tuple[str, ...] = ()) -> list[str]:
    """What a second document sees of a first one, and of the files; the first sees the second at any rate."""
    other = OpenText("untitled:other", None, "other", "python", "o")
    wanted = Wanted(tuple(map(str, folders or [folder])), (document, other), excluded=excluded)
    libraries = Shelves(VOCABULARY).stock(wanted).libraries
    assert "other" in paths(libraries[document.uri].near)
    return [*paths(libraries["untitled:other"].near), *paths(libraries["untitled:other"].far)]


def test_an_open_document_that_is_not_to_be_remembered_is_not_shared_with_others(folder: Path) -> None:
    document = opened(folder, "a.py", "private")
    assert near_another(folder, document) == ["a.py", "in/c.py"]
    assert near_another(folder, document, excluded=("a.*",)) == ["in/c.py"]
    assert near_another(folder, opened(folder, "in/c.py", ""), excluded=(f"{folder}/in",)) == ["a.py"]
    (folder / ".gitignore").write_text("a.py\n")
    assert near_another(folder, document) == ["in/c.py"]
    assert near_another(folder, opened(folder, "new.py", "never saved")) == ["new.py", "in/c.py"]


@pytest.mark.parametrize("rule", ["new.py", "in/", "in/new.*"])
@pytest.mark.parametrize("saved", [False, True])
def test_a_document_with_nothing_on_the_disk_is_shared_unless_git_would_ignore_it(
    folder: Path, rule: str, saved: bool
) -> None:
    document = opened(folder, "in/new.py", "typed")
    if saved:
        (folder / "in/new.py").touch()
    assert near_another(folder, document) == ["in/new.py", "a.py", "in/c.py"]
    (folder / ".gitignore").write_text(f"{rule}\n")
    assert "in/new.py" not in near_another(folder, document)


def test_a_link_to_an_excluded_file_is_not_shared_with_others(folder: Path) -> None:
    (folder / "secrets.py").write_text("password\n")
    (folder / "link.py").symlink_to(folder / "secrets.py")
    document = opened(folder, "link.py", "password\n")
    assert near_another(folder, document, folder / "in", excluded=("secrets.*",)) == ["c.py"]


@pytest.mark.parametrize("pattern", ["{}/lnk/in/*", "{}/lnk/in", "{}/in/*", "lnk"])
def test_an_exclusion_holds_by_whatever_name_the_folder_was_opened(folder: Path, pattern: str) -> None:
    within = folder / "ws"
    (within / "in").mkdir(parents=True)
    (within / "in/p.py").write_text("private\n")
    link = folder / "lnk"
    link.symlink_to(within, target_is_directory=True)
    spelled = pattern.format(within if "/in/*" in pattern and "lnk" not in pattern else folder)
    document = opened(folder, "b.py", "")
    for folders in ([link], [link, within], [within, link]):
        wanted = Wanted(tuple(map(str, folders)), (document,), excluded=(spelled,))
        assert paths(Shelves(VOCABULARY).stock(wanted).libraries[document.uri].far) == []
    at_link = opened(link, "in/p.py", "private\n")
    assert near_another(folder, at_link, within, excluded=(spelled,)) == []


def test_a_file_that_is_open_in_another_language_is_not_read_from_the_disk(folder: Path) -> None:
    (folder / "D.java").write_text("class D {}\n")
    documents = (replace(opened(folder, "a.py", "typed"), language="java"), opened(folder, "b.py", ""))
    libraries = Shelves(VOCABULARY).stock(Wanted((str(folder),), documents)).libraries
    assert paths(libraries[documents[1].uri].far) == ["in/c.py"]
    assert paths(libraries[documents[1].uri].near) == []
