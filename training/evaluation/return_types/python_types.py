"""Types of Python expressions, as far as one file tells, by the grammar of tree-sitter-python.

What is judged: literals, displays and comprehensions, comparisons, `not`, annotated parameters and variables, variables
and attributes that are given one type of value only, functions of the file that say what they give, classes that are
called, `self`, and calls whose names always give the same. Everything else is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from ...sampling.syntax import above, walk, written
from .file_types import FileTypes

CLOSED = frozenset(
    ["bool", "int", "float", "complex", "str", "bytes", "list", "dict", "set", "frozenset", "tuple", "None"]
)
"""Types whose values are nothing else but what `ABOVE` names."""

NAMES = {"List": "list", "Dict": "dict", "Set": "set", "Tuple": "tuple", "Text": "str", "FrozenSet": "frozenset"}
ANY = frozenset(["Any", "object", "Self", "Type", "type"])
ABOVE = {
    "bool": ("int", "float", "complex"),
    "int": ("float", "complex"),
    "float": ("complex",),
    "list": ("Sequence", "MutableSequence", "Iterable", "Collection", "Sized"),
    "tuple": ("Sequence", "Iterable", "Collection", "Sized", "Hashable"),
    "str": ("Sequence", "Iterable", "Collection", "Sized", "Hashable"),
    "bytes": ("Sequence", "Iterable", "Collection", "Sized", "ByteString", "Buffer"),
    "dict": ("Mapping", "MutableMapping", "Iterable", "Collection", "OrderedDict", "TypedDict"),
    "set": ("AbstractSet", "MutableSet", "Iterable", "Collection"),
    "frozenset": ("AbstractSet", "Iterable", "Collection"),
}
DISPLAYS = {
    "true": "bool",
    "false": "bool",
    "none": "None",
    "integer": "int",
    "float": "float",
    "list": "list",
    "list_comprehension": "list",
    "dictionary": "dict",
    "dictionary_comprehension": "dict",
    "set": "set",
    "set_comprehension": "set",
    "tuple": "tuple",
    "expression_list": "tuple",
    "comparison_operator": "bool",
    "not_operator": "bool",
    "concatenated_string": "str",
}
CALLS = {
    **{name: name for name in ("bool", "int", "float", "str", "bytes", "list", "dict", "set", "tuple", "frozenset")},
    **dict.fromkeys(["len", "hash", "ord", "id"], "int"),
    **dict.fromkeys(["isinstance", "issubclass", "callable", "hasattr", "any", "all"], "bool"),
    **dict.fromkeys(["repr", "chr", "hex"], "str"),
    "sorted": "list",
}
METHODS_BY_TYPE = {
    "str": "format join strip lstrip rstrip lower upper decode title",
    "bool": "startswith endswith isdigit is_file is_dir exists",
    "bytes": "encode",
    "list": "split splitlines",
}
METHODS = {name: given for given, names in METHODS_BY_TYPE.items() for name in names.split()}

LOOPS = frozenset(["for_statement", "as_pattern_target", "augmented_assignment", "pattern_list", "for_in_clause"])
"""Nodes that give a name a value of which nothing is known."""


class PythonTypes(FileTypes):
    """The types of one file."""

    def __init__(self, root: Node) -> None:
        super().__init__()
        self._calls: dict[str, set[str]] = {}
        self._classes: dict[str, set[str]] = {}
        self._attributes: dict[str, set[str]] = {}
        for node in walk(root):
            if node.type == "function_definition":
                found = annotation(node.child_by_field_name("return_type"))
                self._calls.setdefault(written(node.child_by_field_name("name")), set()).add("|".join(sorted(found)))
            elif node.type == "class_definition":
                parents = node.child_by_field_name("superclasses")
                names = {written(each) for each in ([] if parents is None else parents.named_children)}
                self._classes[written(node.child_by_field_name("name"))] = names
        for node in walk(root):
            if node.type == "assignment" and written(node.child_by_field_name("left")).startswith("self."):
                name = written(node.child_by_field_name("left"))
                self._attributes.setdefault(name, set()).add(self._given(node))

    def methods(self, root: Node) -> Iterator[tuple[Node, str]]:
        """The functions that say what they give, and what they say."""
        for node in walk(root):
            found = node.child_by_field_name("return_type") if node.type == "function_definition" else None
            if found is not None and annotation(found):
                yield node, "|".join(sorted(annotation(found)))

    def _given(self, assignment: Node) -> str:
        """What a variable is given; its value is judged where it stands, so that every look goes further back."""
        told = annotation(assignment.child_by_field_name("type"))
        value = assignment.child_by_field_name("right")
        if told or value is None:
            return "|".join(sorted(told))
        place, self._at = self._at, None
        try:
            return self.type_of(value)
        finally:
            self._at = place

    def type_of(self, node: Node) -> str:
        """The type of an expression, those that it may have with `|` between; "" if it is unknown."""
        kind = node.type
        if kind in DISPLAYS:
            return DISPLAYS[kind]
        if kind == "string":
            prefix = written(node).split('"')[0].split("'")[0].lower()
            return "bytes" if "b" in prefix else "str"
        if kind == "call":
            return self._call(node)
        if kind == "attribute":
            types = self._attributes.get(written(node), set())
            return next(iter(types)) if len(types) == 1 else ""
        return self._variable(node) if kind == "identifier" else self._operation(node)

    def _operation(self, node: Node) -> str:
        kind, parts = node.type, node.named_children
        if kind in ("parenthesized_expression", "unary_operator") and parts:
            return self.type_of(parts[0])
        if kind == "conditional_expression" and len(parts) == 3:
            return self._either(self.type_of(parts[0]), self.type_of(parts[2]))
        if kind == "boolean_operator" and len(parts) == 2:
            return self._either(self.type_of(parts[0]), self.type_of(parts[1]))
        return self._operator(node) if kind == "binary_operator" else ""

    @staticmethod
    def _either(left: str, right: str) -> str:
        return "|".join(sorted({*left.split("|"), *right.split("|")})) if left and right else ""

    def _operator(self, node: Node) -> str:
        left, right = (node.child_by_field_name(side) for side in ("left", "right"))
        types = ["" if side is None else self.type_of(side) for side in (left, right)]
        sign = written(node.child_by_field_name("operator"))
        if sign == "%" and types[0] == "str":
            return "str"
        if types[0] == types[1] and types[0] in ("int", "float", "str", "list", "tuple"):
            return "float" if sign == "/" and types[0] == "int" else types[0]
        return "float" if set(types) == {"int", "float"} else ""

    def _call(self, node: Node) -> str:
        function = node.child_by_field_name("function")
        name = written(function)
        if function is not None and function.type == "attribute":
            on, method = (
                written(function.child_by_field_name("object")),
                written(function.child_by_field_name("attribute")),
            )
            return self._function(method) if on in ("self", "cls") else METHODS.get(method, "")
        return name if name in self._classes else CALLS.get(name, "") or self._function(name)

    def _function(self, name: str) -> str:
        types = self._calls.get(name, set())
        return next(iter(types)) if len(types) == 1 else ""

    def _variable(self, node: Node) -> str:
        """What a parameter or a variable of the function says of itself or is given, if that is one type only."""
        here, name = self._at or node, written(node)
        function = above(here, frozenset(["function_definition"]))
        if function is None:
            return ""
        if name in ("self", "cls"):
            around = above(function, frozenset(["class_definition"]))
            return "" if around is None or name == "cls" else written(around.child_by_field_name("name"))
        types = {*_of_parameter(function, name), *self._of_assignments(function, name, here.start_byte)}
        return next(iter(types)) if len(types) == 1 else ""

    def _of_assignments(self, function: Node, name: str, before: int) -> Iterator[str]:
        for each in walk(function):
            if each.type == "assignment" and written(each.child_by_field_name("left")) == name:
                if each.start_byte < before:
                    value = each.child_by_field_name("right")
                    mentions = value is not None and any(written(part) == name for part in walk(value))
                    yield "" if mentions else self._given(each)
            elif each.type in LOOPS:
                left = each.child_by_field_name("left") or each
                if any(part.type == "identifier" and written(part) == name for part in walk(left)):
                    yield ""

    def fits(self, declared: str, found: str, *, literal: bool = False) -> bool | None:  # noqa: ARG002 (as in Java)
        """Whether a value of a type may be given where a function declares another; None where one file cannot tell."""
        if not declared or not found:
            return None
        verdicts = [self._one_fits(set(declared.split("|")), each) for each in found.split("|")]
        return False if False in verdicts else None if None in verdicts else True

    def _one_fits(self, declared: set[str], found: str) -> bool | None:
        known, left = set[str](), [found]
        while left:
            current = left.pop()
            if current not in known:
                known.add(current)
                left += [*ABOVE.get(current, ()), *self._classes.get(current, ())]
        if declared & (known | ANY):
            return True
        told = found in CLOSED and all(each in CLOSED or each in self._classes for each in declared)
        # A class of this file is no built-in value, unless what it inherits from is one.
        own = found in self._classes and declared <= CLOSED and not self._classes[found]
        return False if told or own else None


def _of_parameter(function: Node, name: str) -> Iterator[str]:
    """What a function's parameter of that name says, "" if nothing; none if there is no such parameter."""
    parameters = function.child_by_field_name("parameters")
    for parameter in [] if parameters is None else parameters.named_children:
        told = parameter.child_by_field_name("name") or (parameter.named_children or [parameter])[0]
        if written(told) == name:
            yield "|".join(sorted(annotation(parameter.child_by_field_name("type"))))


def annotation(node: Node | None) -> set[str]:
    """The types that an annotation allows, without modules and arguments; empty where it is not understood."""
    text = written(node).strip().strip("\"'").replace(" ", "").replace("\n", "")
    if not text:
        return set()
    return _alternatives(text)


def _alternatives(text: str) -> set[str]:
    parts = _split(text, "|")
    if len(parts) > 1:
        return set().union(*map(_alternatives, parts))
    name, _, arguments = text.partition("[")
    name = name.rpartition(".")[2].strip("\"'")
    if name in ("Optional", "Union") and arguments:
        inner = [_alternatives(part) for part in _split(arguments[:-1], ",")]
        return set().union(*inner, {"None"} if name == "Optional" else set())
    return {NAMES.get(name, name)} if name.isidentifier() else set()


def _split(text: str, mark: str) -> list[str]:
    """A text in parts, at marks that stand in no brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "[(") - (character in "])")
        if character == mark and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts
