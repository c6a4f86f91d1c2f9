"""What is near a document and what is far, told from files and open documents alone."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.server.scheduler import Stopped
from peephole.server.workspace.choice import PLACES_AT_ONCE, OpenText, Surroundings, choose_far, distance, is_same
from peephole.server.workspace.imports import Import, file_names, imports_of
from peephole.server.workspace.walk import SourceFile


def file(path: str, size: int = 10) -> SourceFile:
    """A file at `/w/` and the path."""
    return SourceFile(f"/w/{path}", path, "java" if path.endswith(".java") else "python", size, (size,))


def opened(path: str, text: str = "") -> OpenText:
    """An open document at `/w/` and the path."""
    return OpenText(f"file:///w/{path}", f"/w/{path}", path, "java" if path.endswith(".java") else "python", text)


def near(document: OpenText, files: list[str], *others: OpenText, most: int = 1000) -> list[str]:
    """What is near a document, as it is shown."""
    return [each.shown for each in Surroundings(map(file, files), [document, *others]).near(document, most)]


def test_far_are_all_files_that_are_not_open() -> None:
    files = [file("b.py"), file("a.py"), file("c.py")]
    assert [each.shown for each in choose_far(files, [opened("c.py")], 100)] == ["a.py", "b.py"]


def test_of_too_many_files_those_nearest_to_an_open_document_stay() -> None:
    files = [file("far/off/a.py"), file("here/b.py"), file("here/in/c.py"), file("d.py")]
    assert [each.shown for each in choose_far(files, [opened("here/x.py")], 20)] == ["d.py", "here/b.py"]
    assert [each.shown for each in choose_far(files, [opened("far/off/x.py"), opened("y.py")], 20)] == [
        "d.py",
        "far/off/a.py",
    ]
    assert choose_far(files, [], 0) == []


def test_a_file_too_large_for_what_is_left_is_passed_over() -> None:
    files = [file("a.py", 15), file("b.py", 10), file("c.py", 5)]
    assert [each.shown for each in choose_far(files, [opened("x.py")], 20)] == ["a.py", "c.py"]


@pytest.mark.parametrize(
    ("one", "other", "steps"), [("", "", 0), ("/w/a", "/w/a", 0), ("/w/a", "/w/b", 2), ("/w", "/w/a/b", 2)]
)
def test_distance_counts_steps_between_folders(one: str, other: str, steps: int) -> None:
    assert distance(one.split("/"), other.split("/")) == steps


def test_near_is_what_is_imported_then_the_folder_then_the_package_then_what_is_open() -> None:
    document = opened("src/a/b/Main.java", "package a.b;\nimport c.d.Used;\nimport static c.e.All.*;\nimport c.f.*;\n")
    files = ["src/a/b/Beside.java", "test/a/b/MainTest.java", "src/c/d/Used.java", "src/c/d/Other.java"]
    files += ["src/c/e/All.java", "src/c/f/One.java", "src/x/Else.java", "src/xa/b/No.java"]
    other = opened("z/Open.java", "later text")
    assert near(document, files, other) == [
        "src/c/d/Used.java",
        "src/c/e/All.java",
        "src/a/b/Beside.java",
        "test/a/b/MainTest.java",
        "src/c/f/One.java",
        "z/Open.java",
    ]


def test_relative_imports_begin_at_the_documents_folder() -> None:
    document = opened(
        "p/q/main.py", "from . import one\nfrom .two import x\nfrom ..three import y\nfrom .... import z\n"
    )
    files = ["p/q/one.py", "p/q/two.py", "p/three.py", "p/q/x.py", "one.py", "two.py", "p/__init__.py"]
    assert near(document, files)[:3] == ["p/q/one.py", "p/q/two.py", "p/three.py"]


def test_of_several_modules_of_one_name_the_nearest_is_meant() -> None:
    document = opened("b/c/main.py", "import lib, os.path as p\nfrom pack.sub import (\n    name,\n)\n")
    files = ["a/lib.py", "b/lib.py", "b/pack/sub/__init__.py", "b/pack/sub/name.py", "e/path.py"]
    assert near(document, files) == ["b/lib.py", "b/pack/sub/__init__.py", "b/pack/sub/name.py"]


def test_no_document_is_near_itself_under_whatever_address() -> None:
    document = opened("a.py", "import a\n")
    again = OpenText("file:///link/a.py", "/w/a.py", "a.py", "python", "other")
    assert near(document, ["a.py"], again) == []
    assert is_same(again, document)


def test_a_document_that_lies_nowhere_has_only_the_open_ones_near() -> None:
    document = OpenText("untitled:1", None, "1", "python", "from . import b\n")
    assert near(document, ["b.py"], opened("c.py")) == ["c.py"]


def test_near_ends_where_it_is_too_much_and_passes_over_what_does_not_fit() -> None:
    document = opened("main.py", "import large, small\n")
    surroundings = Surroundings([file("large.py", 90), file("small.py", 5), file("z.py", 50)], [document])
    assert [each.shown for each in surroundings.near(document, 100)] == ["large.py", "small.py"]
    assert [each.shown for each in surroundings.near(document, 60)] == ["small.py", "z.py"]


def test_of_one_file_open_under_two_addresses_one_text_counts_whichever_was_opened_first() -> None:
    document = opened("main.py", "import a\n")
    real, link = opened("a.py", "real"), OpenText("file:///link/a.py", "/w/a.py", "a.py", "python", "link")
    again = replace(link, text="later")

    def texts(*others: OpenText) -> list[object]:
        return [getattr(each, "text", None) for each in Surroundings([], [*others, document]).near(document)]

    assert texts(real, link) == texts(link, real)
    assert texts(link, again) == texts(again, link)


def test_what_is_not_shared_is_near_nobody_else() -> None:
    document, private = opened("main.py", "import a\n"), replace(opened("a.py", "private"), shared=False)
    assert near(document, [], private, opened("b.py")) == ["b.py"]
    assert near(private, [], document) == ["main.py"]


def test_choosing_among_many_files_pauses_and_can_be_ended() -> None:
    files = [file(f"f{count}/a.py") for count in range(3 * PLACES_AT_ONCE)]
    document = opened("f1/main.py", "import a, b, c\n")
    pauses: list[None] = []

    def pause() -> None:
        pauses.append(None)

    choose_far(files, [document], 100, pause)
    assert len(pauses) == 3
    surroundings = Surroundings(files, [document], pause)
    assert len(pauses) == 3 + 4
    surroundings.near(document)
    assert len(pauses) > 3 + 4 + 3

    def end() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        Surroundings(files, [document], end)


@given(st.randoms(use_true_random=False))
def test_what_is_chosen_does_not_depend_on_the_order_of_files_and_documents(chance: random.Random) -> None:
    files = [file(f"{folder}/{name}.py", size) for size, folder in enumerate("abc", 5) for name in "xyz"]
    documents = [opened("a/m.py", "import x\n"), opened("b/n.py"), opened("c/x.py", "some text")]

    def chosen() -> tuple[list[str], list[str]]:
        near = Surroundings(files, documents).near(main, 30)
        return [each.path for each in choose_far(files, documents, 25)], [each.shown for each in near]

    main = documents[0]
    expected = chosen()
    chance.shuffle(files)
    chance.shuffle(documents)
    assert chosen() == expected


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import a.b.C;", [Import(("a", "b", "C"))]),
        ("  import static a.b.C.of ;", [Import(("a", "b", "C", "of"))]),
        ("import a.b.*;", [Import(("a", "b"), whole=True)]),
        ("package a.b;", [Import(("a", "b"), whole=True)]),
        ("// import a.b.C;", []),
        ("import a.b.C", []),
    ],
)
def test_java_says_what_it_imports_a_line_at_a_time(line: str, found: list[Import]) -> None:
    assert imports_of(f"{line}\n", "java") == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import a.b as c, d", [Import(("a", "b")), Import(("d",))]),
        ("from a import b as c, d", [Import(("a",)), Import(("a", "b")), Import(("a", "d"))]),
        ("from . import b", [Import((), 1), Import(("b",), 1)]),
        ("from ..a import (\n  b,  # why\n  c)", [Import(("a",), 2), Import(("a", "b"), 2), Import(("a", "c"), 2)]),
        ("from a import *", [Import(("a",))]),
        ("    import a  # late", [Import(("a",))]),
        ("from a import", []),
        ("import", []),
        ("important = 1", []),
    ],
)
def test_python_says_what_it_imports_even_half_typed(line: str, found: list[Import]) -> None:
    assert imports_of(f"{line}\n", "python") == found


def test_of_a_language_whose_imports_are_not_known_none_is_guessed() -> None:
    assert imports_of("import fmt\nfrom a import b\n", "go") == []


def test_an_import_may_mean_several_files() -> None:
    assert file_names(Import(("a", "b")), "python") == ["a/b.py", "a/b/__init__.py"]
    assert file_names(Import((), 1), "python") == ["__init__.py"]
    assert file_names(Import(("a", "C")), "java") == ["a/C.java", "a.java"]
    assert file_names(Import(("a",), whole=True), "java") == ["a.java"]


@given(st.text("importfom .,*()#;\nab", max_size=200))
def test_any_text_has_imports_that_can_be_looked_up(text: str) -> None:
    for language in ("java", "python"):
        for imported in imports_of(text, language):
            assert all(imported.parts) or imported.level
            file_names(imported, language)
