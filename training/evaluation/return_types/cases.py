"""Methods that say what they give, a `return` of each, and one of another method that gives something else."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from ...sampling.syntax import parse, walk, written
from ...texts import Text
from .file_types import FileTypes
from .java_types import JavaTypes
from .python_types import PythonTypes

OTHER_CODE = frozenset(["lambda_expression", "class_body", "lambda", "function_definition", "class_definition"])
"""Their returns are not the method's."""

LONGEST = 200
"""Characters of an expression; longer ones are few, and say by their length alone where they belong."""

MOST_OF_A_FILE = 6
"""Methods drawn from one file: reading a file is what costs."""


TYPES: dict[str, type[JavaTypes] | type[PythonTypes]] = {"java": JavaTypes, "python": PythonTypes}
PLACES = {"java": "class A {{ Object f() {{ return {}; }} }}", "python": "def f():\n    return {}\n"}


@dataclass(frozen=True, eq=False)
class Case:
    """A `return` with its method. offset: of the expression, in code points; far: characters since the header."""

    text: Text
    language: str
    types: FileTypes
    node: Node
    declared: str
    offset: int
    expression: str
    far: int

    @property
    def end(self) -> int:
        """Where the expression ends."""
        return self.offset + len(self.expression)

    def judge(self, expression: str) -> bool | None:
        """Whether an expression fits here by the parser's judgement, None where it cannot tell."""
        root = parse(PLACES[self.language].format(expression), self.language)
        found = next((node for node in walk(root) if node.type == "return_statement" and node.named_children), None)
        if root.has_error or found is None:
            return None
        value = found.named_children[0]
        return self.types.fits(self.declared, self.types.type_at(value, self.node), literal="literal" in value.type)


@dataclass(frozen=True)
class Pair:
    """A case, and the expression of another method of the file that declares another type."""

    case: Case
    wrong: str


def find_cases(text: Text, language: str) -> list[Case]:
    """All returns of a value with one space before it, in methods that say what they give."""
    root = parse(text.text, language)
    content = text.text.encode("utf-8", "replace")
    types = TYPES[language](root)
    cases = []
    for method, declared in types.methods(root):
        body = method.child_by_field_name("body")
        returns = [] if body is None else walk(body, lambda node: node.type not in OTHER_CODE)
        for node in returns:
            if node.type != "return_statement" or len(node.named_children) != 1 or declared in ("", "void"):
                continue
            expression = node.named_children[0]
            offset, start = (len(content[:at].decode()) for at in (expression.start_byte, method.start_byte))
            said = written(expression)
            if text.text[offset - 7 : offset] == "return " and 0 < len(said) <= LONGEST:
                cases.append(Case(text, language, types, expression, declared, offset, said, offset - start))
    return cases


def draw_pairs(texts: Sequence[Text], language: str, count: int, seed: int) -> Iterator[tuple[Text, list[Pair]]]:
    """So many pairs of texts in a seeded order: of each method one return, of each file a few methods."""
    generator = random.Random(seed)
    numbers = list(range(len(texts)))
    generator.shuffle(numbers)
    left = count
    for number in numbers:
        if left <= 0:
            return
        text = texts[number]
        pairs = pair_up(find_cases(text, language), generator)
        generator.shuffle(pairs)
        pairs = sorted(pairs[: min(MOST_OF_A_FILE, left)], key=lambda pair: pair.case.offset)
        left -= len(pairs)
        if pairs:
            yield text, pairs


def pair_up(cases: Sequence[Case], generator: random.Random) -> list[Pair]:
    """Of each method one return, with another's expression where there is one of another type."""
    return [pair for case in _one_a_method(cases, generator) if (pair := _pair(case, cases, generator))]


def _one_a_method(cases: Sequence[Case], generator: random.Random) -> list[Case]:
    by_method: dict[int, list[Case]] = {}
    for case in cases:
        by_method.setdefault(case.offset - case.far, []).append(case)
    return [generator.choice(found) for found in by_method.values()]


def _pair(case: Case, cases: Sequence[Case], generator: random.Random) -> Pair | None:
    """The case with the expression nearest in length of those of methods that declare another type; None without."""
    others = [
        each.expression for each in cases if each.declared != case.declared and each.expression != case.expression
    ]
    generator.shuffle(others)
    nearest = min(others, key=lambda said: abs(len(said) - len(case.expression)), default=None)
    return None if nearest is None else Pair(case, nearest)
