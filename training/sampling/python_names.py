"""What a Python text binds and uses, by the grammar of tree-sitter-python."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

from tree_sitter import Node

from .names import Binding, Names, Use
from .syntax import above, is_field, walk, written

COMPREHENSIONS = frozenset(
    ["list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression"]
)
FUNCTIONS = frozenset(["function_definition"])
SCOPES = FUNCTIONS | COMPREHENSIONS | {"lambda", "class_definition"}
MODULE_NAMES = ("__file__", "__name__", "__doc__", "__spec__", "__path__", "__class__", "__package__")
KNOWN = frozenset([*dir(builtins), *MODULE_NAMES])
NO_CODE = frozenset(["import_statement", "import_from_statement", "type", "ERROR"])
"""Names in these are no variables."""

TARGETS = {
    "assignment": "left",
    "augmented_assignment": "left",
    "named_expression": "name",
    "for_statement": "left",
    "for_in_clause": "left",
    "function_definition": "name",
    "class_definition": "name",
    "default_parameter": "name",
    "typed_default_parameter": "name",
    "aliased_import": "alias",
}
"""Nodes that bind, and their field that says what."""

BINDING = frozenset(
    [
        "parameters",
        "lambda_parameters",
        "typed_parameter",
        "as_pattern_target",
        "global_statement",
        "nonlocal_statement",
        "case_pattern",
        "type_parameter",
    ]
)
"""Nodes that bind the names that are their children."""

COLLECTIONS = frozenset(
    [
        "pattern_list",
        "tuple_pattern",
        "list_pattern",
        "list_splat_pattern",
        "dictionary_splat_pattern",
        "dotted_name",
        "tuple",
        "list",
        "splat_pattern",
        "keyword_pattern",
        "class_pattern",
        "dict_pattern",
        "union_pattern",
    ]
)
"""What targets are made of: the names in these are bound, those in `a.b` and `a[b]` are not."""


def python_names(root: Node) -> Names:
    """The names of a text."""
    bindings = {name: [Binding(0, root.end_byte, 0)] for name in KNOWN}
    uses: list[Use] = []
    bound: set[int] = set()
    is_open = False
    for node in walk(root):
        is_open |= node.type == "wildcard_import"
        for target in _targets(node):
            for name in _bound(target):
                bound.add(name.start_byte)
                if (binding := _reach(node, name, root)) is not None:
                    bindings.setdefault(written(name), []).append(binding)
        if node.type == "identifier" and (function := _user(node)) is not None:
            uses.append(Use(written(node), node.start_byte, function.start_byte))
    return Names(bindings, [use for use in uses if use.place not in bound], is_open)


def _targets(node: Node) -> Iterator[Node]:
    if node.type in TARGETS:
        yield from node.children_by_field_name(TARGETS[node.type])
    elif node.type in ("import_statement", "import_from_statement"):
        yield from (name for name in node.children_by_field_name("name") if name.type == "dotted_name")
    elif node.type in BINDING:
        yield from node.named_children


def _bound(target: Node) -> Iterator[Node]:
    """The names in a target; of `a.b` in an import the first."""
    if target.type == "dotted_name":
        yield target.named_children[0]
        return
    for node in walk(target, lambda node: node.type in COLLECTIONS):
        if node.type == "identifier" and (node is target or node.parent is None or node.parent.type in COLLECTIONS):
            yield node


def _reach(node: Node, name: Node, root: Node) -> Binding | None:
    """Where a binding is seen: in its function from there on, in functions inside it and in a module everywhere.

    None for those of a class, which functions inside it do not see.
    """
    is_definition = node.type in ("function_definition", "class_definition")
    outside = FUNCTIONS | {"lambda"} if node.type == "named_expression" else SCOPES
    scope = above(node, outside) if is_definition or node.type not in SCOPES else node
    if scope is None:
        return Binding(0, root.end_byte, 0)
    if scope.type == "class_definition":
        return None
    since = name.start_byte if scope.type == "function_definition" else scope.start_byte
    return Binding(scope.start_byte, scope.end_byte, since)


def _user(node: Node) -> Node | None:
    """The function in whose body an identifier is a local-looking variable, None if it is none."""
    name, parent = written(node), node.parent
    if parent is None or name in ("self", "cls") or not (name[:1].islower() or name[:1] == "_"):
        return None
    if is_field(node, "attribute") or (parent.type == "keyword_argument" and is_field(node, "name")):
        return None
    if parent.type == "call" and is_field(node, "function"):
        return None
    if above(node, NO_CODE) is not None:
        return None
    function = above(node, FUNCTIONS)
    body = None if function is None else function.child_by_field_name("body")
    return function if body is not None and body.start_byte <= node.start_byte else None
