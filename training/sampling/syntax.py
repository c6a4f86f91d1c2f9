"""Syntax trees by tree-sitter, and what all judgements ask of them.

Offsets in a tree count bytes of UTF-8; they stay inside the modules that read trees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import tree_sitter_java
import tree_sitter_python
from tree_sitter import Language, Node, Parser

GRAMMARS = {"java": tree_sitter_java.language, "python": tree_sitter_python.language}


@cache
def _parser(language: str) -> Parser:
    return Parser(Language(GRAMMARS[language]()))


def parse(text: str, language: str) -> Node:
    """The root of the text's tree; what is no valid UTF-8 is read as a question mark."""
    return _parser(language).parse(text.encode("utf-8", "replace")).root_node


def everything(_: Node) -> bool:
    """Goes into every node."""
    return True


def walk(node: Node, into: Callable[[Node], bool] = everything) -> Iterator[Node]:
    """A node and all below it in the order of the text; `into` says which nodes are looked into, the first always is.

    It keeps its own stack: a text that a network wrote may nest as deep as it is long.
    """
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        if current is node or into(current):
            stack.extend(reversed(current.named_children))


def written(node: Node | None) -> str:
    """A node's text, "" of none."""
    return "" if node is None or node.text is None else node.text.decode()


def is_field(node: Node, *names: str) -> bool:
    """Whether the node is one of these fields of its parent."""
    parent = node.parent
    return parent is not None and any(node in parent.children_by_field_name(name) for name in names)


def above(node: Node, kinds: frozenset[str]) -> Node | None:
    """The nearest node of these kinds above a node."""
    current = node.parent
    while current is not None and current.type not in kinds:
        current = current.parent
    return current
