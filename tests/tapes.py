"""What tests of tapes share: a text, libraries beside it, and the fresh reading that all is held against."""

import numpy as np
from checkpoints import tiny_vocabulary

from peephole.model.budget import Budget
from peephole.model.library import Library, Shelved
from peephole.model.memory import LONGEST_TEXT
from peephole.model.predictor import Reading
from peephole.model.recall import NO_LIBRARIES, Libraries
from peephole.model.tape import Tape

CODE = "public int count() {\n    int total = 0;\n    return total;\n}\n"


def library(*texts: str) -> Library:
    return Library.build([Shelved(f"{k}.java", text) for k, text in enumerate(texts)], tiny_vocabulary())


NEAR = library(CODE.replace("total", "sum"), "int total = 7;\n")
SHELVES = [
    NO_LIBRARIES,
    Libraries(near=NEAR),
    Libraries(near=NEAR, far=library(CODE)),
    Libraries(far=library("", "x" * 40)),
]
"""What a workspace may become meanwhile; the step's place says which."""


def states(size: int, remembered: int = LONGEST_TEXT) -> Budget:
    """So many bytes for states, more for the rest, and so many characters remembered."""
    return Budget(64 * size, size, remembered)


def fresh(tape: Tape, text: str) -> tuple[np.ndarray, Reading]:
    """Surprisals and reading of a text read in one go, without a tape; by the network alone where the tape's budget
    remembers no more."""
    predictor, end = tape.predictor, tape.budget.remembered
    bits, reading = predictor.read(predictor.start(tape.language, tape.libraries), text[:end])
    if len(text) <= end:
        return bits, reading
    beyond, reading = predictor.read(predictor.reading(reading, None), text[end:])
    return np.concatenate([bits, beyond]), reading


def assert_same(left: Reading, right: Reading) -> None:
    """Both readings are the same in every bit."""
    assert left.state.hidden.tobytes() == right.state.hidden.tobytes()
    assert left.state.cell.tobytes() == right.state.cell.tobytes()
    assert left.log_probabilities.tobytes() == right.log_probabilities.tobytes()
