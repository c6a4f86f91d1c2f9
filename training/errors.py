"""Errors of training: what a person who builds a corpus or fits a model can mend."""

from peephole.model.errors import PeepholeError


class TrainingError(PeepholeError):
    """The base of all errors of `peephole-train`."""


class CorpusError(TrainingError):
    """A corpus, recipe or source that cannot be built or read."""


class SourceRefused(CorpusError):
    """Downloaded bytes whose SHA-256 is not the one that the recipe pins."""


class CacheError(TrainingError):
    """A folder for downloads that cannot be written to or read: no fault of a package, so no package is passed over."""


class RunError(TrainingError):
    """A training run that cannot start, resume or be exported."""
