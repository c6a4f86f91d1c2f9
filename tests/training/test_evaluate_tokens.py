"""Tokens are sampled alike each time, charged with their characters' bits, and ranked as the list shows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tree_sitter
import tree_sitter_java
import tree_sitter_python
from checkpoints import write_bigram_checkpoint, write_tiny_checkpoint
from sample_code import java_file, python_file

from peephole.model.predictor import Predictor
from peephole.model.recall import NO_LIBRARIES, Libraries
from peephole.model.runtime import Runtime
from peephole.training.evaluation import tokens
from peephole.training.evaluation.token_sample import (
    ALL,
    DECLARED,
    GROUPS,
    IDENTIFIERS,
    WITHOUT_STRINGS,
    Sample,
    code_places,
)
from peephole.training.evaluation.tokens import (
    DOCUMENT,
    NETWORK,
    WORKSPACE,
    Ranks,
    TokenEvaluation,
    rank_of,
)
from peephole.training.texts import Text


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """An untrained network with a gate that trusts its memories."""
    return Predictor(Runtime(write_tiny_checkpoint(tmp_path_factory.mktemp("tokens") / "model", gate=True)))


def test_tokens_of_code_are_measured_and_names_known_from_above_set_apart() -> None:
    text = 'int size = 3; // size\nString s = "size";\nreturn size;\n'
    found = [(text[p.token.start : p.token.end], p.groups) for p in code_places(text, "java")]
    name, known, other = GROUPS[:-1], GROUPS, (ALL, WITHOUT_STRINGS)
    assert found == [
        *[("int", other), ("size", name), ("=", other), ("3", other), (";", other)],
        *[("String", name), ("s", name), ("=", other), ('"size"', (ALL,)), (";", other)],
        *[("return", other), ("size", known), (";", other)],
    ]


def test_documentation_and_a_line_that_goes_on_are_no_tokens_and_a_string_is_one() -> None:
    text = 'def f():\n    """Says."""\n    x = """text""" + \\\n        f(\n"""argument""")\n'
    found = [text[p.token.start : p.token.end] for p in code_places(text, "python")]
    assert found == ["def", "f", "(", ")", ":", "x", "=", '"""text"""', "+", "f", "(", '"""argument"""', ")"]


@pytest.mark.parametrize("language", ["java", "python"])
def test_tokens_are_those_of_the_grammar_but_for_signs_that_close_type_arguments(language: str) -> None:
    if language == "java":
        texts = [*(java_file(seed) for seed in range(3)), JAVA]
    else:
        texts = [path.read_text("utf-8") for path in Path(tokens.__file__).parent.glob("*.py")]
    for text in filter(str.isascii, texts):
        ours = {(place.token.start, place.token.end) for place in code_places(text, language)}
        theirs = grammar_tokens(text, language)
        assert {text[start:end] for start, end in ours - theirs} <= {">>", ">>>"}
        missed = {text[start:end] for start, end in theirs - ours}
        assert all(token in (">", "\\\n") or token.startswith('"""') for token in missed)


JAVA = """package a.b;
@Deprecated
class C<T extends Map<String, List<int[]>>> implements D {
    static final double e = 1.5e-3f, f = 0x1FL, g = .5;
    private char h = '\\'', i = 'x'; // comment
    /** Javadoc. */ String j = "a \\" b";
    <U> void k(U... l) throws E { int m = l.length >>> 2; m += m >= 3 ? m-- : -m; Runnable r = this::n; r = () -> {}; }
}
"""


def grammar_tokens(text: str, language: str) -> set[tuple[int, int]]:
    """Where tree-sitter has tokens in an ASCII text: its tree's leaves, strings whole, comments left out."""
    grammar = tree_sitter_java.language() if language == "java" else tree_sitter_python.language()
    waiting = [tree_sitter.Parser(tree_sitter.Language(grammar)).parse(text.encode()).root_node]
    found = set()
    while waiting:
        node = waiting.pop()
        if node.child_count and node.type not in ("string", "string_literal", "character_literal"):
            waiting += node.children
        elif not node.type.endswith("comment") and node.end_byte > node.start_byte:
            found.add((node.start_byte, node.end_byte))
    return found


