"""A report of one or more evaluations: Markdown, plots, and the figures that it can be made of again.

Everything in it comes of what `evaluate --json` wrote, so the same figures give the same bytes (with one version of
matplotlib).
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import TrainingError
from .plots import draw_all
from .report_runs import Run, name_runs
from .report_sections import ALL, INTRODUCTION
from .summary import Figures

REPORT = "report.md"


def read_figures(path: Path) -> Figures:
    """The figures of one evaluation; `TrainingError` for a file that holds none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrainingError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise TrainingError(f"{path} is no JSON ({error}); give what `evaluate --json` wrote") from error
    if not isinstance(found, dict) or not {"model", "by_position", "by_repository"} <= set(found):
        raise TrainingError(f"{path} does not hold an evaluation's figures; write them anew by `evaluate --json`")
    return found


def write_report(all_figures: Sequence[Figures], folder: Path) -> Path:
    """Writes `report.md`, its plots and the figures themselves into a folder; returns the report's path."""
    runs = name_runs(all_figures)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for run in runs:
            text = json.dumps(run.figures, indent=1) + "\n"
            (folder / run.file_name).write_text(text, encoding="utf-8")
        drawn = draw_all(runs, folder)
        report = "\n\n".join(_parts(runs, drawn)) + "\n"
        (folder / REPORT).write_text(report, encoding="utf-8", errors="backslashreplace")  # paths may be any bytes
    except OSError as error:
        raise TrainingError(f"cannot write the report to {folder}: {error.strerror}") from error
    return folder / REPORT


def _parts(runs: Sequence[Run], drawn: set[str]) -> Iterator[str]:
    yield "# How well the next character, token and line are foretold"
    yield INTRODUCTION
    for section in ALL:
        body = list(section.body(runs))
        if not body:
            continue
        yield f"## {section.title}"
        yield section.explanation
        if section.plot in drawn:
            yield f"![{section.title}]({section.plot})"
        yield from body
    yield "## How it was made"
    yield "\n\n".join(f"{run.label}:\n\n    {run.figures['command']}" for run in runs)
    again = shlex.join(["peephole-train", "report", *(run.file_name for run in runs), "--out", "."])
    yield f"and this report, of the figures beside it:\n\n    {again}"
