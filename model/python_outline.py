"""What Python's words declare: names that are assigned to, with what their annotation or value tells of their type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .lexis import PYTHON_KEYWORDS
from .outline import FARTHEST, HEADER, Declared, Method, Words

NO_NAMES = PYTHON_KEYWORDS - {"match", "case", "type"}

WRAPPERS = frozenset(["Optional", "Union", "Final", "ClassVar", "Annotated", "Awaitable", "Coroutine"])
"""Their first argument that is not `None` tells more than they do."""

LONGEST_PARAMETERS = 96
"""Words that a function's opening bracket is looked for in, back from one of its parameters."""

SELVES = ("self", "cls")

OPENING, CLOSING = frozenset("([{"), frozenset(")]}")

VALUES = {"[": "list", "{": "dict", "True": "bool", "False": "bool", "not": "bool"}
"""What a value's first word tells; a constructor's name, a number and a string tell as well."""


class PythonGrammar:
    """`Grammar` for Python. Braces are displays; what is no variable of a function may be meant anywhere."""

    nested = False

    def declared(self, words: Words, at: int, end: int) -> Declared | None:
        """A variable, parameter, attribute of `self`, or function; of variables of loops only the name."""
        name = words.written[at]
        if not is_name(name) or at + 1 >= end:
            return None
        before = words.written[at - 1] if at else ""
        behind = words.written[at + 1]
        if before == "def":
            found = type_of_function(words, at, end)
            return Declared(at, name, found, "call", max(_column(words, at), 0))
        if before == ".":
            if at >= 2 and words.written[at - 2] in SELVES and behind in ("=", ":") and words.columns[at - 2] >= 0:
                return Declared(at, name, self._type(words, at, end), "member")
            return None
        begins = words.columns[at] >= 0 and not words.depths[at]
        if behind == ":" and (begins or (before in ("(", ",", "*", "**") and _in_header(words, at))):
            return Declared(at, name, self._type(words, at, end), "member" if words.columns[at] > 0 else "local")
        if behind == "=" and (begins or before in ("=", ":", ";")):
            return Declared(at, name, self._type(words, at, end), "local")
        if behind in (",", ")", "=") and before in ("(", ",", "*", "**") and words.columns[at] < 0:
            return Declared(at, name, "", "local") if _in_header(words, at) else None
        if before in ("for", "as") or (behind == "in" and before == ","):
            return Declared(at, name, "", "local")
        return None

    def _type(self, words: Words, at: int, end: int) -> str:
        """What an annotation, or else the value, says."""
        if words.written[at + 1] == ":":
            return annotated(words.written[at + 2 : min(at + 2 + 32, end)])
        value = words.written[at + 2] if at + 2 < end else ""
        behind = words.written[at + 3] if at + 3 < end else ""
        is_alone = value != "" and is_name(value) and (at + 3 >= len(words) or words.columns[at + 3] >= 0)
        return _parameter_type(words, value, at) if is_alone else value_type(value, behind)

    def method(self, words: Words, end: int) -> Method | None:
        """The function around: the nearest `def` before that stands further left than all between."""
        first = end
        while first > max(end - FARTHEST, 0) and words.columns[first] < 0:
            first -= 1
        left = words.columns[first] + (first != end)
        for at in range(first, max(end - FARTHEST, -1), -1):
            column, written = words.columns[at], words.written[at]
            if not 0 <= column < left or not (written[0].isalpha() or written[0] in "_@"):
                continue
            if written == "class":
                return None
            is_async = written == "async" and words.written[at + 1] == "def"
            if (written == "def" or is_async) and at + 1 + is_async < end:
                name = at + 1 + is_async
                return Method(words.written[name], type_of_function(words, name, end), name)
            left = column
        return None

    def visible(self, words: Words, method: Method, end: int) -> Iterator[int]:
        """All words of the function so far."""
        yield from range(min(end, len(words)) - 1, method.at, -1)


def is_name(word: str) -> bool:
    """Whether a word may be a name."""
    return (word[0].isalpha() or word[0] == "_") and word[-1] not in "\"'" and word not in NO_NAMES


def type_of_function(words: Words, at: int, end: int) -> str:
    """What stands behind the arrow of a function's header, whose name is at `at`; "" if there is none."""
    depth = 0
    for k in range(at + 1, min(at + HEADER, end)):
        written = words.written[k]
        depth += (written in OPENING) - (written in CLOSING)
        if not depth and written == "->":
            return annotated(words.written[k + 1 : min(k + 33, end)])
        if not depth and written != ")":
            return ""
    return ""


def annotated(annotation: Sequence[str]) -> str:
    """The base of a type that begins some words: without arguments, module, quotation marks, and `None` beside it."""
    found = ""
    for k, written in enumerate(annotation):
        word = written.strip("\"'").replace("|", " ").split("[")[0].strip() if written[0] in "\"'" else written
        word = word.split(" ")[0].rpartition(".")[2] if word != "." else word
        behind = annotation[k + 1] if k + 1 < len(annotation) else ""
        if word in ("[", "|", "|=") or behind == "." or word == "." or word in WRAPPERS:
            continue
        if not word or not (word[0].isalpha() or word[0] == "_"):
            break
        found = word
        if word != "None" or behind not in ("|", ","):
            break
    return found


def value_type(value: str, behind: str) -> str:
    """The type of a value that begins with two words, "" if they do not tell."""
    if value in VALUES:
        return VALUES[value]
    if value and value[0].isdigit():
        return "float" if "." in value else "int"
    if value and (value[0] in "\"'" or (value[-1] in "\"'" and value[0] in "rRbBuUfF")):
        return "bytes" if value[0] in "bB" else "str"
    constructor = behind == "(" and (value[:1].isupper() or value in ("int", "float", "str", "list", "dict", "set"))
    return value if constructor else ""


def _parameter_type(words: Words, name: str, at: int) -> str:
    """What the nearest function's header before a word says of its parameter of that name."""
    for k in range(at - 1, max(at - HEADER, 0), -1):
        if words.written[k] == name and words.written[k + 1] == ":" and words.written[k - 1] in ("(", ","):
            return annotated(words.written[k + 2 : min(k + 34, at)])
        if words.written[k] == "def":
            break
    return ""


def _column(words: Words, at: int) -> int:
    """The column of a function's `def`, or of the `async` before it."""
    column = words.columns[at - 1]
    return words.columns[at - 2] if column < 0 and at >= 2 else column


def _in_header(words: Words, at: int) -> bool:
    """Whether the word stands among the parameters of a function."""
    depth = 0
    for k in range(at - 1, max(at - LONGEST_PARAMETERS, 0), -1):
        written = words.written[k]
        depth += (written in CLOSING) - (written in OPENING)
        if depth < 0:
            return k >= 2 and words.written[k - 2] == "def"
        if written in ("return", "def"):
            return False
    return False
