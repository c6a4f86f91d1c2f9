"""Errors of training: what a person who builds a corpus or fits a model can mend."""

from peephole.model.errors import PeepholeError


class TrainingError(PeepholeError):
    """The base of all errors of `peephole-train`."""


class CorpusError(TrainingError):
    """A corpus, recipe or source that cannot be built or read."""


class RunError(TrainingError):
    """A training run that cannot start, resume or be exported."""
