"""What the article "Exploring LSTMs" (Edwin Chen) finds right in its network's code, put as rules for a parser.

The article shows samples of a network that read Apache Commons Lang, and of one that read TensorFlow. Here what it
remarks on is a rule, to be counted over many samples and beside real code.
"""

from __future__ import annotations

import re
from itertools import takewhile

from peephole.model.lexis import tokens_from

from .finding import Finding, Rule, Written
from .indentation import judge_indentation
from .java_claims import (
    judge_java_order,
    judge_javadoc_params,
    judge_javadoc_returns,
    judge_javadoc_type,
    judge_methods,
    judge_void,
)
from .members import BLANK
from .names import judge_names
from .python_claims import (
    judge_assertions,
    judge_calls,
    judge_classes,
    judge_imports,
    judge_self,
    judge_test_classes,
)
from .returns import judge_returns
from .rules import judge_brackets, judge_parsing

LICENCE = re.compile("licen[sc]e|copyright", re.IGNORECASE)


def judge_licence(text: Written) -> Finding:
    """Whether the text begins with a comment that speaks of a licence or copyright."""
    head = takewhile(lambda token: token.kind in BLANK, tokens_from(text.text, 0, text.language))
    return Finding.of([any(LICENCE.search(text.text, token.start, token.end) for token in head)])


_ALWAYS = (
    Rule("brackets", "brackets are closed by their own kind", judge_brackets),
    Rule("indentation", "lines are indented right", judge_indentation),
    Rule("parsable", "all that is complete parses", judge_parsing),
    Rule("names", "local-looking names are declared before they are used", judge_names),
)

JAVA = (
    Rule("licence", "a licence stands at the top", judge_licence),
    Rule("order", "package, imports and a type follow in this order", judge_java_order),
    Rule("type_javadoc", "a Javadoc comment stands right before the type", judge_javadoc_type),
    Rule("methods", "the type goes on with methods", judge_methods),
    Rule("params", "`@param` names the parameters, in the order of the signature", judge_javadoc_params),
    Rule("return_tag", "`@return` stands behind `@param`, and only where something is returned", judge_javadoc_returns),
    Rule("returns", "a method that is not void has a `return`", judge_returns),
    Rule("void", "a void method returns no value", judge_void),
    *_ALWAYS,
)

PYTHON = (
    Rule("licence", "a licence stands at the top", judge_licence),
    Rule("imports", "imports come first, before functions and classes", judge_imports),
    Rule("classes", "a class follows behind the imports", judge_classes),
    Rule("self", "methods take `self` (or `cls`) first", judge_self),
    Rule("tests", "test classes hold methods called `test…`", judge_test_classes),
    Rule("assertions", "test methods call an assertion", judge_assertions),
    Rule("calls", "what is called was imported, defined or is a builtin", judge_calls),
    Rule("returns", "a function that says it gives something has a `return`", judge_returns),
    *_ALWAYS,
)

CLAIMS = {"java": JAVA, "python": PYTHON}
