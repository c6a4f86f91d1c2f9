"""Primed PPMd gains from text like the file, and each file sees the priming text alone."""

from pathlib import Path

from sample_code import java_file, python_file

from peephole.training.baselines import ppmd_bits
from peephole.training.primed import primed_ppmd_bits, training_text

MEMORY = 16 << 20


def test_each_file_is_measured_behind_the_priming_text_alone() -> None:
    prime = "".join(map(java_file, range(20))).encode()
    file, other = java_file(21).encode(), python_file(1).encode()
    first, different, again = primed_ppmd_bits(prime, [file, other, file], memory=MEMORY)
    assert first == again
    assert first < ppmd_bits(file)
    # Encoding everything in one go is the definition; flushing rounds up to whole bytes.
    assert abs(first - (ppmd_bits(prime + file) - ppmd_bits(prime))) <= 64
    assert different != first


def test_training_text_is_the_corpus_in_its_own_order_up_to_the_limit(tiny_corpus: Path) -> None:
    whole = training_text(tiny_corpus, "java", 1e9)
    part = training_text(tiny_corpus, "java", 1_000)
    assert whole.startswith(part)
    assert 800 < len(part) <= 1_000
    assert whole.startswith(b"class ")
