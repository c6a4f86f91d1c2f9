"""What is offered behind `return`, whether it fits, and how well a wrong expression is told from the real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from peephole.model.gate import FEATURES, Gate, GateParameters
from peephole.model.lexis import tokens_from
from peephole.model.predictor import Predictor, Reading
from peephole.model.recall import NO_LIBRARIES, Libraries
from peephole.model.return_evidence import return_evidence
from peephole.model.search import next_tokens
from peephole.model.tape import Tape
from peephole.model.votes import SLOTS

from ...texts import Text
from .cases import Case, Pair

FAR = 1000
"""Characters between a method's header and its `return` from which on it is a page away, and counted apart."""

LONGEST_WRITTEN = 80
LINE_ENDS = {"java": ";", "python": "\n"}


def systems_of(predictor: Predictor) -> dict[str, Predictor]:
    """Who is asked, by name: with and without the document's memory, and what is known of `return` or not."""
    runtime = predictor.runtime
    typed_network = Predictor(runtime)
    typed_network.gate = Gate(_silent(predictor.config.hidden_size))
    found = {"network": predictor.alone(), "network_and_types": typed_network}
    if predictor.gate is not None:
        found |= {"document": Predictor(runtime, hinting=False), "document_and_types": Predictor(runtime)}
    return found


def _silent(hidden_size: int) -> GateParameters:
    """A gate that trusts no memory, so that hints alone come on top of the network."""
    return GateParameters(
        np.zeros((1, hidden_size + FEATURES), np.int16),
        np.zeros(1, np.float32),
        np.zeros(1, np.float32),
        np.zeros((SLOTS, 1 + FEATURES), np.int16),
        np.zeros(SLOTS, np.float32),
        np.zeros(SLOTS, np.float32),
    )


@dataclass
class Offered:
    """Counts of one system. token, expression: verdicts on the first offer, and on what it writes up to its end."""

    methods: int = 0
    first: int = 0
    among_five: int = 0
    token: Counter[str] = field(default_factory=Counter)
    expression: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, object]:
        """Counts, and shares of the methods, and of those that were judged."""
        return {
            "methods": self.methods,
            "first_is_real": self.first / max(self.methods, 1),
            "real_among_five": self.among_five / max(self.methods, 1),
            "first_token": shares(self.token),
            "written_expression": shares(self.expression),
        }


def shares(verdicts: Counter[str]) -> dict[str, object]:
    """The verdicts, and the share of those judged that fit."""
    judged = verdicts["fits"] + verdicts["misfit"]
    return {
        **{name: verdicts[name] for name in ("fits", "misfit", "unknown")},
        "fitting_share": verdicts["fits"] / judged if judged else None,
    }


def verdict(judged: bool | None) -> str:
    """A judgement as a word."""
    return {True: "fits", False: "misfit", None: "unknown"}[judged]


