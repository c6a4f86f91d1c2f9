"""The article's remarks on Python, as judgements."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from .finding import Finding, Written
from .names import Use
from .python_names import python_names
from .returns import statements
from .syntax import above, walk, written

IMPORTS = frozenset(["import_statement", "import_from_statement", "future_import_statement"])
DEFINITIONS = frozenset(["function_definition", "class_definition"])


def _top_level(text: Written) -> list[Node]:
    """Statements of the module, definitions without their decorators."""
    return [_undecorated(node) for node in statements(text.tree)]


def _undecorated(node: Node) -> Node:
    return node.child_by_field_name("definition") or node


def judge_imports(text: Written) -> Finding:
    """Whether the module has an import, and none at the top level behind a function or class.

    Only imports that stand alone are looked at, not those in `try` or `if`.
    """
    kinds = [node.type for node in _top_level(text) if node.type in IMPORTS | DEFINITIONS]
    first = next((place for place, kind in enumerate(kinds) if kind in DEFINITIONS), len(kinds))
    return Finding.of([first > 0 and not any(kind in IMPORTS for kind in kinds[first:])])


def judge_classes(text: Written) -> Finding:
    """Whether a class of the top level with something complete in it stands behind an import."""
    kinds = [node.type for node in _top_level(text)]
    first = next((place for place, kind in enumerate(kinds) if kind in IMPORTS), len(kinds))
    return Finding.of(["class_definition" in kinds[first:]])


def _methods(text: Written) -> Iterator[tuple[Node, Node, list[str]]]:
    """Class, method, and the names of its decorators; methods of methods' inner classes too."""
    for node in walk(text.tree):
        body = node.child_by_field_name("body")
        if node.type == "class_definition" and body is not None:
            for child in statements(body):
                method = _undecorated(child)
                if method.type == "function_definition":
                    marks = [written(mark).lstrip("@ ") for mark in child.named_children if mark.type == "decorator"]
                    yield node, method, marks


def judge_self(text: Written) -> Finding:
    """How many methods that are no static ones have `self`, `cls` or the like as their first parameter.

    Also right are `mcs` and `mcls` of metaclasses, a name with `_` before it, and `*args`.
    """
    verdicts = []
    for _, method, marks in _methods(text):
        if "staticmethod" not in marks:
            parameters = method.child_by_field_name("parameters")
            first = "" if parameters is None else written(next(iter(statements(parameters)), None))
            verdicts.append(first.partition(":")[0].lstrip("_") in ("self", "cls", "mcs", "mcls") or first[:1] == "*")
    return Finding.of(verdicts)


def _is_test(name: str) -> bool:
    return name.lower().startswith("test")


def judge_test_classes(text: Written) -> Finding:
    """How many classes called `Test…`, or `…Test`, or after a `…TestCase`, hold a complete method called `test…`.

    Classes without any complete method are not judged.
    """
    found: dict[int, bool] = {}
    for owner, method, _ in _methods(text):
        name, bases = (written(owner.child_by_field_name(field)) for field in ("name", "superclasses"))
        if name.startswith("Test") or name.endswith(("Test", "Tests", "TestCase")) or "TestCase" in bases:
            is_test = _is_test(written(method.child_by_field_name("name")))
            found[owner.start_byte] = found.get(owner.start_byte, False) or is_test
    return Finding.of(found.values())


def judge_assertions(text: Written) -> Finding:
    """How many functions called `test…` have an `assert`, or call something called assert, check, verify or raises."""
    verdicts = []
    for node in walk(text.tree):
        if node.type == "function_definition" and _is_test(written(node.child_by_field_name("name"))):
            verdicts.append(any(map(_asserts, walk(node))))
    return Finding.of(verdicts)


def _asserts(node: Node) -> bool:
    if node.type != "call":
        return node.type == "assert_statement"
    called = written(node.child_by_field_name("function")).rpartition(".")[2].lower()
    return any(word in called for word in ("assert", "check", "verify", "raises"))


def judge_calls(text: Written) -> Finding:
    """How many calls inside of functions call a name that is imported, defined or a builtin, or an attribute of one.

    Judged is the name before the first dot; `self` and `cls` are parameters. What is defined below the cut looks
    undefined; a text with a wildcard import is not judged.
    """
    names = python_names(text.tree)
    if names.open:
        return Finding(0, 0)
    return Finding.of(map(names.declared, _called(text.tree)))


def _called(root: Node) -> Iterator[Use]:
    for node in walk(root):
        function = above(node, frozenset(["function_definition"]))
        if node.type == "call" and function is not None:
            called = node.child_by_field_name("function")
            while called is not None and called.type == "attribute":
                called = called.child_by_field_name("object")
            if called is not None and called.type == "identifier":
                yield Use(written(called), called.start_byte, function.start_byte)