def test_a_sample_is_the_same_each_time_and_takes_each_token_once() -> None:
    texts = [Text(name, python_file(n), place=name) for n, name in enumerate("abc")]
    everything = [list(code_places(text.text, "python")) for text in texts]
    sample, again = (Sample(texts, "python", 40) for _ in range(2))
    drawn = [[place for _, place in sample.places(text)] for text in texts]
    assert [sample.places(text) for text in texts] == [again.places(text) for text in texts]
    assert sum(map(len, drawn)) == sample.size == 40
    assert sample.tokens == sum(map(len, everything))
    assert all(place in places for part, places in zip(drawn, everything, strict=True) for place in part)
    whole = Sample(texts, "python", 10**6)
    assert [whole.places(text) for text in texts] == [list(enumerate(places)) for places in everything]


def test_a_rank_counts_what_is_shown_each_once_and_without_space() -> None:
    assert rank_of(["b", " b", " a", "a"], "a") == 2
    assert rank_of(["b"], "a") is None


def test_ranks_are_divided_by_all_lists() -> None:
    ranks = Ranks()
    for rank in (1, 2, 10, None):
        ranks.add(rank)
    assert ranks.to_json() == {"count": 4, "mrr10": pytest.approx(1.6 / 4), "top1": 0.25, "top5": 0.5}


def test_a_tokens_bits_are_those_of_its_characters_in_the_whole_text(predictor: Predictor) -> None:
    text = Text("a", java_file(1, methods=4), place="a")
    tokens = TokenEvaluation(predictor, "java", Sample([text], "java", 10**6))
    tokens.measure(text, NO_LIBRARIES)
    indices = predictor.vocabulary.encode(text.text)
    charge, _ = predictor.charge(predictor.start("java"), indices)
    tokens.charge(text, {NETWORK: charge.network_bits.astype(np.float64)})
    for name, group in tokens.charged[NETWORK].items():
        assert group.count == tokens.found[NETWORK][name].count
        assert group.bits == pytest.approx(tokens.found[NETWORK][name].bits, rel=1e-6)
    for system, bits in ((NETWORK, charge.network_bits), (DOCUMENT, charge.surprisal_bits)):
        for name in GROUPS:
            places = [place for place in code_places(text.text, "java") if name in place.groups]
            expected = sum(float(bits[p.token.start : p.token.end].sum(dtype=np.float64)) for p in places)
            group = tokens.found[system][name]
            assert group.count == len(places)
            assert group.bits == pytest.approx(expected, rel=1e-6)


def test_without_libraries_the_workspace_is_the_document_and_with_them_it_is_not(predictor: Predictor) -> None:
    from peephole.model.library import Library, Shelved

    text, other = Text("a", java_file(1, methods=4), place="a"), Shelved("b", java_file(1, methods=5))
    library = Library.build([other], predictor.vocabulary)
    found = []
    for libraries in (NO_LIBRARIES, Libraries(library, library)):
        tokens = TokenEvaluation(predictor, "java", Sample([text], "java", 30))
        tokens.measure(text, libraries)
        found.append(tokens.found)
    assert found[0][WORKSPACE] == found[0][DOCUMENT] == found[1][DOCUMENT]
    assert found[1][WORKSPACE] != found[1][DOCUMENT]
    assert found[1][NETWORK] == found[0][NETWORK]


def test_a_network_that_knows_what_follows_has_every_token_first_and_more_typed_asks_for_longer_names(
    tmp_path: Path,
) -> None:
    followers = {"java": {"a": 1}, "a": {"b": 1}, "b": {"c": 1}, "c": {" ": 1}, " ": {"a": 1}}
    predictor = Predictor(Runtime(write_bigram_checkpoint(tmp_path / "model", followers)))
    text = Text("a", "abc abc abc ", place="a")
    tokens = TokenEvaluation(predictor, "java", Sample([text], "java", 99))
    tokens.measure(text, NO_LIBRARIES)
    assert set(tokens.found) == {NETWORK}
    groups = tokens.found[NETWORK]
    assert (groups[ALL].count, groups[IDENTIFIERS].count, groups[DECLARED].count) == (3, 3, 2)
    typed = groups[DECLARED].typed
    assert set(typed) == {0, 1}
    assert all(ranks == Ranks(2, 2.0, 2, 2) for ranks in typed.values())
    assert set(groups[ALL].typed) == {0}
    assert groups[ALL].bits < 0.01
