"""What one run has to measure: the model, the memory, and the texts among all that were given."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder
from peephole.model.predictor import Predictor

from ..errors import TrainingError
from ..neighbourhood import Beside, Neighbourhood, beside_none
from ..texts import Texts, find_texts, take_texts
from .evaluate import load_predictor
from .ngram_command import check_ngram_arguments, words_to_know
from .output import check_place
from .primed import check_priming
from .token_sample import Sample
from .tokens import TokenEvaluation
from .typing_simulation import Stretches, TypingSimulation

NONE, DOCUMENT, WORKSPACE = "none", "document", "workspace"
MEMORIES = (NONE, DOCUMENT, WORKSPACE)


@dataclass
class Task:
    """All that is asked for. given: every text that was named; texts: those measured; prime, ngram: corpora."""

    predictor: Predictor
    language: str
    memory: str
    given: Texts
    texts: Texts
    around: Neighbourhood
    tokens: TokenEvaluation | None
    typing: TypingSimulation | None
    rivals: bool
    tune: Path | None
    prime: Path | None
    prime_bytes: float
    ngram: Path | None
    ngram_bytes: float

    @property
    def in_workspace(self) -> bool:
        """Whether the other files of a repository are looked into for every character."""
        return self.memory == WORKSPACE

    @property
    def needs_libraries(self) -> bool:
        """Whether those are read at all: tokens are looked for with every memory that there is."""
        return self.in_workspace or (self.tokens is not None and self.memory != NONE)

    def beside(self) -> Beside:
        """The texts with the libraries that are needed."""
        return self.around.libraries(self.texts) if self.needs_libraries else beside_none(self.texts)


def prepare(arguments: argparse.Namespace) -> Task:
    """The task of a command line; `TrainingError` for what makes no sense."""
    limit_bytes = _check(arguments)
    if arguments.prime is not None:
        check_priming(arguments.prime, arguments.language, arguments.prime_mb * 1e6)
    checkpoint = load_checkpoint(arguments.model or shipped_checkpoint_folder())
    predictor = load_predictor(checkpoint, float32=arguments.float32, memories=arguments.memory != NONE)
    memory = _memory(arguments.memory, predictor)
    given = find_texts(arguments.paths, arguments.language)
    texts = take_texts(given, limit_bytes)
    tokens, typing = None, None
    if arguments.tokens:
        sample = Sample(texts, arguments.language, arguments.tokens, words_to_know(arguments))
        tokens = TokenEvaluation(predictor, arguments.language, sample)
    if arguments.typing:
        typing = TypingSimulation(predictor, arguments.language, Stretches(texts, arguments.language, arguments.typing))
    return Task(
        predictor=predictor,
        language=arguments.language,
        memory=memory,
        given=given,
        texts=texts,
        around=Neighbourhood(given, predictor.vocabulary),
        tokens=tokens,
        typing=typing,
        rivals=arguments.rivals,
        tune=arguments.tune,
        prime=arguments.prime,
        prime_bytes=arguments.prime_mb * 1e6,
        ngram=arguments.ngram,
        ngram_bytes=arguments.ngram_mb * 1e6,
    )


def _check(arguments: argparse.Namespace) -> float | None:
    """The limit in bytes; `TrainingError` for what makes no sense."""
    limit_mb: float | None = arguments.limit_mb
    if limit_mb is not None and limit_mb <= 0:
        raise TrainingError(f"--limit-mb must be above 0, found {limit_mb}")
    for name in ("tokens", "typing"):
        if getattr(arguments, name) < 0:
            raise TrainingError(f"--{name} must be 0 or more, found {getattr(arguments, name)}")
    check_place(arguments.json)
    if arguments.report is not None and arguments.report.exists() and not arguments.report.is_dir():
        raise TrainingError(f"cannot write the report to {arguments.report}: that is no folder")
    check_ngram_arguments(arguments)
    if arguments.tune is not None and not arguments.rivals:
        raise TrainingError("--tune chooses the rivals' numbers; give --rivals as well")
    return None if limit_mb is None else limit_mb * 1e6


def _memory(asked: str | None, predictor: Predictor) -> str:
    """The memory that is really there; `TrainingError` where one was asked for that the model cannot use."""
    if predictor.gate is not None:
        return asked or DOCUMENT
    if asked in (DOCUMENT, WORKSPACE):
        raise TrainingError("this model has no gate to a memory: fit one by `peephole-train gate`, or --memory none")
    return NONE
