"""Whether methods that must give something do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from .finding import Finding, Written
from .syntax import walk, written

OTHER_CODE = frozenset(["lambda_expression", "class_body", "lambda", "function_definition", "class_definition"])
"""Their returns are not the method's."""

NOTHING_GIVEN = frozenset(["None", "NoReturn", "Never", "typing.NoReturn", "typing.Never"])
TOLD = re.compile(r"^\s*(?:Returns?:|:returns?:)", re.MULTILINE)
"""A docstring's section on what a function gives, in Google's and in Sphinx's style."""


def judge_returns(text: Written) -> Finding:
    """How many complete methods that must give something have a `return` with a value, or end with a `throw`/`raise`.

    Java: methods with a body whose type is not `void`. Python, where few functions say it: those whose annotation names
    anything but `None`, or whose docstring has a section on it, stubs left out; a `yield` counts as well. What stands
    in lambdas and inner classes or functions is not the method's own.
    """
    giving = _giving_java(text.tree) if text.language == "java" else _giving_python(text.tree)
    return Finding.of(map(_gives, giving))


def _giving_java(root: Node) -> Iterator[Node]:
    for method in walk(root):
        kind, body = method.child_by_field_name("type"), method.child_by_field_name("body")
        if method.type == "method_declaration" and body is not None and kind is not None and kind.type != "void_type":
            yield body


def _giving_python(root: Node) -> Iterator[Node]:
    for function in walk(root):
        body = function.child_by_field_name("body")
        if function.type == "function_definition" and body is not None and not _is_stub(body):
            annotation = function.child_by_field_name("return_type")
            if annotation is not None:
                if written(annotation) not in NOTHING_GIVEN:
                    yield body
            elif TOLD.search(docstring(body)):
                yield body


def statements(block: Node) -> list[Node]:
    """What stands in a block, comments left out."""
    return [child for child in block.named_children if "comment" not in child.type]


def docstring(body: Node) -> str:
    """The string that a Python body begins with, with its quotes; "" without."""
    first = next(iter(statements(body)), None)
    if first is None or first.type != "expression_statement" or first.named_children[:1] == []:
        return ""
    return written(first) if first.named_children[0].type in ("string", "concatenated_string") else ""


def _is_stub(body: Node) -> bool:
    """Whether a Python body holds nothing but a docstring, `pass` or `...`."""
    rest = statements(body)[1 if docstring(body) else 0 :]
    return all(each.type == "pass_statement" or written(each) == "..." for each in rest)


def _gives(body: Node) -> bool:
    last = statements(body)[-1:]
    if last and last[0].type in ("throw_statement", "raise_statement"):
        return True
    return any(
        node.type == "yield" or (node.type == "return_statement" and bool(statements(node)))
        for node in walk(body, lambda node: node.type not in OTHER_CODE)
    )
