from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.model.lexis import tokens
from peephole.server.comments import COMMENTS, comment_place, hushed_by_comments


def hushed(text: str, language: str) -> list[int] | None:
    """The lines that comments hush, None for all."""
    found = hushed_by_comments(text, tokens(text, language), lambda: False)
    return None if found.everything else sorted(found.lines)


@pytest.mark.parametrize(
    ("language", "text", "lines"),
    [
        ("python", "a = 1\nb = 2  # peephole: ignore\nc = 3\n", [1]),
        ("python", "a = 1\n\t# peephole: ignore\n\tb = 2\n", [2]),
        ("python", "# peephole: ignore\n\n# another comment\nb = 2\nc = 3\n", [3]),
        ("python", "# peephole:ignore, it is generated\nb = 2", [1]),
        ("python", "b = 2  # noqa: E501  # peephole: ignore", [0]),
        ("python", "b = 2  # peephole: ignored\n# peephole: ignore-line\n# xpeephole: ignore\nc", []),
        ("python", "b = '# peephole: ignore'\nc = '''\n# peephole: ignore\n'''\n", []),
        ("python", "b = 2 // peephole: ignore\n", []),
        ("python", "# peephole: ignore", []),
        ("python", "# peephole: ignore\n'''a\nb'''\n", [1]),
        ("java", "int a; // peephole: ignore\nint b;\n", [0]),
        ("java", "\t/* peephole: ignore */\tint a;\nint b;\n", [0]),
        ("java", "/*\n * peephole: ignore\n */\nint a;\nint b;\n", [3]),
        ("java", "int a; /* long,\npeephole: ignore */ int b;\nint c;\n", [0, 1]),
        ("java", 'String a = "// peephole: ignore";\n# peephole: ignore\n', []),
        ("java", "int a;\n// peephole: ignore-file (made by a tool)\n", None),
        ("python", "# peephole: ignore-file", None),
        ("python", "'# peephole: ignore-file'", []),
    ],
)
def test_a_comment_hushes_its_own_line_or_the_next_with_code(language: str, text: str, lines: list[int] | None) -> None:
    assert hushed(text, language) == lines


@given(
    st.lists(
        st.sampled_from(["a", "'", '"""', "/*", "*/", "//", "#", "\\", "\n", " ", "peephole: ignore"]), max_size=30
    ),
    st.sampled_from(["java", "python"]),
    st.data(),
)
def test_where_a_comment_can_be_put_it_hushes_the_line_and_changes_no_token_before_it(
    parts: list[str], language: str, data: st.DataObject
) -> None:
    text = "".join(parts)
    found = tokens(text, language)
    offset = data.draw(st.integers(0, len(text)))
    place = comment_place(text, found, offset)
    if place is None:
        return
    assert text.count("\n", offset, place) == 0
    commented = f"{text[:place]}  {COMMENTS[language]}{text[place:]}"
    after = tokens(commented, language)
    code = [token for token in found if token.kind not in ("comment", "space")]
    kept = [token for token in after if token.kind not in ("comment", "space")]
    assert [text[token.start : token.end] for token in code] == [commented[token.start : token.end] for token in kept]
    line = commented.count("\n", 0, offset)
    coded = any(token.kind != "newline" and commented.count("\n", 0, token.start) == line for token in kept)
    lines = hushed(commented, language)
    assert lines is not None
    assert not coded or line in lines


@pytest.mark.parametrize("text", ["a = 1 + \\\n    2\n", "a = '''b\nc'''\n", "a = '''b", "a = 1\n'''b\nc"])
def test_where_a_line_goes_on_no_comment_is_put(text: str) -> None:
    assert comment_place(text, tokens(text, "python"), len(text) if text.endswith("c") else 1) is None
