"""The model as the server has it: being loaded, ready, or not to be had, with the reason in words.

Loaded and used in the worker; the event loop looks at `condition`, which is replaced as a whole.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from peephole.model.errors import CheckpointMissing, ModelError

from .allocation import spare_what_stays

if TYPE_CHECKING:  # ONNX Runtime takes a second to import: the worker does, after `initialize` is answered
    from peephole.model.predictor import Predictor

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Condition:
    """How the model is. `reason` is set where it is inactive, `predictor` where it is ready."""

    state: Literal["loading", "ready", "inactive"]
    reason: str | None = None
    predictor: Predictor | None = None


class Engine:
    """Holds one model at a time."""

    def __init__(self) -> None:
        self.condition = Condition("loading")
        self._expected = 0
        self._publishing = threading.Lock()

    def expect(self) -> int:
        """Says that a model will be loaded, so that whoever asks from now on waits for it; its ticket. For the loop."""
        with self._publishing:
            self._expected += 1
            self.condition = Condition("loading")
            return self._expected

    def load(self, folder: Path | None, threads: int, ticket: int = 0) -> None:
        """Loads the checkpoint of a folder, the shipped one if None. Runs in the worker; never raises for a bad one.

        Nothing comes of it if another model is expected by then: for an instant the old one would seem to be it.
        """
        found = self._load(folder, threads)
        with self._publishing:
            if ticket == self._expected:
                self.condition = found

    def _load(self, folder: Path | None, threads: int) -> Condition:
        try:
            from .warming import warm_up  # what it needs takes a while to import: `--version` does without

            predictor = open_predictor(folder and find_home(folder), threads)
            warm_up(predictor)
            spare_what_stays()
            return Condition("ready", predictor=predictor)
        except ModelError as error:
            return Condition("inactive", str(error))
        except ImportError as error:
            return Condition("inactive", f"{error.name or 'a package'} cannot be imported; install it again")
        except Exception as error:
            logger.exception("loading the model failed")
            return Condition("inactive", f"the model cannot be loaded ({type(error).__name__}); see the log")


def find_home(folder: Path) -> Path:
    """The folder with `~` replaced; `CheckpointMissing` if that is the home of nobody here."""
    try:
        return folder.expanduser()
    except RuntimeError:
        raise CheckpointMissing(f"{folder} is in the home folder of nobody here; write out its path") from None


def open_predictor(folder: Path | None, threads: int) -> Predictor:
    """The predictor of a checkpoint folder; `CheckpointError` says why it cannot be trusted."""
    from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder
    from peephole.model.predictor import Predictor
    from peephole.model.runtime import Runtime

    return Predictor(Runtime(load_checkpoint(folder or shipped_checkpoint_folder()), threads=threads))
