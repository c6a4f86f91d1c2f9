"""A run's curves as TensorBoard reads them; `log.jsonl` stays the truth, from which a kill takes nothing back.

tensorboardX writes the event files without the whole of TensorBoard, which only those need who look.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tensorboardX import SummaryWriter

TAGS = {
    "bits_per_character": "bits_per_character/training",
    "learning_rate": "run/learning_rate",
    "characters_per_second": "run/characters_per_second",
}
"""Names in the log and in TensorBoard; a language's development bits stand beside those of training."""

FLUSH_S = 30
"""Between two writes to the disk: a person who watches sees the last half minute missing at most."""


class Events:
    """A context that writes event files; the characters seen are the step, so that runs of any batch compare.

    after: characters at which this part of the run begins; what an earlier part wrote beyond is not shown.
    """

    def __init__(self, folder: Path, *, after: int) -> None:
        self._writer = SummaryWriter(str(folder), purge_step=after + 1 if after else None, flush_secs=FLUSH_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def add(self, characters: int, record: Mapping[str, float | int | str]) -> None:
        """The values of one line of the log."""
        for name, value in record.items():
            language = name.removeprefix("development_")
            tag = TAGS.get(name) if language == name else f"bits_per_character/development_{language}"
            if tag is not None:
                self._writer.add_scalar(tag, value, characters)
