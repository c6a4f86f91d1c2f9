"""The benchmark that types: on a tiny file with a model whose every answer can be told in advance."""

from __future__ import annotations

from pathlib import Path

from benchmarks.server import command, initialize, wait_until_loaded
from benchmarks.typing import Place, draw_places, type_places
from peephole.server.client import Client

TEXT = " get();\n getn();\n set();\n"


def test_a_real_servers_suggestions_are_counted(words: Path) -> None:
    start = TEXT.index("getn")
    place = Place(Path("Lines.java"), TEXT, start, TEXT.index("\n", start))
    with Client(command(words)) as client:
        initialize(client)
        wait_until_loaded(client)
        account = type_places(client, [place], "java").account
    # The list has `get`, which is of a shorter word, and `getn`; the ghost text is `get();` until the `n` is there.
    assert account.characters == len("getn();")
    lists, ghosts = account.lists, account.ghosts
    assert lists.taken.to_json() == {"accepted": 1, "presses": 2, "inserted_characters": 4}
    assert (ghosts.shown, ghosts.right, ghosts.whole_lines, ghosts.wrong_characters) == (2, 1, 1, len("get();"))
    assert (account.typed, account.keystrokes) == (0, 3)


def test_the_same_places_are_drawn_each_time(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.py").write_text(f"{name} = 1\n" * 400)
    places = draw_places(tmp_path, "python", 4)
    assert places == draw_places(tmp_path, "python", 4)
    assert len(places) == 4
    assert all(place.text[place.start - 1] == "\n" and place.text[place.end] == "\n" for place in places)
    assert draw_places(tmp_path, "java", 4) == []
