"""What a document declares before a `return`: the method with its type, and the names that are seen there."""

from __future__ import annotations

import pytest

from peephole.model.outline import Outline, Scene
from peephole.model.return_places import GRAMMARS

JAVA = """package shop;

@Deprecated
public class Shelf<T> extends Board implements Comparable<Shelf<T>> {
    private static final Map<String, List<int[]>> SIZES = new HashMap<>();
    protected java.util.List<Item> items;
    int height;
    /** Not {@code boolean closed;} nor { an open brace. */
    String label = "boolean locked; {";

    Shelf(String label) { this.label = label; }

    boolean fits(final Item item, int... sizes) throws IOException, BadItem {
        for (int size : sizes) { long area = size * 2; }
        if (item.isBroken()) {
            char first = item.name().charAt(0);
            return HERE1;
        }
        var found = new ArrayList<Item>();
        Runnable task = () -> { return HERE2; };
        switch (first) { case 1 -> { return HERE3; } }
        Comparator<Item> order = new Comparator<Item>() {
            public int compare(Item left, Item right) { return HERE4; }
        };
        return HERE5;
    }

    String late;
}
"""

PYTHON = '''class Shelf(Board):
    """Not: def fake() -> int:"""

    limit: int = 3

    def __init__(self, label: str, size=2):
        self.label = label
        self._sizes: "List[int]" = []
        self.open = True
        self.parent = size

    async def fits(
        self,
        item: Optional[shop.Item],
        *others: int,
    ) -> "dict[str, int] | None":
        found = {}
        for key, value in item.parts:
            total = 0
            def inner(depth) -> bool:
                return HERE1
            if key: return HERE2
        with item as held:
            pass
        return HERE3

def alone(): return HERE4
return HERE5
'''


def scene(language: str, text: str, number: int) -> Scene | None:
    """The scene of one of the marked places, of the text before it alone."""
    place = text.index(f"HERE{number}")
    outline = Outline(language, GRAMMARS[language]())
    outline.extend(text[:place])
    alone = outline.scene(place)
    outline.extend(text[place:])
    later = Outline(language, GRAMMARS[language]())
    later.extend(text)
    later.scene(text.index("HERE5"))
    assert later.scene(place) == alone, "what comes behind a place is no business of it"
    return alone


@pytest.mark.parametrize(
    ("language", "number", "name", "given"),
    [
        ("java", 1, "fits", "boolean"),
        ("java", 3, "fits", "boolean"),
        ("java", 4, "compare", "int"),
        ("java", 5, "fits", "boolean"),
        ("python", 1, "inner", "bool"),
        ("python", 2, "fits", "dict"),
        ("python", 3, "fits", "dict"),
        ("python", 4, "alone", ""),
    ],
)
def test_a_return_belongs_to_the_method_around_it(language: str, number: int, name: str, given: str) -> None:
    found = scene(language, JAVA if language == "java" else PYTHON, number)
    assert found is not None
    assert (found.method.name, found.method.type) == (name, given)


@pytest.mark.parametrize(("language", "text", "number"), [("java", JAVA, 2), ("python", PYTHON, 5)])
def test_a_return_of_a_lambda_or_of_nothing_belongs_to_no_method(language: str, text: str, number: int) -> None:
    assert scene(language, text, number) is None


def test_java_declares_a_type_before_a_name() -> None:
    found = scene("java", JAVA, 1)
    assert found is not None
    types = {name: declared.type for name, declared in found.names.items()}
    assert types == {
        "first": "char",
        "item": "Item",
        "sizes": "int[]",
        "fits": "boolean",
        "label": "String",
        "height": "int",
        "items": "List",
        "SIZES": "Map",
    }
    last = scene("java", JAVA, 5)
    assert last is not None
    assert last.names["found"].type == "ArrayList", "`var` is what is made"
    assert "first" not in last.names, "its block has ended"
    assert [last.names[name].manner for name in ("found", "items", "fits")] == ["local", "member", "call"]


def test_python_tells_types_by_annotations_and_values() -> None:
    found = scene("python", PYTHON, 3)
    assert found is not None
    types = {name: declared.type for name, declared in found.names.items()}
    expected = {
        "item": "Item",
        "others": "int",
        "found": "dict",
        "total": "int",
        "key": "",
        "held": "",
        "inner": "bool",
    }
    assert {name: types[name] for name in expected} == expected
    assert (types["label"], types["_sizes"], types["open"], types["limit"]) == ("str", "List", "bool", "int")
    assert "fake" not in types, "it stands in a string"
