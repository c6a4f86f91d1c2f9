"""Bytes in, messages out: in whatever pieces they come, and whatever else stands between them."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peephole.server.framing import LONGEST_BODY, LONGEST_LINE, Frames

HEADERS = (
    b"Content-Length: %d\r\n\r\n",
    b"content-length:%d\r\n\r\n",
    b"Content-Length: %d\n\n",
    b"Content-Length: %d\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
    b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: %d\r\n\r\n",
    b"Content-Length: %d\r\nContent-Length: 3\r\n\r\n",
)
values = st.dictionaries(
    st.text(max_size=5),
    st.text() | st.sampled_from(["Content-Length: 7\r\n\r\n", "Content-Length:", "Con"]),
    max_size=3,
)
bodies = values.map(lambda value: json.dumps(value).encode())
messages = st.lists(st.tuples(st.sampled_from(HEADERS), bodies), min_size=1, max_size=4)
WASTE = (b"hello\r\n", b"\x00\xff\n", b"Content-Length: -5\r\n\r\n{}", b"{} ", b'{"a": 1}\n', b"x" * 9999, b"\r\n\r\n")


def taken(data: bytes, cuts: Sequence[int] = ()) -> list[bytes | None]:
    """What comes out of bytes that come in pieces."""
    frames, found, places = Frames(), [], sorted(min(cut, len(data)) for cut in cuts)
    for start, end in zip([0, *places], [*places, len(data)], strict=True):
        found += frames.take(data[start:end])
    return found


def whole(found: Sequence[bytes | None]) -> list[bytes]:
    """The bodies among it that are JSON, without the white space around."""
    return [body.strip() for body in found if body is not None and is_json(body)]


def is_json(body: bytes) -> bool:
    """Whether it can be parsed."""
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


cutting = st.lists(st.integers(0, 400), max_size=12)


@given(messages, cutting)
def test_every_message_comes_out_as_it_was_sent_whatever_its_header_and_the_pieces(
    sent: list[tuple[bytes, bytes]], cuts: list[int]
) -> None:
    data = b"".join(header % len(body) + body for header, body in sent)
    assert taken(data, cuts) == [body for _, body in sent]


@given(bodies, st.sampled_from([-20, -3, -1, 1, 2, 3, 9, 15, 17, 18, 25, 40, 100]), messages, cutting)
def test_after_a_wrong_length_the_next_message_is_found(
    body: bytes, error: int, sent: list[tuple[bytes, bytes]], cuts: list[int]
) -> None:
    sent = [(b"Content-Length: %d\r\n\r\n", each) for _, each in sent]
    data = b"Content-Length: %d\r\n\r\n" % max(len(body) + error, 0) + body
    data += b"".join(header % len(each) + each for header, each in sent)
    found = taken(data, cuts)
    expected = [each for _, each in sent]
    if error > 0:
        assert whole(found) == [body, *expected]  # it was told too long, yet is read to where the next begins
    else:
        assert found[-len(expected) :] == expected
        assert len(found) > len(expected)  # the loss is told of


@given(st.lists(st.sampled_from(WASTE), min_size=1, max_size=4), messages, cutting)
def test_whatever_stands_between_two_messages_the_next_one_is_found(
    waste: list[bytes], sent: list[tuple[bytes, bytes]], cuts: list[int]
) -> None:
    data = b"".join(b"".join(waste) + b"Content-Length: %d\r\n\r\n" % len(body) + body for _, body in sent)
    found = taken(data, cuts)
    assert [body for body in found if body is not None] == [body for _, body in sent]
    lost = 0 if set(waste) == {b"\r\n\r\n"} else len(sent)
    assert found.count(None) == lost


@given(st.binary(max_size=300), cutting)
def test_no_bytes_bring_it_down(data: bytes, cuts: list[int]) -> None:
    taken(data, cuts)


@pytest.mark.parametrize(
    "length", [b"-1", b"x", b"", b"1.5", b"0x10", b"9" * 13, b"9" * 5000, b"%d" % (LONGEST_BODY + 1)]
)
def test_a_length_that_is_none_is_told_of_before_anything_else_comes(length: bytes) -> None:
    assert taken(b"Content-Length: " + length + b"\r\n\r\n{}") == [None]


def test_a_length_that_never_comes_is_not_kept_room_for() -> None:
    frames = Frames()
    assert list(frames.take(b"Content-Length: %d\r\n\r\n{" % LONGEST_BODY)) == []
    assert list(frames.take(b"Content-Length: 2\r\n\r\n[]")) == [b"{", b"[]"]


def test_of_an_endless_line_no_more_is_held_than_a_header_needs() -> None:
    frames = Frames()
    found = [each for _ in range(1000) for each in frames.take(b"y" * LONGEST_LINE)]
    assert found == [None]
    assert len(frames._held) <= 2 * LONGEST_LINE
    assert list(frames.take(b"Content-Length: 2\r\n\r\n[]")) == [b"[]"]


def test_an_empty_body_is_a_message_though_none_that_can_be_read() -> None:
    assert taken(b"Content-Length: 0\r\n\r\n") == [b""]
