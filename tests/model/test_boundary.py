"""Which characters continue a token, for the tokens that are not plain words."""

import pytest
from checkpoints import tiny_vocabulary

from peephole.model.boundary import Boundary, boundary_of

VOCABULARY = tiny_vocabulary()


def continuing(token: str, language: str, *, quotes: bool = True) -> set[str]:
    """The characters that continue a token."""
    mask = Boundary(VOCABULARY, language, quotes=quotes).continuing(token)
    assert not mask[: VOCABULARY.first_character].any(), "unknown and start tokens are no characters"
    return set(VOCABULARY.decode(mask.nonzero()[0]))


@pytest.mark.parametrize(
    ("token", "language", "some", "none"),
    [
        ("a", "java", "b9_$é", " (.\"'"),
        ("f", "python", "o\"'", " ("),
        ("f", "java", "o", "\"'"),
        ("rb", "python", "\"'", "("),
        ("fo", "python", "o", "\"'"),
        ("0", "java", "x1.L_", "-("),
        ('"', "java", "a '\"\\", "\n"),
        ('"a\\"', "java", "a\"'", "\n"),
        ('f"a', "python", "{\"'", "\n"),
        ("'", "python", "a\"'", "\n"),
        (".5", "python", "0.e_", "-( "),
        (".", "java", ".5", "a= "),
        ("-", "java", "->=", "*( "),
        (">", "java", ">=", "<"),
        (">>", "java", ">=", "<"),
        ("*", "python", "*=", "/"),
        ("/", "java", "/*=", "a"),
    ],
)
def test_a_token_is_continued_by_some_and_ended_by_others(token: str, language: str, some: str, none: str) -> None:
    found = continuing(token, language)
    assert set(some) <= found
    assert not set(none) & found


@pytest.mark.parametrize(
    ("token", "language"),
    [
        ('"a"', "java"), ("'a'", "java"), ("''", "java"), ('"\\\\"', "java"), ('"""', "python"), ("f'a'", "python"),
        ("(", "java"), (";", "java"), ("...", "java"), (">>>=", "java"), ("//=", "python"), ("#", "python"),
    ],
)  # fmt: skip
def test_a_token_that_is_whole_ends_by_itself(token: str, language: str) -> None:
    assert continuing(token, language) == set()


@pytest.mark.parametrize(("token", "language"), [('""', "java"), ('""', "python"), ("''", "python")])
def test_two_quotation_marks_may_open_a_text_block(token: str, language: str) -> None:
    assert continuing(token, language) == {token[0]}


def test_inside_a_string_a_quotation_mark_is_only_a_sign() -> None:
    assert continuing('"', "java", quotes=False) == set()
    assert '"' not in continuing("f", "python", quotes=False)
    assert boundary_of(VOCABULARY, "java", quotes=False).kind('"') == "operator"


@pytest.mark.parametrize(
    ("token", "language", "kind"),
    [
        ("return", "java", "keyword"),
        ("def", "java", "identifier"),
        ("def", "python", "keyword"),
        ("x1", "java", "identifier"),
        ("1x", "java", "number"),
        (".5", "java", "number"),
        (".", "java", "operator"),
        ("rb'a'", "python", "string"),
        ("//", "java", "comment"),
        ("//", "python", "operator"),
        ("#", "python", "comment"),
        ("(", "java", "operator"),
    ],
)
def test_a_whole_token_has_a_kind(token: str, language: str, kind: str) -> None:
    assert boundary_of(VOCABULARY, language).kind(token) == kind


@pytest.mark.parametrize(("one", "other"), [(".12", ".345"), ("// one", "// other"), ("§", "¤"), ("12", ".5")])
def test_tokens_without_end_in_number_share_masks(one: str, other: str) -> None:
    boundary = Boundary(VOCABULARY, "java")
    assert boundary.continuing(one) is boundary.continuing(other)


def test_white_space_opens_no_token() -> None:
    opening = boundary_of(VOCABULARY, "java").opening()
    assert set(VOCABULARY.decode(opening.nonzero()[0])) == set(VOCABULARY.characters) - set(" \t\n")
