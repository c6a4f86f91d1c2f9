"""What type an expression has, as far as its words and the names in scope tell; "" where they do not.

Only what is plain is told: literals, names with a declared type, `new`, casts, comparisons, sums with a text among
them, calls of the document's own methods, and calls whose names give the same nearly everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .lexis import tokens
from .outline import BLANK, Declared

OPENING, CLOSING = frozenset("([{"), frozenset(")]}")

TRUTHS = {
    "java": frozenset(["==", "!=", "<=", ">=", "&&", "||", "instanceof"]),
    "python": frozenset(["==", "!=", "<=", ">=", "<", ">", "in", "is", "not"]),
}
"""Operators that make a truth of whatever they join."""

WORDS = {
    "java": {"true": "boolean", "false": "boolean", "null": "null"},
    "python": {"True": "bool", "False": "bool", "None": "None"},
}
TEXT = {"java": "String", "python": "str"}
NUMBERS = {
    "java": frozenset(["int", "long", "float", "double", "short", "byte", "char"]),
    "python": frozenset(["int", "float"]),
}

FUNCTIONS = {
    "java": "",
    "python": "isinstance:bool issubclass:bool callable:bool hasattr:bool any:bool all:bool bool:bool len:int int:int "
    "ord:int hash:int str:str repr:str list:list sorted:list dict:dict set:set tuple:tuple float:float",
}
METHODS = {
    "java": "equals:boolean equalsIgnoreCase:boolean isEmpty:boolean contains:boolean containsKey:boolean "
    "startsWith:boolean endsWith:boolean hasNext:boolean matches:boolean exists:boolean size:int length:int "
    "indexOf:int lastIndexOf:int hashCode:int compareTo:int compare:int ordinal:int intValue:int "
    "toString:String substring:String trim:String toLowerCase:String toUpperCase:String getMessage:String",
    "python": "startswith:bool endswith:bool format:str join:str strip:str lower:str upper:str split:list encode:bytes",
}
CALLS = {
    (language, dot): dict(each.split(":") for each in table[language].split())
    for dot, table in (("", FUNCTIONS), (".", METHODS))
    for language in table
}
"""What calls of these names give nearly everywhere: by themselves, and on whatever stands before the dot."""


def expression_end(text: str, start: int, language: str) -> int:
    """Where the expression that begins at an offset ends: before Java's `;`, or the end of Python's logical line."""
    depth = 0
    end = start
    for token in tokens(text[start : start + 2000], language):
        written = text[start + token.start : start + token.end]
        depth += (written in OPENING) - (written in CLOSING)
        ended = written == ";" or depth < 0 or (language != "java" and token.kind == "newline" and depth <= 0)
        if ended or (language != "java" and token.kind == "comment" and depth <= 0):
            break
        end = start + token.end if token.kind not in BLANK else end
    return end


def expression_type(expression: str, names: Mapping[str, Declared], language: str) -> str:
    """The type of an expression as it is written. names: what is declared and seen there."""
    words = [expression[each.start : each.end] for each in tokens(expression, language) if each.kind not in BLANK]
    return type_of(words, names, language)


def type_of(words: Sequence[str], names: Mapping[str, Declared], language: str) -> str:
    """The type of the expression that some words are."""
    if not words:
        return ""
    parts = _outermost(words)
    if "?" in parts and language == "java":
        return _of_branches(words, parts.index("?"), names, language)
    if language != "java" and ("if" in parts or "lambda" in words or "and" in parts or "or" in parts):
        return ""
    if language != "java" and "," in parts:
        return "tuple"
    if _is_truth(words, parts, language):
        return "boolean" if language == "java" else "bool"
    if "+" in parts[1:] or "-" in parts[1:] or "*" in parts[1:] or "/" in parts[1:]:
        return _of_sum(words, parts, names, language)
    return _of_primary(words, names, language)


def _outermost(words: Sequence[str]) -> list[str]:
    """The words, with "" in place of those that stand in brackets."""
    found, depth = [], 0
    for word in words:
        depth -= word in CLOSING
        found.append(word if not depth else "")
        depth += word in OPENING
    return found


def _is_truth(words: Sequence[str], parts: Sequence[str], language: str) -> bool:
    if words[0] in ("!", "not"):
        return True
    if any(part in TRUTHS[language] for part in parts):
        return True
    # In Java `<` may open arguments of a type: only between two values it compares.
    compares = language == "java" and "new" not in words and ("<" in parts) != (">" in parts)
    return compares and "::" not in words


def _of_branches(words: Sequence[str], mark: int, names: Mapping[str, Declared], language: str) -> str:
    """The type of `a ? b : c` where both tell the same, or one of them is null."""
    rest = list(words[mark + 1 :])
    parts = _outermost(rest)
    if parts.count(":") != 1:
        return ""
    colon = parts.index(":")
    found = {type_of(rest[:colon], names, language), type_of(rest[colon + 1 :], names, language)} - {"null"}
    return found.pop() if len(found) == 1 else ""


def _of_sum(words: Sequence[str], parts: Sequence[str], names: Mapping[str, Declared], language: str) -> str:
    """A text if one is added, a number if nothing else is there."""
    operands: list[list[str]] = [[]]
    for word, part in zip(words, parts, strict=True):
        if part in ("+", "-", "*", "/", "%") and operands[-1]:
            operands.append([])
        else:
            operands[-1].append(word)
    found = {type_of(operand, names, language) for operand in operands}
    if TEXT[language] in found and "+" in parts:
        return TEXT[language]
    if found <= NUMBERS[language]:
        return "double" if "double" in found else "float" if "float" in found else "long" if "long" in found else "int"
    return ""


def _of_primary(words: Sequence[str], names: Mapping[str, Declared], language: str) -> str:
    first, last = words[0], words[-1]
    if first == "-":
        return _of_primary(words[1:], names, language) if len(words) > 1 else ""
    if len(words) == 1:
        return _of_word(first, names, language)
    if first == "new" and _made(words):
        return _made(words)
    if first == "(" and language == "java" and len(words) > 3 and words[2] == ")":
        return words[1] if words[1] in NUMBERS[language] or words[1][:1].isupper() else ""
    if first == "(" and last == ")" and _outermost(words)[1:-1] == [""] * (len(words) - 2):
        return type_of(words[1:-1], names, language)
    if language != "java" and first in OPENING and _outermost(words)[1:-1] == [""] * (len(words) - 2):
        return "list" if first == "[" else "dict" if ":" in words or len(words) == 2 else "set"
    if last == ")":
        return _of_call(words, names, language)
    if len(words) == 3 and first in ("this", "self") and words[1] == ".":
        return names[last].type if last in names and names[last].manner != "call" else ""
    return "int" if words[-2:] == [".", "length"] and language == "java" else ""


def _of_word(word: str, names: Mapping[str, Declared], language: str) -> str:
    if word in WORDS[language]:
        return WORDS[language][word]
    if word[0].isdigit() or (word[0] == "." and len(word) > 1):
        is_whole = word.rstrip("lL").isdigit() or word[:2].lower() in ("0x", "0b")
        return ("long" if word[-1] in "lL" else "int") if is_whole else "double" if language == "java" else "float"
    if word[0] == "'" and language == "java":
        return "char"
    if word[0] in "\"'" or word[-1] in "\"'":
        return TEXT[language]
    manners = ("local", "member") if language == "java" else ("local",)
    return names[word].type if word in names and names[word].manner in manners else ""


def _made(words: Sequence[str]) -> str:
    """What `new` makes, an array where brackets stand first; "" where something is called on what it makes.

    A class inside another may be called as any other is (`Point2D.Double`): it is not told.
    """
    at = 1
    while at + 2 < len(words) and words[at + 1] == ".":
        at += 2
    name, behind = words[at] if at < len(words) else "", words[at + 1 : at + 2]
    if behind == ["["]:
        return name + "[]"
    if "." in _outermost(words)[at + 1 :] or (at > 1 and words[at - 2][:1].isupper()):
        return ""
    return name


def _of_call(words: Sequence[str], names: Mapping[str, Declared], language: str) -> str:
    """What a call gives that is the whole expression, or its last link."""
    depth, at = 0, len(words) - 1
    while at >= 0:
        depth += (words[at] in CLOSING) - (words[at] in OPENING)
        if not depth:
            break
        at -= 1
    if at < 1:
        return ""
    name, before = words[at - 1], words[at - 2] if at >= 2 else ""
    own = not before or (before == "." and at == 3 and words[0] in ("this", "self", "cls"))
    if own and name in names and names[name].manner == "call":
        return names[name].type
    if language != "java" and own and name[:1].isupper() and "_" not in name:
        return name
    return CALLS[language, before].get(name, "") if before in (".", "") else ""
