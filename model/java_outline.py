"""What Java's words declare: a type, and a name behind it."""

from __future__ import annotations

from collections.abc import Iterator

from .lexis import JAVA_KEYWORDS
from .outline import FARTHEST, Declared, Method, Words

BASIC_TYPES = frozenset(["boolean", "byte", "char", "double", "float", "int", "long", "short", "var", "void"])

NO_NAMES = JAVA_KEYWORDS - {"record", "sealed", "permits", "yield", "var"}

TYPE_BODIES = frozenset(["class", "interface", "enum", "record", "new"])

IN_ARGUMENTS = frozenset([",", "?", "&", ".", "[", "]", "extends", "super", "@", "<", ">", ">>", ">>>"])

LONGEST_TYPE = 60
"""Words that a type is looked for in, backwards from its name."""

LONGEST_PARAMETERS = 400


class JavaGrammar:
    """`Grammar` for Java."""

    nested = True

    def declared(self, words: Words, at: int, end: int) -> Declared | None:
        """A variable, field or parameter before `= ; : , )`, or a method before its parameters."""
        if at + 1 >= end or at == 0:
            return None
        name, behind = words.written[at], words.written[at + 1]
        if behind not in ("=", ";", ",", ")", ":", "(") or not is_name(name):
            return None
        found = type_before(words, at)
        if found == "":
            return None
        if found == "var":
            found = _inferred(words, at, end)
        manner = "call" if behind == "(" else "local" if behind in (",", ")") else "member"
        return Declared(at, name, found, manner, words.depths[at])  # type: ignore[arg-type]

    def method(self, words: Words, end: int) -> Method | None:
        """The method around: the nearest open brace behind a header with a type. None in lambdas and class bodies."""
        at, ended = end - 1, 0
        while at >= max(end - FARTHEST, 0):
            written = words.written[at]
            if written == "}":
                ended += 1
            elif written == "{" and ended:
                ended -= 1
            elif written == "{":
                found = self._header(words, at)
                if found != "block":
                    return found  # type: ignore[return-value]
            at -= 1
        return None

    def _header(self, words: Words, brace: int) -> Method | str | None:
        """The method that an open brace begins; "block" for a block inside of one; None where no method can be."""
        at = _before_throws(words, brace - 1)
        if at < 0:
            return None
        written = words.written[at]
        if written == "->":
            return "block" if _is_case(words, at) else None
        if written != ")":
            return None if _begins_type(words, at) else "block"
        opening = _opening(words, at)
        if opening < 1:
            return None
        name = words.written[opening - 1]
        if not is_name(name):
            return "block"
        found = type_before(words, opening - 1)
        if found == "" and _begins_type(words, opening - 1):
            return None
        return Method(name, found or "void", opening - 1)

    def visible(self, words: Words, method: Method, end: int) -> Iterator[int]:
        """Words of the method's blocks that are still open, and of its parameters."""
        ended, at = 0, end - 1
        while at > method.at:
            written = words.written[at]
            if written == "}":
                ended += 1
            elif written == "{" and ended:
                ended -= 1
                if not ended and words.written[at - 1] == ")":  # what a loop declares ends with it
                    at = max(_opening(words, at - 1), method.at)
            elif not ended:
                yield at
            at -= 1


def is_name(word: str) -> bool:
    """Whether a word may be a name."""
    return (word[0].isalpha() or word[0] in "_$") and word not in NO_NAMES


def type_before(words: Words, at: int) -> str:
    """The type that stands directly before a word, without its arguments and package; "" if there is none."""
    k, least, suffix = at - 1, max(at - LONGEST_TYPE, 0), ""
    while k >= least + 1 and (words.written[k] == "..." or (words.written[k] == "]" and words.written[k - 1] == "[")):
        suffix += "[]"
        k -= 1 if words.written[k] == "..." else 2
    depth = 0
    while k >= least:
        written = words.written[k]
        if written[0] == ">" and not written.strip(">"):
            depth += len(written)
        elif written == "<" and depth:
            depth -= 1
        elif not depth or not (written in IN_ARGUMENTS or is_name(written) or written in BASIC_TYPES):
            break
        k -= 1
    if depth or k < 0:
        return ""
    name = words.written[k]
    if name in BASIC_TYPES:
        return name + suffix
    return name + suffix if is_name(name) and (k == 0 or words.written[k - 1] != "new") else ""


def _inferred(words: Words, at: int, end: int) -> str:
    """The type of `var x = new Type(…)`."""
    ahead = words.written[at + 1 : min(at + 4, end)]
    return ahead[2] if ahead[:2] == ["=", "new"] and len(ahead) == 3 else "var"


def _before_throws(words: Words, at: int) -> int:
    """The word before a header's `throws` clause, or the word itself."""
    k = at
    while k > max(at - LONGEST_TYPE, 0) and (words.written[k] in (",", ".") or is_name(words.written[k])):
        k -= 1
    return k - 1 if k >= 0 and words.written[k] == "throws" else at


def _opening(words: Words, closing: int) -> int:
    """The parenthesis that a closing one belongs to, −1 if it is too far away."""
    depth = 0
    for at in range(closing, max(closing - LONGEST_PARAMETERS, -1), -1):
        depth += (words.written[at] == ")") - (words.written[at] == "(")
        if not depth:
            return at
    return -1


def _begins_type(words: Words, at: int) -> bool:
    """Whether the words up to here are the header of a type, or an anonymous class."""
    for k in range(at, max(at - LONGEST_PARAMETERS, -1), -1):
        written = words.written[k]
        if written in TYPE_BODIES and (written != "record" or k < at):
            return True
        if written in (";", "{", "}", ")", "("):
            return False
    return False


def _is_case(words: Words, at: int) -> bool:
    """Whether an arrow belongs to a `case` of a switch, not to a lambda."""
    for k in range(at, max(at - LONGEST_TYPE, -1), -1):
        if words.written[k] in ("case", "default"):
            return True
        if words.written[k] in (";", "{", "}"):
            return False
    return False
