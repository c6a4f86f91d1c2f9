"""Evidence that what a `return` gives does not fit what its method declares, without a compiler."""

from __future__ import annotations

import pytest

from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder
from peephole.model.expressions import expression_end, expression_type
from peephole.model.outline import Declared
from peephole.model.predictor import Predictor
from peephole.model.return_evidence import compare, fitting_token, misfits, return_evidence
from peephole.model.runtime import Runtime
from peephole.model.spans import improbable_spans
from peephole.model.tape import Tape

NAMES = {
    "count": Declared(1, "count", "int", "local"),
    "label": Declared(1, "label", "String", "member"),
    "find": Declared(1, "find", "Item", "call"),
}


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("true", "boolean"),
        ("null", "null"),
        ("-1", "int"),
        ("0x1F", "int"),
        ("3L", "long"),
        ("2.5", "double"),
        ('"a" + count', "String"),
        ("'x'", "char"),
        ("count", "int"),
        ("this.label", "String"),
        ("count + 2", "int"),
        ("label + 1", "String"),
        ("count > 0", "boolean"),
        ("!found", "boolean"),
        ("a == null || b", "boolean"),
        ("x instanceof Item", "boolean"),
        ("new int[count]", "int[]"),
        ("new HashMap<String, List<A>>()", "HashMap"),
        ("new Point2D.Double(1, 2)", ""),
        ("new Parser(a).parse()", ""),
        ("find(a, b)", "Item"),
        ("this.find(a)", "Item"),
        ("other.find(a)", ""),
        ("items.get(0).size()", "int"),
        ("(String) cached", "String"),
        ("(count)", "int"),
        ("a ? null : label", "String"),
        ("a ? count : label", ""),
        ("Collections.<String>emptyList()", ""),
        ("unknown", ""),
    ],
)
def test_words_tell_the_type_of_an_expression_of_java(expression: str, told: str) -> None:
    assert expression_type(expression, NAMES, "java") == told


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("None", "None"),
        ("not a", "bool"),
        ("a in b", "bool"),
        ("a, b in c", "tuple"),
        ("(a, b)", "tuple"),
        ("{}", "dict"),
        ("{a}", "set"),
        ("[a for a in b]", "list"),
        ("f'{a}'", "str"),
        ("len(a) + 1", "int"),
        ("cache.set(a)", ""),
        ("self.find(a)", "Item"),
        ("Item(a)", "Item"),
        ("a if b else c", ""),
        ("count", "int"),
    ],
)
def test_words_tell_the_type_of_an_expression_of_python(expression: str, told: str) -> None:
    assert expression_type(expression, NAMES, "python") == told


@pytest.mark.parametrize(
    ("language", "text", "expression"),
    [
        ("java", "return a(b,\n  c); d", "a(b,\n  c)"),
        ("java", "return a }", "a"),
        ("python", "return (a,\n  b)  # c\nd", "(a,\n  b)"),
        ("python", "return a", "a"),
        ("python", "return \n", ""),
    ],
)
def test_an_expression_ends_where_its_statement_does(language: str, text: str, expression: str) -> None:
    assert text[7 : expression_end(text, 7, language)] == expression


def test_only_plain_families_of_types_exclude_each_other() -> None:
    assert compare("boolean", "int", "java") == compare("String", "boolean", "java") == "misfit"
    assert compare("null", "int", "java") == "misfit"
    assert (
        compare("null", "String", "java")
        == compare("int", "Object", "java")
        == compare("T", "int", "java")
        == "unknown"
    )
    assert compare("int", "long", "java") == "kin"
    assert compare("MyList", "List", "java") == compare("Dog", "Animal", "java") == "other"
    assert compare("bool", "Clause", "python") == "other", "a comparison may give whatever its class says"


@pytest.fixture(scope="module")
def shipped() -> Predictor:
    return Predictor(Runtime(load_checkpoint(shipped_checkpoint_folder())))


SHELF = """public class Shelf {
    private int capacity;
    private String label;

    public String getLabel() {
        return label;
    }

    public %s check(Order order) {
        if (order == null) {
            // return false;
            throw new IllegalArgumentException("no order");
        }
        return %s;
    }

    public int getCapacity() {
        return capacity;
    }
}
"""


@pytest.mark.parametrize(
    ("given", "said", "misfit"),
    [
        ("boolean", "capacity > 0", False),
        ("boolean", "label", True),
        ("int", "capacity", False),
        ("int", "false", True),
        ("String", "capacity", True),
        ("String", "order.name()", False),
        ("Order", "order", False),
    ],
)
def test_a_wrong_return_is_found_without_a_compiler(shipped: Predictor, given: str, said: str, misfit: bool) -> None:
    tape = Tape(shipped, "java")
    tape.edit(SHELF % (given, said))
    found = misfits(tape, 0, len(tape.text))
    assert [tape.text[each.start : each.end] for each in found] == [said] * misfit
    assert [each.given for each in found] == [given] * misfit


def test_evidence_tells_a_wrong_expression_from_a_right_one(shipped: Predictor) -> None:
    bits = {}
    for said in ("true", "capacity", "label"):
        tape = Tape(shipped, "java")
        tape.edit(SHELF % ("boolean", said))
        evidence = return_evidence(tape, tape.text.index(f"return {said};\n    }}\n\n    public int") + 7)
        assert evidence is not None
        bits[said] = evidence.bits
    assert bits["true"] < -3 < 3 < min(bits["label"], bits["capacity"])


@pytest.mark.parametrize(
    ("given", "said", "fitting"), [("int", "label", {"capacity", "0"}), ("String", "3", {"label"})]
)
def test_what_fits_is_offered_instead(shipped: Predictor, given: str, said: str, fitting: set[str]) -> None:
    tape = Tape(shipped, "java")
    tape.edit(SHELF % (given, said))
    found = fitting_token(shipped, tape, misfits(tape, 0, len(tape.text))[0])
    assert found is not None
    assert found.text in fitting


def test_a_wrong_return_is_marked_as_an_improbable_span_once_it_was_read(shipped: Predictor) -> None:
    tape = Tape(shipped, "java")
    tape.edit(SHELF % ("int", "label"))
    place = tape.text.index("return label;", tape.text.index("no order")) + 7
    assert not [span for span in improbable_spans(shipped, tape) if span.reason == "return"], "nothing was read yet"
    tape.advance_to(len(tape.text))
    found = [span for span in improbable_spans(shipped, tape) if span.start == place]
    assert [(span.end, span.reason) for span in found] == [(place + len("label"), "return")]
    assert found[0].alternative in ("capacity", "0")
    assert "return" not in [span.reason for span in improbable_spans(shipped, tape, sensitivity=0.01)]


def test_nothing_is_said_where_no_type_is_declared_or_nothing_is_remembered(shipped: Predictor) -> None:
    for predictor, text in (
        (shipped, "def check(a):\n    return a\n"),
        (shipped, "return a\n"),
        (shipped.alone(), "def check(a) -> int:\n    return 'a'\n"),
    ):
        tape = Tape(predictor, "python")
        tape.edit(text)
        assert return_evidence(tape, text.index("return ") + 7) is None
        assert misfits(tape, 0, len(text)) == []
