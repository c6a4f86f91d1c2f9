"""What the types of one file have in common, whatever its language."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from tree_sitter import Node


class FileTypes(ABC):
    """The types of one file, as far as it tells them by itself."""

    def __init__(self) -> None:
        self._at: Node | None = None
        """Where an expression of another tree is judged as if it stood there."""

    @abstractmethod
    def methods(self, root: Node) -> Iterator[tuple[Node, str]]:
        """Methods with the types that they declare."""

    @abstractmethod
    def type_of(self, node: Node) -> str:
        """The type of an expression, "" if it is unknown."""

    @abstractmethod
    def fits(self, declared: str, found: str, *, literal: bool = False) -> bool | None:
        """Whether a type fits a declared one; None where nobody can tell."""

    def type_at(self, expression: Node, place: Node) -> str:
        """The type that an expression of another tree would have at a node of this file, "" if it is unknown."""
        self._at = place
        try:
            return self.type_of(expression)
        finally:
            self._at = None
