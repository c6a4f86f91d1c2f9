"""The network on ONNX Runtime: the fast twin of `cell.py`, one character after another, exactly repeatable.

A runtime belongs to one thread at a time; its methods neither lock nor keep anything between calls.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import onnxruntime

from .checkpoint import Checkpoint
from .errors import CheckpointMismatch
from .softmax import log_softmax
from .state import Float32, State

LONGEST_CALL = 512
"""Characters a call: beyond it the speed no longer grows, the buffers do (8 KB a character in 2x512)."""

CHUNK_INDEPENDENT = "chunk_independent"
"""Key in the graph's metadata (see the export): "true" if any cutting of a text gives the same bits."""

EXTERNAL_DATA = b"location"
"""The key in a graph's bytes without which no tensor can name another file: ONNX Runtime would look for that file in
the current directory. The exporter writes the word nowhere, and eight chance bytes of weights do not spell it."""


class Runtime:
    """A loaded graph; `CheckpointMismatch` if it is not one that a config like this exports to."""

    def __init__(self, checkpoint: Checkpoint, *, threads: int = 1) -> None:
        self.checkpoint = checkpoint
        self.config = checkpoint.config
        self.vocabulary = checkpoint.vocabulary
        self._session = open_session(checkpoint.graph(), threads)
        self._kinds = ("hidden", "cell") if self.config.has_cell else ("hidden",)
        self._outputs = ["logits", *(f"{kind}_out" for kind in self._kinds)]
        self._check_signature()
        self._check_shapes()
        metadata = self._session.get_modelmeta().custom_metadata_map
        # Float32 products of several rows may round otherwise than those of one row. Such a graph (any GRU's:
        # ONNX Runtime has no int8 operator for it) is fed one character a call: slower, but exact.
        self._longest_call = LONGEST_CALL if metadata.get(CHUNK_INDEPENDENT) == "true" else 1

    def _check_signature(self) -> None:
        inputs = {node.name for node in self._session.get_inputs()}
        outputs = {node.name for node in self._session.get_outputs()}
        sequences = {f"sequence_{layer}" for layer in range(self.config.layers)}
        if inputs != {"indices", *self._kinds} or not outputs >= {*self._outputs, *sequences}:
            raise CheckpointMismatch(
                "the graph's inputs or outputs are not those of its config; export the model again"
            )

    def _check_shapes(self) -> None:
        """A dry run of two texts and steps, with the last character of the vocabulary: only names were compared."""
        config, last = self.config, self.config.vocabulary_size - 1
        outputs = [*self._outputs, *(f"sequence_{layer}" for layer in range(config.layers))]
        state = (config.layers, 2, config.hidden_size)
        expected = [(2, 2, config.vocabulary_size), *[state for _ in self._kinds]]
        expected += [(2, 2, config.hidden_size) for _ in range(config.layers)]
        try:
            found = self._session.run(outputs, self._feed(np.array([[0, last], [last, 0]]), State.zeros(config, 2)))
        except Exception as error:  # ONNX Runtime's exceptions share no base but this one
            raise CheckpointMismatch(
                f"the graph does not run in the sizes of its config ({type(error).__name__}); export the model again"
            ) from error
        if [(array.shape, array.dtype) for array in found] != [(shape, np.float32) for shape in expected]:
            raise CheckpointMismatch("the graph's outputs are not of its config's sizes; export the model again")

    def read(self, indices: npt.NDArray[np.uint16], state: State) -> tuple[Float32, State]:
        """Log-probabilities (T, V), in nats, of the character after each index, and the state at the end.

        indices: (T,); state: batch 1. However a text is cut into calls, the bits are the same.
        """
        nats, _, state = self.read_with_hidden(indices, state)
        return nats, state

    def read_with_hidden(self, indices: npt.NDArray[np.uint16], state: State) -> tuple[Float32, Float32, State]:
        """`read`, and between its two results the top layer's h after each index, (T, H)."""
        nats = np.empty((len(indices), self.config.vocabulary_size), np.float32)
        hidden = np.empty((len(indices), self.config.hidden_size), np.float32)
        outputs = [*self._outputs, f"sequence_{self.config.layers - 1}"]
        for start in range(0, len(indices), self._longest_call):
            chunk = indices[start : start + self._longest_call]
            logits, *states, sequence = self._session.run(outputs, self._feed(chunk[:, None], state))
            state = self._state(states)
            nats[start : start + len(chunk)] = log_softmax(logits[:, 0])
            hidden[start : start + len(chunk)] = sequence[:, 0]
        return nats, hidden, state

    def step(self, indices: npt.NDArray[np.integer], state: State) -> tuple[Float32, State]:
        """Log-probabilities (B, V), in nats, after one more character in each of B texts.

        indices: (B,). The batch shares the recurrent scales, so a row's bits depend on the rows beside it:
        for searching, never for the tape.
        """
        logits, state = self._run(indices[None], state)
        return log_softmax(logits[0]), state

    def read_side_by_side(self, indices: npt.NDArray[np.uint16], state: State) -> tuple[Float32, Float32]:
        """Log-probabilities (B, T, V), in nats, after each index in each of B texts, and the top layer's h (B, T, H).

        indices: (B, T); state: batch B. As for `step` a row's bits depend on the rows beside it.
        """
        names = ["logits", f"sequence_{self.config.layers - 1}"]
        logits, hidden = self._session.run(names, self._feed(np.ascontiguousarray(indices.T), state))
        nats = log_softmax(logits.reshape(-1, self.config.vocabulary_size)).reshape(logits.shape)
        return nats.swapaxes(0, 1), hidden.swapaxes(0, 1)

    def hidden_sequence(self, indices: npt.NDArray[np.uint16], state: State) -> Float32:
        """Every layer's h after each index, (L, T, H); state: batch 1."""
        names = [f"sequence_{layer}" for layer in range(self.config.layers)]
        states = [f"{kind}_out" for kind in self._kinds]
        result = np.empty((self.config.layers, len(indices), self.config.hidden_size), np.float32)
        for start in range(0, len(indices), self._longest_call):
            chunk = indices[start : start + self._longest_call]
            found = self._session.run([*states, *names], self._feed(chunk[:, None], state))
            state = self._state(found[: len(states)])
            for layer, sequence in enumerate(found[len(states) :]):
                result[layer, start : start + len(chunk)] = sequence[:, 0]
        return result

    def _run(self, indices: npt.NDArray[np.integer], state: State) -> tuple[Float32, State]:
        logits, *states = self._session.run(self._outputs, self._feed(indices, state))
        return logits, self._state(states)

    def _feed(self, indices: npt.NDArray[np.integer], state: State) -> dict[str, npt.NDArray[np.generic]]:
        feed: dict[str, npt.NDArray[np.generic]] = {
            "indices": indices.astype(np.int64),
            "hidden": state.hidden,
        }
        if self.config.has_cell:
            feed["cell"] = state.cell
        return feed

    def _state(self, outputs: list[Float32]) -> State:
        hidden = outputs[0]
        return State(hidden, outputs[1] if self.config.has_cell else hidden[:0])


def open_session(graph: bytes, threads: int) -> onnxruntime.InferenceSession:
    """A session on the CPU without spinning threads or an arena; `CheckpointMismatch` if it refuses."""
    if EXTERNAL_DATA in graph:
        raise CheckpointMismatch("the graph keeps data in files that no hash covers; export the model again")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    options.add_session_config_entry("session.load_model_format", "ONNX")  # its own format is not looked through
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions share no base but this one
        raise CheckpointMismatch(
            f"ONNX Runtime refuses the graph ({type(error).__name__}); export the model again"
        ) from error
