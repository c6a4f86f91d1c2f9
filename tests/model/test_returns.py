"""What is known behind `return`: a function of the text before it, and of the method's declared type."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from peephole.model.checkpoint import load_checkpoint, shipped_checkpoint_folder
from peephole.model.contexts import alphabet_of
from peephole.model.memory import Memory
from peephole.model.predictor import Predictor
from peephole.model.recall import Recall
from peephole.model.runtime import Runtime
from peephole.model.search import Candidate, next_tokens
from peephole.model.tape import Tape
from peephole.model.votes import Hints
from tests.checkpoints import tiny_vocabulary

VOCABULARY = tiny_vocabulary()
ALPHABET = alphabet_of(VOCABULARY)

JAVA = [
    "class Counter {\n    private int total;\n    ",
    "boolean isEmpty(String name) {\n        ",
    "if (total > 0) {\n            ",
    "int[] seen = new int[3];\n        ",
    "return ",
    "return this.",
    "return new ",
    "total",
    "se",
    "true;\n",
    "}\n    ",
    '"""\n',
    "/* ",
    " */",
    "List<String> names() throws E {\n ",
    "\u2028é",
]
PYTHON = [
    "class Counter:\n    def __init__(self):\n        self.total = 0\n",
    "    def is_empty(self, name: str = None) -> bool:\n        ",
    "def first(names):\n    ",
    "seen = []\n    ",
    "return ",
    "return self.",
    "self.total",
    "se",
    "True\n",
    '"""',
    "# ",
    "\n    ",
    ") -> int:\n        ",
]
PIECES = {"java": JAVA, "python": PYTHON}
WRITTEN = st.sampled_from(sorted(PIECES)).flatmap(
    lambda language: st.tuples(st.just(language), st.lists(st.sampled_from(PIECES[language]), max_size=14))
)


def fresh(language: str, text: str) -> dict[int, bytes]:
    """The hints on each character of a text and the one behind it, each asked of a memory that read no further."""
    found = {}
    for place in range(len(text) + 1):
        memory = Memory(ALPHABET, language)
        memory.extend(VOCABULARY.encode(text[:place]))
        found |= by_place(memory.hints_behind(place, np.empty((1, 0), np.uint16)), place)
    return found


def by_place(hints: Hints | None, start: int) -> dict[int, bytes]:
    if hints is None:
        return {}
    parts = zip(hints.rows.tolist(), hints.trust, hints.nats, strict=True)
    return {start + row: trust.tobytes() + nats.tobytes() for row, trust, nats in parts}


@settings(max_examples=100, deadline=None)
@given(written=WRITTEN, cut=st.integers(1, 40), back=st.integers(0, 200), other=WRITTEN)
@example(written=("java", [*JAVA[:2], "return ", "true;\n"]), cut=1, back=6, other=("java", ["to"]))
@example(written=("java", [*JAVA[:3], "return this.", "to"]), cut=7, back=2, other=("java", ["x /* return "]))
@example(written=("python", [*PYTHON[:2], "return ", "self.total"]), cut=5, back=30, other=("python", ["return "]))
def test_hints_are_those_of_a_fresh_memory_however_the_text_was_read_and_edited(
    written: tuple[str, list[str]], cut: int, back: int, other: tuple[str, list[str]]
) -> None:
    language, text = written[0], "".join(written[1])
    memory = Memory(ALPHABET, language)
    memory.extend(VOCABULARY.encode(text))
    memory.hints(0, len(text))
    text = text[: max(len(text) - back, 0)]
    memory.truncate(len(text))
    text += "".join(other[1])
    memory.extend(VOCABULARY.encode(text[len(memory) :]))
    found: dict[int, bytes] = {}
    for start in range(0, len(text), cut):
        found |= by_place(memory.hints(start, min(start + cut, len(text))), start)
    expected = fresh(language, text)
    expected.pop(len(text), None)
    assert found == expected


