"""Why a place is called improbable."""

from __future__ import annotations

from typing import Literal, get_args

Reason = Literal["expected", "other", "slip", "missing", "surplus", "doubled", "swapped", "brackets", "kind"]
"""One other token is all but certain there; another is likelier, though others may be, too; it is a slip in writing a
name; one is missing beside it; it is one too many, or the same a second time; two arguments change places; a
pair of brackets is of another kind; or a literal is of one that does not belong there."""

REASONS: tuple[Reason, ...] = get_args(Reason)

RETURN: Literal["return"] = "return"
"""An expression does not fit what its method says that it gives. That is told by words, and needs no calibrating."""

SpanReason = Literal[Reason, "return"]
