"""What every sample is judged by."""

from __future__ import annotations

from .finding import Finding, Rule, Written
from .indentation import judge_indentation
from .names import judge_names
from .returns import judge_returns


def judge_brackets(text: Written) -> Finding:
    """Whether every bracket outside of strings and comments is closed by its own kind, or may be behind the cut.

    A bracket is beyond closing where another kind is closed first, or where a word or `;` stands that it cannot hold.
    """
    return Finding.of([text.members.balanced])


def judge_parsing(text: Written) -> Finding:
    """Whether tree-sitter reads the text up to its last complete member without an error or a missing token.

    What is open there, bodies of types, is closed for it. A text without a complete member, and one whose brackets
    do not match, is not parsable.
    """
    return Finding.of([text.members.balanced and text.members.end > 0 and not text.tree.has_error])


RULES = (
    Rule("balanced", "brackets are balanced", judge_brackets),
    Rule("indentation", "lines are indented as brackets or blocks demand", judge_indentation),
    Rule("parsable", "tree-sitter finds no error up to the last complete member", judge_parsing),
    Rule("returns", "methods that must give something have a `return`", judge_returns),
    Rule("names", "local-looking names that methods use are declared", judge_names),
)
