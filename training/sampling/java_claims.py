"""The article's remarks on Java, as judgements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from .finding import Finding, Written
from .returns import OTHER_CODE, statements
from .syntax import walk, written

TYPES = frozenset(["class_declaration", "interface_declaration", "enum_declaration", "record_declaration"])
MEMBERS = frozenset(["method_declaration", "constructor_declaration"])

TAG = re.compile(r"^[\s/*]*@(\w+)[ \t]*(\S*)", re.MULTILINE)
"""A tag at the beginning of a line of a Javadoc comment, and the word behind it."""


def judge_java_order(text: Written) -> Finding:
    """Whether the complete text has a package, at least one import, and a type, once and in this order.

    Comments may stand between; a second package, or an import behind a type, breaks it.
    """
    kinds = [_part(node) for node in text.tree.named_children if "comment" not in node.type]
    return Finding.of([re.fullmatch("pi+t+", "".join(kinds)) is not None])


def _part(node: Node) -> str:
    if node.type in TYPES or node.type == "annotation_type_declaration":
        return "t"
    return {"package_declaration": "p", "import_declaration": "i"}.get(node.type, "?")


def judge_javadoc_type(text: Written) -> Finding:
    """Whether a Javadoc comment stands right before the first type; texts without a type are not judged."""
    first = next((node for node in walk(text.tree) if node.type in TYPES), None)
    return Finding(0, 0) if first is None else Finding.of([bool(javadoc(first))])


def judge_methods(text: Written) -> Finding:
    """Whether the first type has a complete method or constructor; texts without a type are not judged."""
    first = next((node for node in walk(text.tree) if node.type in TYPES), None)
    if first is None:
        return Finding(0, 0)
    return Finding.of([any(node.type in MEMBERS for node in walk(first))])


def judge_javadoc_params(text: Written) -> Finding:
    """How many methods whose Javadoc has `@param` name parameters that they have, in the signature's order.

    Parameters may be left out; types' parameters (`@param <T>`) are not looked at.
    """
    verdicts = []
    for method, tags in _documented(text.tree):
        named = [word for tag, word in tags if tag == "param" and not word.startswith("<")]
        if named:
            rest = iter(parameters(method))
            verdicts.append(all(name in rest for name in named))  # each is looked for behind the one before
    return Finding.of(verdicts)


def judge_javadoc_returns(text: Written) -> Finding:
    """How many methods whose Javadoc has `@return` give something, and have the tag once, behind every `@param`."""
    verdicts = []
    for method, tags in _documented(text.tree):
        order = [tag for tag, _ in tags if tag in ("param", "return")]
        if "return" in order:
            verdicts.append(order.count("return") == 1 and order[-1] == "return" and not is_void(method))
    return Finding.of(verdicts)


def judge_void(text: Written) -> Finding:
    """How many complete `void` methods and constructors have no `return` with a value."""
    verdicts = []
    for method in walk(text.tree):
        body = method.child_by_field_name("body")
        if method.type in MEMBERS and body is not None and is_void(method):
            inside = walk(body, lambda node: node.type not in OTHER_CODE)
            verdicts.append(not any(node.type == "return_statement" and statements(node) for node in inside))
    return Finding.of(verdicts)


def is_void(method: Node) -> bool:
    """Whether a method gives nothing; constructors do not."""
    kind = method.child_by_field_name("type")
    return kind is None or kind.type == "void_type"


def javadoc(node: Node) -> str:
    """The Javadoc comment right before a declaration, "" without one."""
    before = node.prev_named_sibling
    found = written(before) if before is not None and before.type == "block_comment" else ""
    return found if found.startswith("/**") else ""


def parameters(method: Node) -> Iterator[str]:
    """Names of a method's parameters, in order."""
    for each in getattr(method.child_by_field_name("parameters"), "named_children", ()):
        for node in walk(each, lambda node: node.type == "variable_declarator"):
            name = node.child_by_field_name("name")
            if node.type in ("formal_parameter", "variable_declarator") and name is not None:
                yield written(name)


def _documented(root: Node) -> Iterator[tuple[Node, list[tuple[str, str]]]]:
    for node in walk(root):
        if node.type in MEMBERS:
            yield node, TAG.findall(javadoc(node))