class Measurement:
    """All systems on many pairs."""

    def __init__(self, predictor: Predictor, language: str) -> None:
        self._systems = systems_of(predictor)
        self._language = language
        self.offered = {(name, where): Offered() for name in self._systems for where in ("all", "far")}
        self.real: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.scores: dict[str, tuple[list[float], list[float]]] = {}
        self.evidence: list[dict[str, object]] = []

    def measure(self, text: Text, pairs: Sequence[Pair], libraries: Libraries = NO_LIBRARIES) -> None:
        """The pairs of one text, ascending."""
        for name, predictor in self._systems.items():
            tape = Tape(predictor, self._language, path=text.path)
            tape.consult(libraries)
            for pair in pairs:
                tape.edit(text.text[: pair.case.offset])
                reading = tape.reading_at(pair.case.offset)
                assert reading is not None
                self._offer(name, predictor, reading, pair.case)
                self._tell_apart(name, tape, pair)
        for pair in pairs:
            self.real[verdict(pair.case.judge(pair.case.expression))] += 1
            self.wrong[verdict(pair.case.judge(pair.wrong))] += 1
            self._score("length", -len(pair.case.expression), -len(pair.wrong))

    def _offer(self, name: str, predictor: Predictor, reading: Reading, case: Case) -> None:
        texts = [item.text for item in next_tokens(predictor, reading, language=self._language, prefix="", top=5)]
        token = next(tokens_from(case.expression, 0, self._language))
        real = case.expression[token.start : token.end]
        same = [said == real or (said[0] == real[0] and said[0] in "\"'") for said in texts]
        on_token = verdict(judge_token(case, texts[0])) if texts else "unknown"
        on_expression = verdict(case.judge(write(predictor, reading, self._language)))
        for where in ("all", "far") if case.far >= FAR else ("all",):
            counts = self.offered[name, where]
            counts.methods += 1
            counts.first += same[:1] == [True]
            counts.among_five += any(same)
            counts.token[on_token] += 1
            counts.expression[on_expression] += 1

    def _tell_apart(self, name: str, tape: Tape, pair: Pair) -> None:
        """Score the real expression and the wrong one, each in the real one's place."""
        behind = LINE_ENDS[self._language]
        costs, evidence = [], []
        before = pair.case.text.text[: pair.case.offset]
        for said in (pair.case.expression, pair.wrong):
            tape.edit(before + said + behind)
            tape.advance_to(len(tape.text))
            costs.append(float(tape.surprisal_bits[pair.case.offset :].sum(dtype=np.float64)))
            if name == "document_and_types":
                found = return_evidence(tape, pair.case.offset)
                evidence.append(0.0 if found is None else found.bits)
                known = {} if found is None else {"verdict": found.verdict, "unexpected_bits": found.unexpected_bits}
                self.evidence.append({"wrong": said is not pair.case.expression, "total_bits": costs[-1], **known})
        self._score(f"{name}: bits", *costs)
        self._score(
            f"{name}: bits a character", costs[0] / (len(pair.case.expression) + 1), costs[1] / (len(pair.wrong) + 1)
        )
        if evidence:
            self._score("evidence", *evidence)

    def _score(self, name: str, real: float, wrong: float) -> None:
        reals, wrongs = self.scores.setdefault(name, ([], []))
        reals.append(real)
        wrongs.append(wrong)

    def to_json(self) -> dict[str, object]:
        """The figures, with their counts."""
        return {
            "pairs": sum(self.real.values()),
            "judged": {"real": shares(self.real), "wrong": shares(self.wrong)},
            "offered": {
                name: {where: self.offered[name, where].to_json() for where in ("all", "far")} for name in self._systems
            },
            "auc": {name: area(*map(np.array, found)) for name, found in self.scores.items()},
        }


def judge_token(case: Case, token: str) -> bool | None:
    """The judgement on a first token as if it were all: `!` is a truth, other signs and `new` tell nothing."""
    if token.strip() in ("!", "not"):
        return case.judge("!true" if case.language == "java" else "not x")
    return case.judge(token)


def write(predictor: Predictor, reading: Reading, language: str) -> str:
    """The expression that is written by taking the likeliest character each time, up to where it ends."""
    beam, text, depth = predictor.branch([reading]), "", 0
    for _ in range(LONGEST_WRITTEN):
        index = int(beam.log_probabilities[0].argmax())
        character = predictor.vocabulary.decode([index])
        depth += (character in "([{") - (character in ")]}")
        if depth < 0 or (character in (";", "\n", LINE_ENDS[language]) and depth == 0):
            break
        text += character
        beam = predictor.step(beam, [0], [index])
    return text.strip()


def area(real: npt.NDArray[np.float64], wrong: npt.NDArray[np.float64]) -> float | None:
    """How often a wrong one scores above a real one, ties half: the area under the ROC curve; None for nothing."""
    if not len(real) or not len(wrong):
        return None
    ordered = np.sort(real)
    below, up_to = np.searchsorted(ordered, wrong, "left"), np.searchsorted(ordered, wrong, "right")
    return float((below + up_to).mean() / 2 / len(real))
