"""Streams: contiguous, cyclic, a pure function of the step, with document starts marked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.training.errors import RunError
from peephole.training.fitting.batches import Streams, divide_streams

TOKENS = np.array([1, *range(3, 60), 1, *range(3, 45)], np.uint8)


@given(st.integers(1, 4), st.integers(1, 20), st.integers(0, 50))
def test_each_stream_continues_where_its_last_batch_ended(count: int, length: int, step: int) -> None:
    streams = Streams({"java": TOKENS}, {"java": count}, bptt_length=length, first_character=3)
    batch, following = streams.batch(step), streams.batch(step + 1)
    assert np.array_equal(batch.targets[-1], following.inputs[0])
    assert np.array_equal(batch.inputs[1:], batch.targets[:-1])
    for number in range(count):
        start = len(TOKENS) * number // count + step * length
        assert np.array_equal(batch.inputs[:, number], np.take(TOKENS, range(start, start + length), mode="wrap"))


def test_keep_is_zero_exactly_at_start_tokens() -> None:
    batch = Streams({"java": TOKENS}, {"java": 2}, bptt_length=30, first_character=3).batch(0)
    assert np.array_equal(batch.keep[:, :, 0] == 0, batch.inputs == 1)


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=5), st.integers(5, 200))
def test_divided_streams_add_up_and_follow_the_shares(shares: list[float], streams: int) -> None:
    counts = divide_streams({f"language {number}": share for number, share in enumerate(shares)}, streams)
    assert sum(counts.values()) == streams
    if min(shares) / sum(shares) * streams >= 1:
        for share, count in zip(shares, counts.values(), strict=True):
            assert abs(count - share / sum(shares) * streams) < 1


def test_what_is_left_of_the_streams_goes_to_the_largest_remainder() -> None:
    assert divide_streams({"java": 0.42, "python": 0.58}, 64) == {"java": 27, "python": 37}
    assert divide_streams({"java": 0.42, "python": 0.58}, 128) == {"java": 54, "python": 74}


def test_a_corpus_too_small_for_the_streams_is_refused_by_name() -> None:
    with pytest.raises(RunError, match="java: 101 tokens cannot feed 8 streams of 128"):
        Streams({"java": TOKENS}, {"java": 8}, bptt_length=128, first_character=3)
