"""What a judgement found in one text, and in many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from tree_sitter import Node

from .members import Members, find_members
from .syntax import parse


@dataclass(frozen=True)
class Finding:
    """So many of so many things were right; nothing judged: the text has nothing that the rule speaks of."""

    right: int
    judged: int

    @classmethod
    def of(cls, verdicts: Iterable[bool]) -> Finding:
        """The sum of verdicts."""
        found = list(verdicts)
        return cls(sum(found), len(found))

    @property
    def holds(self) -> bool:
        """Whether something was judged and all of it was right."""
        return 0 < self.judged == self.right


@dataclass(frozen=True)
class Written:
    """A text to be judged, cut anywhere, and what several rules ask of it."""

    text: str
    language: str

    @cached_property
    def members(self) -> Members:
        """Where its complete members end."""
        return find_members(self.text, self.language)

    @cached_property
    def complete(self) -> str:
        """The text up to its last complete member, open type bodies closed."""
        return self.members.complete(self.text)

    @cached_property
    def tree(self) -> Node:
        """The tree of the complete members."""
        return parse(self.complete, self.language)


@dataclass(frozen=True)
class Rule:
    """Something that a text keeps or breaks. name: key in JSON; says: a line of a table, without its full stop."""

    name: str
    says: str
    judge: Callable[[Written], Finding]


@dataclass(frozen=True)
class Tally:
    """Findings of one rule on many texts. kept: texts where all is right; texts: those with something to judge."""

    kept: int
    texts: int
    right: int
    judged: int

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Tally:
        """The sums."""
        found = [finding for finding in findings if finding.judged]
        return cls(
            sum(finding.holds for finding in found),
            len(found),
            sum(finding.right for finding in found),
            sum(finding.judged for finding in found),
        )

    def to_json(self) -> dict[str, float | int | None]:
        """Counts, and the two shares; None where nothing was judged."""
        return {
            **vars(self),
            "share_of_texts": self.kept / self.texts if self.texts else None,
            "share": self.right / self.judged if self.judged else None,
        }


def tally(rules: Iterable[Rule], texts: Sequence[Written]) -> dict[str, Tally]:
    """What each rule finds on some texts, by its name."""
    return {rule.name: Tally.of(rule.judge(text) for text in texts) for rule in rules}
