"""The signals shown are those of the network that serves, for every cell."""

import numpy as np
import pytest

from peephole.model import cell as truth
from peephole.model.errors import ModelError
from peephole.model.introspection import signal_names, signals
from peephole.model.predictor import Predictor

CODE = "for (int i = 0; i < n; i++) {\n    total += a[i];\n}\n" * 8
CELLS = ("lstm", "peephole", "gru")


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("layer", [0, 1])
def test_signals_follow_the_numpy_truth(predictors: dict[str, Predictor], kind: str, layer: int) -> None:
    predictor = predictors[kind]
    config, names = predictor.config, signal_names(predictor.config)
    indices, state = predictor.vocabulary.encode(CODE), predictor.start("java").state
    neurons = [3, 0, 23]
    found = signals(predictor, indices, state, layer=layer, neurons=neurons, names=names)
    expected = truth.signals(config, predictor.parameters, indices, state)[layer]
    assert found.shape == (len(names), 3, len(CODE))
    for name, values in zip(names, found, strict=True):
        # int8 against float32 drifts by hundredths; a wrong gate, row or lag is off by tenths. c is unbounded.
        difference = np.abs(values - expected[name][:, neurons].T)
        assert difference.mean() < (0.02 if name != "cell" else 0.04), name


@pytest.mark.parametrize("kind", ["lstm", "peephole"])
def test_followed_cells_stay_near_the_runtimes_own(predictors: dict[str, Predictor], kind: str) -> None:
    predictor = predictors[kind]
    neurons = range(predictor.config.hidden_size)
    reading = predictor.start("java")
    for end in (1, 50, len(CODE)):
        _, after = predictor.read(reading, CODE[:end])
        indices = predictor.vocabulary.encode(CODE[:end])
        for layer in (0, 1):
            found = signals(predictor, indices, reading.state, layer=layer, neurons=neurons, names=["cell"])
            assert np.abs(found[0, :, -1] - after.state.cell[layer, 0]).max() < 0.05


@pytest.mark.parametrize("kind", ["lstm", "peephole"])
def test_hidden_is_the_output_gate_times_the_squashed_cell(predictors: dict[str, Predictor], kind: str) -> None:
    predictor = predictors[kind]
    indices, state = predictor.vocabulary.encode(CODE), predictor.start("java").state
    hidden, cell, output = signals(
        predictor, indices, state, layer=1, neurons=range(24), names=["hidden", "cell", "output"]
    )
    assert np.abs(hidden - output * np.tanh(cell)).max() < 0.05


@pytest.mark.parametrize("kind", CELLS)
def test_a_range_in_the_middle_shows_what_the_whole_shows(predictors: dict[str, Predictor], kind: str) -> None:
    predictor, names = predictors[kind], signal_names(predictors[kind].config)
    start = predictor.start("java")
    whole = signals(predictor, predictor.vocabulary.encode(CODE), start.state, layer=1, neurons=[5], names=names)
    _, middle = predictor.read(start, CODE[:100])
    part = signals(predictor, predictor.vocabulary.encode(CODE[100:]), middle.state, layer=1, neurons=[5], names=names)
    # The cell restarts from the runtime's own c, so a drift of the followed one shows here.
    np.testing.assert_allclose(part, whole[:, :, 100:], atol=0.05)
    assert part[0].tobytes() == np.ascontiguousarray(whole[0, :, 100:]).tobytes()


@pytest.mark.parametrize("kind", CELLS)
def test_an_empty_range_gives_empty_signals(predictors: dict[str, Predictor], kind: str) -> None:
    predictor, names = predictors[kind], signal_names(predictors[kind].config)
    empty = predictor.vocabulary.encode("")
    found = signals(predictor, empty, predictor.start("java").state, layer=1, neurons=[1, 2], names=names)
    assert found.shape == (len(names), 2, 0)


@pytest.mark.parametrize(
    ("layer", "neurons", "names", "message"),
    [
        (2, [0], ["hidden"], "no layer 2"),
        (0, [24], ["hidden"], "no neuron 24"),
        (0, [-1], ["hidden"], "no neuron -1"),
        (0, [0], ["reset"], "choose from hidden"),
        (0, [], ["hidden"], "0 neurons"),
        (0, [0], [], "choose from"),
    ],
)
def test_what_is_not_there_is_refused_by_name(
    predictor: Predictor, layer: int, neurons: list[int], names: list[str], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        signals(
            predictor,
            predictor.vocabulary.encode("a"),
            predictor.start("java").state,
            layer=layer,
            neurons=neurons,
            names=names,
        )
