"""What a Java text declares and uses, by the grammar of tree-sitter-java."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from .names import Binding, Names, Use
from .syntax import above, is_field, walk, written

BODIES = frozenset(["class_body", "interface_body", "enum_body", "annotation_type_body"])
METHODS = frozenset(["method_declaration", "constructor_declaration", "compact_constructor_declaration"])
SCOPES = (
    BODIES
    | METHODS
    | {
        "block",
        "constructor_body",
        "switch_block",
        "for_statement",
        "enhanced_for_statement",
        "lambda_expression",
        "catch_clause",
        "try_with_resources_statement",
        "record_declaration",
    }
)
NAMING = frozenset(
    [
        "variable_declarator",
        "formal_parameter",
        "catch_formal_parameter",
        "enhanced_for_statement",
        "resource",
        "instanceof_expression",
    ]
)
"""Nodes that declare the name in their field `name`."""

PATTERNS = frozenset(["type_pattern", "record_pattern_component"])
"""Nodes that declare the name that is their last child."""

NO_USES = frozenset(
    [
        *PATTERNS,
        "inferred_parameters",
        "labeled_statement",
        "break_statement",
        "continue_statement",
        "scoped_identifier",
        "marker_annotation",
        "annotation",
        "enum_constant",
        "method_declaration",
        "constructor_declaration",
        "compact_constructor_declaration",
        "class_declaration",
        "interface_declaration",
        "enum_declaration",
        "record_declaration",
        "annotation_type_declaration",
        "annotation_type_element_declaration",
    ]
)
"""Nodes whose own identifiers are no variables."""

PACKAGES = frozenset(["java", "javax", "jakarta", "org", "com", "net", "io", "sun"])
"""First parts of names of packages, which look like variables in `java.util.List.of()`."""


def java_names(root: Node) -> Names:
    """The names of a text."""
    bindings: dict[str, list[Binding]] = {}
    uses: list[Use] = []
    roots, is_open = set(PACKAGES), False
    for node in walk(root):
        if node.type == "import_declaration":
            parts = written(node).removesuffix(";").split()
            roots.add(parts[-1].partition(".")[0])
            if "static" in parts:
                is_open |= parts[-1].endswith("*")
                name = parts[-1].rpartition(".")[2]
                bindings.setdefault(name, []).append(Binding(0, root.end_byte, 0))
        for declared, binding in _declares(node):
            bindings.setdefault(written(declared), []).append(binding)
        in_package = is_field(node, "object") and written(node) in roots
        if node.type == "identifier" and _is_use(node) and not in_package and not _inherits(node):
            uses.append(Use(written(node), node.start_byte))
    return Names(bindings, uses, is_open)


def _declares(node: Node) -> Iterator[tuple[Node, Binding]]:
    scope = node if node.type in SCOPES else above(node, SCOPES)
    if scope is None:
        return
    since = scope.start_byte if scope.type in BODIES else node.start_byte
    binding = Binding(scope.start_byte, scope.end_byte, since)
    name = node.child_by_field_name("name")
    if node.type in NAMING and name is not None:
        if node.type == "instanceof_expression":  # seen wherever the test was true, which may be behind its block
            binding = _in_method(node, binding)
        yield name, binding
    elif node.type in PATTERNS and node.named_children:
        yield node.named_children[-1], _in_method(node, binding)
    elif node.type == "lambda_expression":
        parameters = node.child_by_field_name("parameters")
        if parameters is not None and parameters.type in ("identifier", "inferred_parameters"):
            for each in [parameters] if parameters.type == "identifier" else parameters.named_children:
                yield each, binding


def _in_method(node: Node, otherwise: Binding) -> Binding:
    method = above(node, METHODS)
    return otherwise if method is None else Binding(method.start_byte, method.end_byte, node.start_byte)


def _inherits(node: Node) -> bool:
    """Whether a class around a node takes over fields that the text need not show."""
    body = above(node, BODIES)
    while body is not None:
        of = body.parent
        if of is None or of.type == "object_creation_expression" or of.child_by_field_name("superclass") is not None:
            return True
        body = above(body, BODIES)
    return False


def _is_use(node: Node) -> bool:
    """Whether an identifier is a local-looking variable inside a method's body."""
    name, parent = written(node), node.parent
    if parent is None or not (name[:1].islower() or name[:1] == "_"):
        return False
    if parent.type in NO_USES or (parent.type in NAMING and is_field(node, "name")):
        return False
    if is_field(node, "field", "key") or (parent.type == "method_invocation" and is_field(node, "name")):
        return False
    if parent.type == "lambda_expression" and is_field(node, "parameters"):
        return False
    if parent.type == "method_reference" and parent.named_children[0] != node:
        return False
    method = above(node, METHODS)
    body = None if method is None else method.child_by_field_name("body")
    return body is not None and body.start_byte <= node.start_byte
