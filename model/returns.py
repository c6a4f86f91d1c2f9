"""What may follow `return`: the declared type of the method decides what is likelier, and what is in scope.

An LSTM has forgotten the method's header by the time it comes to its `return`, and a memory of contexts knows only what
came behind `return` elsewhere. So the header and the names in scope are looked up (`outline.py`), and what begins the
expression gains or loses some nats by them, as a memory's candidates do:

    P'(token) ∝ P(token) · exp(sum of the weights of all that is known of the token)

A character stands for the tokens that go on with it. Of those that are known each counts as one, and those that are not
as `open`, so that of a word's first letter little is said and of its last all.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .contexts import alphabet_of
from .outline import Declared, Scene
from .return_weights import OPEN, TRUST, WEIGHTS
from .vocabulary import UNKNOWN, Vocabulary

TYPES: dict[str, dict[str, str]] = {
    "java": {
        "truth": "boolean Boolean",
        "number": "byte short int long float double char Byte Short Integer Long Float Double Character Number "
        "BigInteger BigDecimal",
        "text": "String CharSequence StringBuilder",
        "many": "List Set Map Collection Iterable Iterator Stream ArrayList HashMap HashSet LinkedList Enumeration",
        "nothing": "void Void",
    },
    "python": {
        "truth": "bool",
        "number": "int float complex",
        "text": "str bytes",
        "many": "list List dict Dict set Set tuple Tuple Sequence Iterable Iterator Mapping Generator frozenset",
        "nothing": "None NoReturn",
    },
}
"""Which families types belong to; all others are objects."""

FAMILIES = {
    language: {name: family for family, names in each.items() for name in names.split()}
    for language, each in TYPES.items()
}

WORDS = {
    "java": "true false null new this super",
    "python": "True False None self not super lambda await cls",
}
"""Words that may begin an expression whatever is in scope."""

TOLD_BY_NAME = {
    "python": [
        (re.compile(r"__(?:eq|ne|lt|le|gt|ge|contains|bool|exit)__$|_?(?:is|has|can|should)_"), "bool"),
        (re.compile(r"__(?:len|hash|int|index)__$"), "int"),
        (re.compile(r"__(?:str|repr|format|unicode)__$"), "str"),
        (re.compile(r"__(?:enter|iter|aenter|aiter|iadd)__$"), "Self"),
    ],
}
"""What a name says of a Python function that has no annotation."""

SIGNS = {**dict.fromkeys("0123456789", "digit"), '"': "quote", "'": "quote"}
"""First characters that are no letters, those alike under one name; others by themselves, as far as they are listed."""
LISTED = frozenset("-(![{;~\n")

ASKED = re.compile(r"(?<![\w$.])return (this\.|self\.|new )?([\w$]*)\Z", re.ASCII)
"""How a text ends where something is known of the next character."""

REACH = 64
"""Characters that are looked at for that; a word that fills them is nobody's name."""


@dataclass(frozen=True)
class Known:
    """A token that may begin the expression: its text, and the names of the weights that it gains."""

    text: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where something is known: behind `return ` at `offset`, and what was written since: `this.`, and half a word."""

    offset: int
    before: str
    word: str


def place_of(end: str, length: int) -> Place | None:
    """The place at the end of a text, of which the last `REACH` characters and the length are given; None elsewhere."""
    match = ASKED.search(end)
    if match is None:
        return None
    return Place(length - (len(end) - match.start()) + len("return "), match[1] or "", match[2])


def family_of(name: str, language: str) -> str:
    """The family of a type: truth, number, text, many, nothing, object; "untold" if there is no type."""
    if not name:
        return "untold"
    if name.endswith("[]"):
        return "many"
    return FAMILIES[language].get(name, "object")


def given_type(scene: Scene, language: str) -> str:
    """The type that a method says it gives, by its header or its name."""
    if scene.method.type:
        return scene.method.type
    for pattern, told in TOLD_BY_NAME.get(language, ()):
        if pattern.match(scene.method.name):
            return told
    return ""


def known_tokens(scene: Scene, before: str, language: str) -> list[Known]:
    """The tokens that may come behind `return `, or behind `this.` and `new `, with what is known of each."""
    given = given_type(scene, language)
    family = family_of(given, language)
    if before == "new ":
        return [Known(given.removesuffix("[]"), ("new",))] if given else []
    found = [] if before else [Known(word, (f"{family}:{word}",)) for word in WORDS[language].split()]
    method, asked = scene.method.name, subject_of(scene.method.name)
    latest = True
    for declared in scene.names.values():
        if before and declared.manner == "local":
            continue
        reasons = [f"{family}<{relation(declared, given, language)}", f"{before}{declared.manner}"]
        alike = "itself" if declared.name == method else likeness(asked, declared.name)
        if alike:
            reasons.append(f"{before}{alike}")
        if latest and declared.manner == "local":
            reasons.append(f"latest-{family}")
            latest = False
        found.append(Known(declared.name, tuple(reasons)))
    return found


def known_signs(scene: Scene, before: str, language: str) -> list[Known]:
    """First characters that are no letters."""
    if before:
        return []
    family = family_of(given_type(scene, language), language)
    signs = [Known(sign, (f"{family}:{name}",)) for sign, name in SIGNS.items()]
    return signs + [Known(sign, (f"{family}:{sign!r}",)) for sign in sorted(LISTED)]


def relation(declared: Declared, given: str, language: str) -> str:
    """How a name's type stands to the one that is given: same, or its family, or unknown."""
    if not declared.type or declared.type == "var":
        return "unknown"
    return "same" if declared.type == given else family_of(declared.type, language)


