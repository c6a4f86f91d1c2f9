"""The runs of a report by name, and their systems in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .summary import Figures, name_of


@dataclass(frozen=True)
class Run:
    """One evaluation. label: as people read it; file_name: where its figures lie beside the report."""

    label: str
    file_name: str
    figures: Figures


@dataclass(frozen=True)
class Row:
    """What one system needs. bare: bits without licence headers; ours: whether it is the network, with a memory or not.

    None for what was not measured.
    """

    name: str
    bits: float
    top1: float | None = None
    bare: float | None = None
    ms: float | None = None
    ours: bool = False


def name_runs(all_figures: Sequence[Figures]) -> list[Run]:
    """The runs, by language and memory; those that are alike in both are numbered."""
    runs: list[Run] = []
    taken: dict[str, int] = {}
    for figures in all_figures:
        label = f"{figures['language']}, {MEMORIES[figures['memory']]}"
        taken[label] = number = taken.get(label, 0) + 1
        file_name = f"{figures['language']}-{figures['memory']}"
        if number > 1:
            label, file_name = f"{label} ({number})", f"{file_name}-{number}"
        runs.append(Run(label, f"{file_name}.json", figures))
    return runs


MEMORIES = {"none": "no memory", "document": "memory of the document", "workspace": "memory of document and workspace"}


def rows_of(figures: Figures) -> Iterator[Row]:
    """All systems of a run: the network, what serves, other uses of the network, compressors."""
    network = figures["network"]
    bare = network["without_licence_header"]
    found = network["bits_per_character"], network["top1"], bare["bits_per_character"], network["ms_per_character"]
    yield Row(name_of("network", figures), *found, ours=True)
    if figures["memory"] != "none":
        bare = figures["without_licence_header"]["bits_per_character"]
        found = figures["bits_per_character"], figures["top1"], bare, figures["ms_per_character"]
        yield Row(name_of("served", figures), *found, ours=True)
    for name, rival in figures.get("rivals", {}).items():
        bare = rival["without_licence_header"]["bits_per_character"]
        yield Row(name_of(name, figures), rival["bits_per_character"], rival["top1"], bare)
    for name, bits in figures["baselines"].items():
        yield Row(name_of(name, figures), bits)
