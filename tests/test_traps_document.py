"""The tests that `docs/traps.md` names are there."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
PYGLSS_TRAPS = range(1, 14)


def test_every_trap_has_a_test_and_every_test_that_is_named_exists() -> None:
    lines = (TESTS.parent / "docs/traps.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| ---") and "| test |" not in line]
    assert all(NAMED.search(row) for row in rows)
    numbers = [int(found[1]) for row in rows if (found := re.match(r"\| (\d+) \|", row))]
    assert numbers == list(PYGLSS_TRAPS)
    for path, name in NAMED.findall("\n".join(rows)):
        assert re.search(rf"def {name}\(", (TESTS / path).read_text(encoding="utf-8")), f"{path} has no {name}"
