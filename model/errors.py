"""The one tree of errors; everything that Peephole raises on purpose hangs under `PeepholeError`.

    PeepholeError
    ├── ModelError                 a checkpoint or the mathematics on it
    │   ├── ConfigError            a configuration value that no network can have
    │   ├── VocabularyError        a vocabulary that contradicts itself
    │   ├── LibraryError           files that cannot be ordered: too many, or the sorter cannot be used
    │   └── CheckpointError        a checkpoint folder that cannot be trusted (all that `checkpoint.py` raises)
    │       ├── CheckpointMissing      the folder or one of its files is not there
    │       ├── CheckpointMalformed    model.json does not parse, or lacks a field
    │       ├── CheckpointVersion      written by a format that this version does not read
    │       ├── CheckpointTampered     a file's size or SHA-256 is not the recorded one
    │       └── CheckpointMismatch     the tensors' names, shapes or types are not those of the config
    ├── TrainingError              see `training/errors.py`
    └── ServerError                see `server/errors.py`

A message says what was found, what was expected, and what to do. It never contains source text of the user's.
"""


class PeepholeError(Exception):
    """The base of all errors that Peephole raises on purpose."""


class ModelError(PeepholeError):
    """A checkpoint, or the mathematics on it, cannot be used as asked."""


class ConfigError(ModelError):
    """A configuration value that no network can have."""


class VocabularyError(ModelError):
    """A vocabulary that contradicts itself, or an index or language that it does not hold."""


class LibraryError(ModelError):
    """The files of a workspace cannot be ordered: they are too long together, or the sorter cannot be used."""


class CheckpointError(ModelError):
    """A checkpoint folder that cannot be trusted."""


class CheckpointMissing(CheckpointError):
    """The checkpoint folder, or one of its files, is not there."""


class CheckpointMalformed(CheckpointError):
    """`model.json` does not parse, or lacks a field, or a field has the wrong type."""


class CheckpointVersion(CheckpointError):
    """The checkpoint was written in a format that this version does not read."""


class CheckpointTampered(CheckpointError):
    """A file's size or SHA-256 is not the one that `model.json` records."""


class CheckpointMismatch(CheckpointError):
    """The tensors' names, shapes or types are not those that the config calls for."""
