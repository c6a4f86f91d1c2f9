from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from pygls.protocol import default_converter

from peephole.server.leniency import LEAST, lenient_converter, understood

CONVERTER = default_converter()
NAMES = ("textDocument", "hover", "contentFormat", "workspace", "configuration", "general", "positionEncodings", "x")
json = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["markdown", "html", "utf-8"]),
    lambda each: st.lists(each, max_size=2) | st.dictionaries(st.sampled_from(NAMES), each, max_size=3),
    max_leaves=8,
)


def parse(params: dict[str, Any]) -> types.InitializeParams:
    return CONVERTER.structure(params, types.InitializeParams)


@given(st.dictionaries(st.sampled_from(("capabilities", "trace", "processId", "workspaceFolders")), json))
def test_whatever_a_client_says_something_of_it_is_understood(params: dict[str, Any]) -> None:
    parse(understood(params, parse))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"trace": "compact", "processId": 3}, {"processId": 3}),
        (
            {"capabilities": {"textDocument": {"hover": {"contentFormat": ["html", "markdown"]}}}},
            {"capabilities": {"textDocument": {"hover": {"contentFormat": ["markdown"]}}}},
        ),
        (
            {"capabilities": {"workspace": {"configuration": True, "symbol": {"symbolKind": {"valueSet": [99]}}}}},
            {"capabilities": {"workspace": {"configuration": True, "symbol": {"symbolKind": {"valueSet": []}}}}},
        ),
        ({"capabilities": 7}, {}),
    ],
)
def test_no_more_is_left_out_than_what_is_not_understood(said: dict[str, Any], kept: dict[str, Any]) -> None:
    assert understood(said, parse) == LEAST | kept


@pytest.mark.parametrize("kind", [types.InlineCompletionTriggerKind, types.CompletionTriggerKind])
def test_a_way_of_asking_that_no_specification_knows_is_asking_by_hand(kind: Any) -> None:
    converter = lenient_converter()
    for each in reversed(kind):
        assert converter.structure(each.value, kind) is each
    for unknown in (0, -1, 99, "typed", None, []):
        assert converter.structure(unknown, kind) is kind.Invoked


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ([1, 1, 0, 1], "typed typed invoked typed"),  # vscode-languageclient 9
        ([0, 1], "invoked typed"),
        ([2, 1, 2, 1], "typed invoked typed invoked"),  # LSP 3.18
        ([1, 2, 1], "typed typed invoked"),
    ],
)
def test_ghost_text_is_asked_for_by_hand_or_by_typing_whatever_numbers_the_client_counts_by(
    said: list[int], meant: str
) -> None:
    kind, converter = types.InlineCompletionTriggerKind, lenient_converter()
    kinds = {"typed": kind.Automatic, "invoked": kind.Invoked}
    assert [converter.structure(value, kind) for value in said] == [kinds[word] for word in meant.split()]


def test_what_one_client_counts_by_is_nothing_to_another() -> None:
    kind = types.InlineCompletionTriggerKind
    lenient_converter().structure(2, kind)
    assert lenient_converter().structure(1, kind) is kind.Automatic
