"""Whether the names that methods use were declared."""

from __future__ import annotations

from typing import NamedTuple

from .finding import Finding, Written


class Binding(NamedTuple):
    """A name that may be used inside start … end − 1 (bytes) of a text, from `since` on."""

    start: int
    end: int
    since: int


class Use(NamedTuple):
    """A name that a method uses, where, and where that method starts if it sees what is bound late around it."""

    name: str
    place: int
    method: int = 0


class Names(NamedTuple):
    """What a text declares, by name, and uses. open: the text takes names from elsewhere that it does not name."""

    bindings: dict[str, list[Binding]]
    uses: list[Use]
    open: bool

    def declared(self, use: Use) -> bool:
        """Whether a declaration of the name reaches the use."""
        return any(
            b.start <= use.place < b.end and (b.since <= use.place or b.start < use.method)
            for b in self.bindings.get(use.name, ())
        )


def judge_names(text: Written) -> Finding:
    """How many of the local-looking names that complete methods use are declared where they can be seen.

    Local-looking: begins with a small letter or `_`, and is no type, no name behind a dot, no label, not what is called
    (`f` in `f(x)` may be inherited or stand below the cut), and neither `self` nor `cls`.

    Declared, in Java: a local, parameter or pattern above it in a block around it; a field of a class around it; a
    static import. In Python: a parameter; something bound above it in the function; bound anywhere in a function around
    it, or in the module; an import; a builtin; the variable of a comprehension or lambda around it. Texts with a
    wildcard import (Java: a static one) are not judged.

    In Java only classes are judged that extend nothing and stand in none that does, for inherited fields need no
    declaration; a field that is declared below the cut still looks undeclared, and the control shows how often.
    """
    from .java_names import java_names
    from .python_names import python_names

    names = java_names(text.tree) if text.language == "java" else python_names(text.tree)
    return Finding(0, 0) if names.open else Finding.of(map(names.declared, names.uses))
