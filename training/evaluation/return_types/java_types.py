"""Types of Java expressions, as far as one file tells, by the grammar of tree-sitter-java.

What is judged: literals, casts, operators, `new`, arrays, names that the file declares, methods that it declares and
calls without an object, `this`, and calls whose names give the same nearly everywhere (`CALLS`). A type is its name
without package and arguments, with `[]` for each dimension. Everything else is unknown, and so is what one file cannot
tell: whether a class that stands elsewhere extends another.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from ...sampling.syntax import above, walk, written
from .file_types import FileTypes

TYPES = frozenset(["class_declaration", "interface_declaration", "enum_declaration", "record_declaration"])
NUMBERS = ("byte", "short", "char", "int", "long", "float", "double")
"""From narrow to wide."""

BOXES = {
    "Boolean": "boolean",
    "Byte": "byte",
    "Short": "short",
    "Character": "char",
    "Integer": "int",
    "Long": "long",
    "Float": "float",
    "Double": "double",
}
CLOSED = frozenset([*NUMBERS, "boolean", *BOXES, "String", "Class"])
"""Types that nothing else is, and that are nothing else but `WIDE`."""

WIDE = frozenset(["Object", "Comparable", "Serializable", "Cloneable", "Constable"])
ABOVE = {
    "String": ("CharSequence",),
    "StringBuilder": ("CharSequence", "Appendable"),
    "StringBuffer": ("CharSequence", "Appendable"),
    **dict.fromkeys(["ArrayList", "LinkedList", "Vector"], ("List", "Collection", "Iterable")),
    **dict.fromkeys(["HashSet", "LinkedHashSet", "EnumSet"], ("Set", "Collection", "Iterable")),
    "TreeSet": ("SortedSet", "NavigableSet", "Set", "Collection", "Iterable"),
    "List": ("Collection", "Iterable"),
    "Set": ("Collection", "Iterable"),
    "SortedSet": ("Set", "Collection", "Iterable"),
    "Collection": ("Iterable",),
    **dict.fromkeys(["HashMap", "LinkedHashMap", "IdentityHashMap", "ConcurrentHashMap", "EnumMap"], ("Map",)),
    "TreeMap": ("SortedMap", "NavigableMap", "Map"),
    **dict.fromkeys(("Byte", "Short", "Integer", "Long", "Float", "Double", "BigInteger", "BigDecimal"), ("Number",)),
}
"""What a type of the standard library also is."""

CALLS_BY_TYPE = {
    "boolean": "equals equalsIgnoreCase isEmpty contains containsKey containsValue startsWith endsWith hasNext matches "
    "hasMoreElements isDirectory isFile exists isInstance isAssignableFrom isArray isPresent",
    "int": "size length indexOf lastIndexOf hashCode compareTo compare ordinal intValue nextInt",
    "long": "longValue currentTimeMillis nanoTime",
    "double": "doubleValue",
    "String": "toString substring trim toLowerCase toUpperCase getSimpleName getMessage getLocalizedMessage",
    "char": "charAt",
    "byte[]": "getBytes",
    "char[]": "toCharArray",
}
CALLS = {name: given for given, names in CALLS_BY_TYPE.items() for name in names.split()}
"""What methods of these names give nearly everywhere, whatever they are called on."""

STATIC_CALLS = {
    **dict.fromkeys(["String.valueOf", "String.format", "String.join"], "String"),
    "Integer.parseInt": "int",
    "Long.parseLong": "long",
    "Boolean.parseBoolean": "boolean",
}
COMPARING = frozenset(["==", "!=", "<", ">", "<=", ">=", "&&", "||"])
NULL = "null"


class JavaTypes(FileTypes):
    """The types of one file."""

    def __init__(self, root: Node) -> None:
        super().__init__()
        self._calls: dict[str, set[str]] = {}
        self._above: dict[str, set[str]] = {}
        self._variables: set[str] = set()
        for node in walk(root):
            if node.type == "method_declaration":
                self._calls.setdefault(written(node.child_by_field_name("name")), set()).add(declared_type(node))
            elif node.type in TYPES:
                self._above[written(node.child_by_field_name("name"))] = set(_supertypes(node))
            elif node.type == "type_parameter":
                self._variables.add(written(node).split()[0])

    def methods(self, root: Node) -> Iterator[tuple[Node, str]]:
        """The methods with a body, and the types that they declare."""
        for node in walk(root):
            if node.type == "method_declaration" and node.child_by_field_name("body") is not None:
                yield node, declared_type(node)

    def type_of(self, node: Node) -> str:
        """The type of an expression, "" if it is unknown."""
        kind = node.type
        if kind == "null_literal":
            return NULL
        if kind in LITERALS:
            return _literal(node)
        if kind in ("parenthesized_expression", "update_expression"):
            return self.type_of(node.named_children[0]) if node.named_children else ""
        if kind in ("object_creation_expression", "cast_expression"):
            return base(node.child_by_field_name("type"))
        if kind == "array_creation_expression":
            brackets = "".join(written(child) for child in node.named_children if child.type.startswith("dimensions"))
            return base(node.child_by_field_name("type")) + "[]" * brackets.count("[")
        return self._operation(node)

    def _operation(self, node: Node) -> str:
        kind = node.type
        if kind == "unary_expression":
            return "boolean" if written(node).startswith("!") else self._child(node, "operand")
        if kind == "assignment_expression":
            return self._child(node, "left")
        if kind == "binary_expression":
            return self._operator(node)
        if kind == "ternary_expression":
            return self._either(self._child(node, "consequence"), self._child(node, "alternative"))
        return self._name(node)

    def _child(self, node: Node, field: str) -> str:
        child = node.child_by_field_name(field)
        return "" if child is None else self.type_of(child)

    def _operator(self, node: Node) -> str:
        sign = written(node.child_by_field_name("operator"))
        if sign in COMPARING:
            return "boolean"
        left, right = BOXES.get(t := self._child(node, "left"), t), BOXES.get(u := self._child(node, "right"), u)
        if sign == "+" and "String" in (left, right):
            return "String"
        if sign in ("<<", ">>", ">>>"):
            return left if left in ("int", "long") else ""
        if left == right == "boolean":
            return "boolean"
        if left in NUMBERS and right in NUMBERS:
            return max("int", left, right, key=NUMBERS.index)
        return ""

    def _either(self, left: str, right: str) -> str:
        if left == right or right == NULL:
            return left
        if left == NULL:
            return right
        if left in NUMBERS and right in NUMBERS:
            return max(left, right, key=NUMBERS.index)
        return ""

    def _name(self, node: Node) -> str:
        """The type of what is named: variables, fields of `this`, calls, elements of arrays."""
        kind = node.type
        if kind == "instanceof_expression":
            return "boolean"
        here = self._at or node
        if kind == "this":
            around = above(here, TYPES | {"object_creation_expression"})
            return "" if around is None or around.type not in TYPES else written(around.child_by_field_name("name"))
        if kind == "class_literal":
            return "Class"
        if kind == "identifier":
            return variable_type(here, written(node))
        if kind == "array_access":
            array = self._child(node, "array")
            return array.removesuffix("[]") if array.endswith("[]") else ""
        if kind == "field_access":
            return self._field(node)
        return self._call(node) if kind == "method_invocation" else ""

    def _field(self, node: Node) -> str:
        on, name = node.child_by_field_name("object"), written(node.child_by_field_name("field"))
        if on is not None and on.type == "this":
            return field_type(self._at or node, name)
        on_type = "" if on is None else self.type_of(on)
        return "int" if name == "length" and on_type.endswith("[]") else ""

    def _call(self, node: Node) -> str:
        on, name = node.child_by_field_name("object"), written(node.child_by_field_name("name"))
        if on is None or on.type == "this":
            types = self._calls.get(name, set())
            return next(iter(types)) if len(types) == 1 else ""
        return STATIC_CALLS.get(f"{written(on)}.{name}", CALLS.get(name, ""))

    def fits(self, declared: str, found: str, *, literal: bool = False) -> bool | None:
        """Whether a value of a type may be given where a method declares another; None where one file cannot tell.

        literal: whether the value is one, and so may be of a narrower type than `int`.
        """
        if declared == "void" or (found == NULL and declared in (*NUMBERS, "boolean")):
            return False
        if not found or not declared or {declared, found} & self._variables:
            return None
        if found == NULL:
            return True
        narrow, wide = BOXES.get(found, found), BOXES.get(declared, declared)
        if found == declared or narrow == wide or declared == "Object":
            return True
        if narrow in NUMBERS and wide in NUMBERS:
            narrower = literal and narrow == "int" and wide in ("byte", "short", "char")
            return narrower or NUMBERS.index(narrow) <= NUMBERS.index(wide)
        return self._is_a(declared, found)

    def _is_a(self, declared: str, found: str) -> bool | None:
        known, left = set[str](), [found]
        while left:
            current = left.pop()
            if current not in known:
                known.add(current)
                left += [*ABOVE.get(current, ()), *self._above.get(current, ())]
        if declared in known:
            return True
        if declared in WIDE:
            return None
        told = found in CLOSED or found.endswith("[]") or declared in CLOSED or declared.endswith("[]")
        return False if told else None


LITERALS = frozenset(
    [
        "true",
        "false",
        "string_literal",
        "character_literal",
        "decimal_integer_literal",
        "hex_integer_literal",
        "octal_integer_literal",
        "binary_integer_literal",
        "decimal_floating_point_literal",
        "hex_floating_point_literal",
    ]
)


def _literal(node: Node) -> str:
    last = written(node)[-1:].lower()
    if node.type in ("true", "false"):
        return "boolean"
    if node.type == "string_literal":
        return "String"
    if node.type == "character_literal":
        return "char"
    if "integer" in node.type:
        return "long" if last == "l" else "int"
    return "float" if last == "f" else "double"


def base(node: Node | None) -> str:
    """The name of a type without package and arguments."""
    text = written(node).partition("<")[0].strip()
    arguments = written(node)
    dimensions = arguments.count("[]") if arguments.endswith("]") else 0
    return text.split("[")[0].split()[-1].rpartition(".")[2] + "[]" * dimensions if text else ""


def declared_type(method: Node) -> str:
    """What a method declares that it gives."""
    return base(method.child_by_field_name("type"))


def _supertypes(node: Node) -> Iterator[str]:
    for child in node.children:
        if child.type in ("superclass", "super_interfaces", "extends_interfaces"):
            for name in walk(child):
                if name.type == "type_identifier":
                    yield written(name)


def variable_type(node: Node, name: str) -> str:
    """The type of the variable of that name which is seen at a node: the nearest declared before it, else a field."""
    scope: Node | None = node
    while (scope := scope.parent if scope is not None else None) is not None:
        if scope.type in ("class_body", "enum_body_declarations", "interface_body"):
            break
        for declared, kind in _locals(scope, node.start_byte):
            if declared == name:
                return kind
    return field_type(node, name)


def _locals(scope: Node, before: int) -> Iterator[tuple[str, str]]:
    for child in scope.named_children:
        if child.start_byte >= before:
            return
        if child.type in ("local_variable_declaration", "resource"):
            yield from _declarators(child)
        elif child.type == "formal_parameters":
            for parameter in child.named_children:
                yield from _parameter(parameter)
        elif child.type in ("catch_formal_parameter", "resource_specification"):
            for part in walk(child):
                if part.type == "resource":
                    yield from _declarators(part)
    if scope.type == "enhanced_for_statement":
        yield written(scope.child_by_field_name("name")), base(scope.child_by_field_name("type"))


def _parameter(node: Node) -> Iterator[tuple[str, str]]:
    if node.type == "formal_parameter":
        yield written(node.child_by_field_name("name")), _with_dimensions(node, base(node.child_by_field_name("type")))
    elif node.type == "spread_parameter":
        names = [child for child in node.named_children if child.type == "variable_declarator"]
        types = [child for child in node.named_children if child.type != "modifiers"]
        for name in names:
            yield written(name.child_by_field_name("name")), base(types[0]) + "[]"


def _declarators(node: Node) -> Iterator[tuple[str, str]]:
    kind = base(node.child_by_field_name("type"))
    if node.type == "resource":
        yield written(node.child_by_field_name("name")), kind
    for each in node.named_children:
        if each.type == "variable_declarator":
            value = each.child_by_field_name("value")
            is_new = kind == "var" and value is not None and value.type == "object_creation_expression"
            told = base(value.child_by_field_name("type")) if is_new and value is not None else kind
            yield written(each.child_by_field_name("name")), "" if told == "var" else _with_dimensions(each, told)


def _with_dimensions(node: Node, kind: str) -> str:
    return kind + "[]" * written(node.child_by_field_name("dimensions")).count("[")


def field_type(node: Node, name: str) -> str:
    """The type of the field of that name in the classes around a node."""
    body = above(node, frozenset(["class_body", "enum_body_declarations", "interface_body"]))
    while body is not None:
        for child in body.named_children:
            if child.type in ("field_declaration", "constant_declaration"):
                for declared, kind in _declarators(child):
                    if declared == name:
                        return kind
        body = above(body, frozenset(["class_body", "enum_body_declarations", "interface_body"]))
    return ""
