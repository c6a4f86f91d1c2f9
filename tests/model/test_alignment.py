from hypothesis import given
from hypothesis import strategies as st

from peephole.model.alignment import common_prefix, common_suffix

TEXT = st.text(alphabet="ab\n\u2028\U0001f600", max_size=12)


def slow_prefix(left: str, right: str) -> int:
    """The same, a character at a time."""
    length = 0
    while length < min(len(left), len(right)) and left[length] == right[length]:
        length += 1
    return length


@given(TEXT, TEXT, TEXT)
def test_the_common_prefix_is_the_longest(shared: str, left: str, right: str) -> None:
    left, right = shared + left, shared + right
    assert common_prefix(left, right) == slow_prefix(left, right)


@given(TEXT, TEXT, TEXT, TEXT)
def test_the_common_suffix_is_the_longest_that_does_not_reach_into_the_prefix(
    before: str, left: str, right: str, behind: str
) -> None:
    left, right = before + left + behind, before + right + behind
    prefix = common_prefix(left, right)
    assert common_suffix(left, right, prefix) == slow_prefix(left[prefix:][::-1], right[prefix:][::-1])
