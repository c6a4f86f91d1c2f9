from __future__ import annotations

from peephole.server.place import WINDOW, guess_in_text


def test_a_guess_looks_at_the_last_lines_alone() -> None:
    code, prose = "x = 1\n" * WINDOW, "x = 'ab"
    assert guess_in_text(code + prose, len(code + prose), "python")
    assert not guess_in_text(code, len(code), "python")
    # An opening that is too far back is not seen: that is what makes it a guess.
    assert not guess_in_text('"""' + code, len('"""' + code), "python")