@settings(max_examples=150, deadline=None)
@given(written=WRITTEN, behind=WRITTEN, length=st.integers(0, 30))
@example(written=("java", JAVA[:2]), behind=("java", ["return ", "se"]), length=9)
def test_a_search_knows_what_a_reader_of_its_text_would(
    written: tuple[str, list[str]], behind: tuple[str, list[str]], length: int
) -> None:
    language, text, tail = written[0], "".join(written[1]), "".join(behind[1])[:length]
    memory = Memory(ALPHABET, language)
    memory.extend(VOCABULARY.encode(text + "\n    int later;\n"))  # a tape may have read on
    recall = Recall.at(memory, len(text))
    for symbol in VOCABULARY.encode(tail):
        recall = recall.push([0], np.array([symbol]))
    expected = Memory(ALPHABET, language)
    expected.extend(VOCABULARY.encode(text + tail))
    place = len(text + tail)
    found = by_place(recall.votes().hints, place)
    assert found == by_place(expected.hints_behind(place, np.empty((1, 0), np.uint16)), place)


@pytest.fixture(scope="module")
def shipped() -> Predictor:
    return Predictor(Runtime(load_checkpoint(shipped_checkpoint_folder())))


PAGE = """package shop.stock;

public class Shelf {
    private final String label;
    private int capacity;

    public Shelf(String label, int capacity) {
        this.label = label;
        this.capacity = capacity;
    }

    public %s %s(Order order) {
        for (Line line : order.getLines()) {
            Item item = catalogue.find(line.getCode());
            if (item == null) {
                logger.warn("unknown item in order " + order.getNumber());
                continue;
            }
            Reservation reservation = new Reservation(order, item);
            reservation.setAmount(line.getAmount());
            reservation.setWarehouse(item.getWarehouse());
            if (line.isUrgent()) {
                reservation.setPriority(Priority.HIGH);
                dispatcher.notifyCourier(reservation);
            } else {
                reservation.setPriority(Priority.NORMAL);
            }
            ledger.append(reservation);
            auditor.record(order.getCustomer(), reservation);
            for (Listener listener : listeners) {
                listener.reserved(reservation);
            }
        }
        dispatcher.flush();
        ledger.close();
        return """


def offered(predictor: Predictor, text: str, language: str) -> list[Candidate]:
    tape = Tape(predictor, language)
    tape.edit(text)
    reading = tape.reading_at(len(text))
    assert reading is not None
    return next_tokens(predictor, reading, language=language, prefix="")


def test_a_method_of_truths_a_page_long_offers_true_and_false_first_and_one_of_numbers_does_not(
    shipped: Predictor,
) -> None:
    truths = offered(shipped, PAGE % ("boolean", "reserve"), "java")
    numbers = offered(shipped, PAGE % ("int", "reserve"), "java")
    assert {candidate.text for candidate in truths[:2]} == {"true", "false"}
    assert not {"true", "false"} & {candidate.text for candidate in numbers[:3]}
    forgetful = offered(Predictor(shipped.runtime, hinting=False), PAGE % ("boolean", "reserve"), "java")
    assert share(truths) > 2 * share(forgetful), "the type is what makes them likely"


def share(candidates: list[Candidate]) -> float:
    return sum(candidate.probability for candidate in candidates if candidate.text in ("true", "false"))


def test_a_getter_offers_the_field_that_it_is_named_after(shipped: Predictor) -> None:
    getter = PAGE[: PAGE.index("    public %s")] + "    public %s %s() {\n        return "
    assert offered(shipped, getter % ("String", "getLabel"), "java")[0].text == "label"
    assert offered(shipped, getter % ("int", "getCapacity"), "java")[0].text == "capacity"


def test_an_annotation_and_a_name_tell_what_a_python_function_gives(shipped: Predictor) -> None:
    head = "class Shelf:\n    def __init__(self, label: str):\n        self.label = label\n\n    def %s:\n"
    body = "        for line in self.lines:\n            line.update(order)\n        self.flush()\n        return "
    for header in ("check(self, order) -> bool", "is_full(self)"):
        names = [candidate.text for candidate in offered(shipped, head % header + body, "python")[:3]]
        assert {"True", "False"} & set(names), header
