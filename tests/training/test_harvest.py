"""A harvest reads the same in whatever order its files came, however many there are."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_code import java_file

from peephole.training.corpus.deduplicate import sketch
from peephole.training.corpus.harvest import (
    SKETCHED_AT_ONCE,
    Harvest,
    HarvestWriter,
    Material,
    harvest,
    read_harvest,
)
from peephole.training.corpus.sources import SourceFile

MATERIAL = Material("p", "", "MIT", "train", ("java",))
COUNT = SKETCHED_AT_ONCE + 3
FILES = [
    SourceFile(f"{number % 7}/C{number}.java", "java", len(content), content)
    for number in range(COUNT)
    for content in [(java_file(number, methods=2) + f"// é jo{number}@acme.org\r\n").encode()]
]
FILES[5] = SourceFile("vendor/V.java", "java", 3, b"int")
FILES[9] = SourceFile("Large.java", "java", 1 << 30, None)


def write(files: list[SourceFile], folder: Path) -> Harvest:
    """The harvest of files, read back."""
    writer = HarvestWriter(folder)
    harvest(files, writer)
    writer.finish()
    writer.close()
    return read_harvest(MATERIAL, folder)


@given(st.permutations(FILES))
@settings(max_examples=10, deadline=None)
def test_the_order_in_which_files_came_makes_no_difference(files: list[SourceFile]) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        expected, found = write(FILES, Path(one)), write(files, Path(two))
        assert [r.path for r in found.records] == sorted(file.path for file in FILES)
        for a, b in zip(expected.records, found.records, strict=True):
            assert (a.path, a.sha256, a.reason, a.masked) == (b.path, b.sha256, b.reason, b.masked)
            assert expected.content(a) == found.content(b)
        assert np.array_equal(expected.digests(), found.digests())


def test_each_clean_text_has_its_digest(tmp_path: Path) -> None:
    found = write(FILES, tmp_path)
    assert len(found.candidates()) == COUNT - 2
    texts = [found.content(found.records[number]) for number in found.candidates()]
    assert np.array_equal(found.digests(), sketch(texts))
    assert all(text.endswith("// é someone@example.com\n".encode()) for text in texts)
