"""Near-duplicates are found, strangers are not, and digests do not depend on the batch they came in."""

import numpy as np
from sample_code import java_file, python_file

from peephole.training.corpus.deduplicate import (
    BANDS,
    LEAST_SIMILARITY,
    PERMUTATIONS,
    ROWS,
    shingle,
    similarity,
    sketch,
)
from peephole.training.corpus.near_duplicates import RECENT, NearDuplicates


def jaccard(left: bytes, right: bytes) -> float:
    """The similarity that MinHash estimates, exactly."""
    a, b = set(shingle(left).tolist()), set(shingle(right).tolist())
    return len(a & b) / len(a | b)


def test_a_file_with_a_changed_name_is_found_among_strangers() -> None:
    seen = NearDuplicates()
    for digest in sketch(java_file(seed).encode() for seed in range(60)):
        assert not seen.resembles(digest)
        seen.add(digest)
    original = java_file(31).encode()
    changed = original.replace(b"class C31", b"class Renamed")
    assert jaccard(original, changed) > LEAST_SIMILARITY
    (digest,) = sketch([changed])
    assert seen.resembles(digest)


def test_half_a_file_is_not_a_near_duplicate() -> None:
    whole, half = java_file(1, methods=40).encode(), java_file(1, methods=20).encode()
    seen = NearDuplicates()
    seen.add(sketch([whole])[0])
    assert not seen.resembles(sketch([half])[0])


def test_the_estimate_is_near_the_exact_similarity() -> None:
    files = [java_file(1, methods=n).encode() for n in range(10, 50, 5)]
    digests = sketch(files)
    exact = [jaccard(files[0], other) for other in files]
    # Five standard errors of an estimate from 128 permutations at J = 0.5.
    assert np.abs(similarity(digests, digests[0]) - exact).max() < 5 * 0.044


def test_the_order_of_words_counts() -> None:
    assert jaccard(b"a b c d e", b"e d c b a") == 0


def test_a_digest_is_the_same_alone_and_in_a_batch() -> None:
    files = [python_file(seed).encode() for seed in range(5)] + [b"", b"one two"]
    together = sketch(files)
    for number, content in enumerate(files):
        assert (sketch([content])[0] == together[number]).all()


def test_more_digests_than_are_compared_one_by_one_are_remembered() -> None:
    seen = NearDuplicates()
    digests = sketch(f"alpha{n} beta{n} gamma{n}".encode() for n in range(2 * RECENT + 76))
    for digest in digests:
        seen.add(digest)
    assert all(seen.resembles(digest) for digest in digests[[0, RECENT - 1, RECENT, 2 * RECENT, 2 * RECENT + 75]])


def test_all_that_agree_in_a_band_and_are_alike_are_found_and_nothing_else() -> None:
    rng = np.random.default_rng(3)
    families = rng.integers(0, 1 << 32, (80, PERMUTATIONS), np.uint32)
    digests = families[rng.integers(0, 80, 2 * RECENT + 76)]
    changed = rng.random(digests.shape) < rng.uniform(0, 0.5, (len(digests), 1))
    digests = np.where(changed, rng.integers(0, 1 << 32, digests.shape, np.uint32), digests)
    bands = digests[:, : BANDS * ROWS].reshape(len(digests), BANDS, ROWS)
    seen, found, expected = NearDuplicates(), [], []
    for number, digest in enumerate(digests):
        agree = (bands[:number] == bands[number]).all(axis=2).any(axis=1)
        expected.append(bool((similarity(digests[:number][agree], digest) >= LEAST_SIMILARITY).any()))
        found.append(seen.resembles(digest))
        seen.add(digest)
    assert found == expected
    assert 400 < sum(expected) < 1_800