PREFIX = re.compile(r"_*(?:get|is|has|to|as|find|create|build|make|compute|read|load|new|set)_?(?=[A-Z_a-z])")


def subject_of(method: str) -> str:
    """What a method is about: `major` of `getMajor`, in small letters and without underscores."""
    return PREFIX.sub("", method, count=1).replace("_", "").lower()


def likeness(asked: str, name: str) -> str:
    """Whether a name is called as the method says, or partly so. asked: the method's subject."""
    called = name.replace("_", "").lower()
    if not asked or not called:
        return ""
    if asked == called:
        return "called"
    alike = len(called) >= 3 and len(asked) >= 3 and (asked.endswith(called) or called.endswith(asked))
    return "alike" if alike else ""


@dataclass(frozen=True)
class Weighed:
    """Tokens, and first characters that are no letters, each with the nats that it gains."""

    tokens: tuple[tuple[str, float], ...]
    signs: tuple[tuple[str, float], ...]


class Returns:
    """What is known behind `return`, in nats on the characters of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary, language: str) -> None:
        self._vocabulary = vocabulary
        self._language = language
        self._weights = WEIGHTS[language]
        self._open = OPEN[language]
        self._outside = ~alphabet_of(vocabulary).in_words

    def trust(self, place: Place) -> float:
        """By what the log-probabilities of network and memories are multiplied at a place."""
        trust = TRUST[self._language]
        return trust[-1] if place.before else trust[min(len(place.word), len(trust) - 2)]

    def weighed(self, scene: Scene, before: str) -> Weighed:
        """All that may come behind `return `, `this.`, `self.` or `new `, weighed once for every half-typed word."""
        tokens = [(known.text, self._weight(known)) for known in known_tokens(scene, before, self._language)]
        signs = [(known.text, self._weight(known)) for known in known_signs(scene, before, self._language)]
        return Weighed(tuple(tokens), tuple(signs))

    def nats(self, weighed: Weighed, word: str) -> npt.NDArray[np.float32]:
        """Nats that each next character gains, (V,). word: what was written so far."""
        found = np.zeros(len(self._vocabulary), np.float32)
        parts: dict[str, list[float]] = {}
        for text, weight in weighed.tokens:
            if text == word:
                found[self._outside] += np.float32(weight)
            elif text.startswith(word):
                parts.setdefault(text[len(word)], []).append(math.exp(weight))
        share = self._open[min(len(word), len(self._open) - 1)]
        for character, weights in parts.items():
            self._add(found, character, math.log((share + math.fsum(weights)) / (share + len(weights))))
        for character, weight in () if word else weighed.signs:
            self._add(found, character, weight)
        return found

    def _weight(self, known: Known) -> float:
        return math.fsum(self._weights.get(reason, 0.0) for reason in known.reasons)

    def _add(self, found: npt.NDArray[np.float32], character: str, nats: float) -> None:
        index = self._vocabulary.index(character)
        if index != UNKNOWN:
            found[index] += np.float32(nats)
