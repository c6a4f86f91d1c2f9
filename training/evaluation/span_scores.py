"""How well scores of places point at a fault: ranks and AUC over lines and tokens, and what a threshold would flag."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .faults import Fault, Source

TOPS = (1, 3, 5)


class Flag(NamedTuple):
    """text[start:end] as a suspect. score: larger is worse; alternative: what belongs there, None if nobody says."""

    start: int
    end: int
    score: float
    alternative: str | None


@dataclass
class Ranks:
    """Ranks of faults among all lines or tokens of their files, from 1 on."""

    ranks: list[float] = field(default_factory=list)

    def to_json(self) -> dict[str, float]:
        """Shares among the first few, and the mean reciprocal rank."""
        count = max(len(self.ranks), 1)
        shares = {f"top{top}": sum(rank <= top for rank in self.ranks) / count for top in TOPS}
        return {"count": len(self.ranks), **shares, "mrr": sum(1 / rank for rank in self.ranks) / count}


@dataclass
class Located:
    """How well one system locates the faults of one kind. auc: of each file, over its lines."""

    lines: Ranks = field(default_factory=Ranks)
    tokens: Ranks = field(default_factory=Ranks)
    auc: list[float] = field(default_factory=list)

    def add(self, line_scores: Sequence[float], at: int, token_scores: Sequence[float], wrong: Sequence[int]) -> None:
        """One fault: on line `at`, its tokens by number. No token scores where a system does not rate tokens."""
        self.lines.ranks.append(rank_of(line_scores, line_scores[at]))
        self.auc.append(area_under_curve(line_scores, at))
        if token_scores and wrong:
            self.tokens.ranks.append(rank_of(token_scores, max(token_scores[number] for number in wrong)))

    def to_json(self) -> dict[str, object]:
        """All figures."""
        auc = sum(self.auc) / max(len(self.auc), 1)
        return {"lines": self.lines.to_json(), "tokens": self.tokens.to_json(), "line_auc": auc}


def rank_of(scores: Sequence[float], score: float) -> float:
    """The rank of a score among others, itself one of them; of equal ones the middle."""
    higher, equal = sum(other > score for other in scores), sum(other == score for other in scores)
    return higher + (equal + 1) / 2


def area_under_curve(scores: Sequence[float], at: int) -> float:
    """The share of the other scores that one is above; equal ones count half. 1 where there is no other."""
    others = len(scores) - 1
    return 1 - (rank_of(scores, scores[at]) - 1) / others if others else 1.0


def score_lines(text: str, flags: Sequence[Flag]) -> list[float]:
    """The worst score of the flags that begin in each line; below all of them where there is none."""
    starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]
    scores = [float("-inf")] * len(starts)
    for flag in flags:
        line = bisect.bisect_right(starts, flag.start) - 1
        scores[line] = max(scores[line], flag.score)
    return scores


def score_tokens(source: Source, flags: Sequence[Flag]) -> list[float]:
    """The worst score of the flags that overlap each token of the code."""
    starts = [token.start for token in source.code]
    scores = [float("-inf")] * len(starts)
    for flag in flags:
        number = max(bisect.bisect_right(starts, flag.start) - 1, 0)
        while number < len(starts) and starts[number] < flag.end:
            if source.code[number].end > flag.start:
                scores[number] = max(scores[number], flag.score)
            number += 1
    return scores


def wrong_tokens(source: Source, fault: Fault) -> list[int]:
    """The numbers of the tokens that are wrong; where one is missing those before and behind its place."""
    inside = [n for n, token in enumerate(source.code) if token.end > fault.start and token.start < fault.end]
    if inside:
        return inside
    return [n for n in (_last_before(source, fault.start), _last_before(source, fault.start) + 1) if _is(source, n)]


def _last_before(source: Source, offset: int) -> int:
    return bisect.bisect_right([token.end for token in source.code], offset) - 1


def _is(source: Source, number: int) -> bool:
    return 0 <= number < len(source.code)


def neighbourhood(source: Source, fault: Fault) -> tuple[int, int] | None:
    """From the token before a fault to the end of the one behind; None where there is no token at all."""
    wrong = wrong_tokens(source, fault)
    if not wrong:
        return None
    first, last = max(wrong[0] - 1, 0), min(wrong[-1] + 1, len(source.code) - 1)
    return source.code[first].start, source.code[last].end


def points_at(source: Source, fault: Fault, flag: Flag) -> bool:
    """Whether a flag is on the fault or on a token beside it."""
    around = neighbourhood(source, fault)
    return around is not None and flag.start < around[1] and flag.end > around[0]


def is_right_fix(fault: Fault, flag: Flag) -> bool:
    """Whether what a flag proposes gives the file as it was, blanks aside."""
    if flag.alternative is None:
        return False
    start, end = min(flag.start, fault.start), max(flag.end, fault.end)  # all else is the same
    mended = fault.text[start : flag.start] + flag.alternative + fault.text[flag.end : end]
    original = fault.text[start : fault.start] + fault.original + fault.text[fault.end : end]
    return "".join(mended.split()) == "".join(original.split())


def matched_threshold(clean: Sequence[float], wanted: float) -> float:
    """The score that so many of clean code's scores reach; infinite for none."""
    count = int(wanted)
    ordered = sorted(clean, reverse=True)
    if not count or not ordered:
        return float("inf")
    return ordered[min(count, len(ordered)) - 1]
