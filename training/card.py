"""A model's card: what it is, what text it was made of under which licences, how well it does, and its hash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from peephole.model.checkpoint import Checkpoint

Evaluation = Mapping[str, Any]
"""What `peephole-train evaluate --json` writes."""


def write_card(checkpoint: Checkpoint, evaluations: Sequence[Evaluation]) -> str:
    """The card as Markdown; figures come from the evaluations alone, sources from the checkpoint's provenance."""
    parts = [
        _summary(checkpoint),
        _figures(evaluations),
        _training(checkpoint),
        _sources(checkpoint),
        _gate(checkpoint),
    ]
    parts.append(LIMITS)
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


LIMITS = """
## Limits

It has read open-source Java and Python and repeats its habits, the bad ones too. It knows no project but what stands
in the open file and the workspace around it, proves nothing about a program, and may write down a line much like one it
was trained on: the licences above are those of such lines. Keys of well-known forms and e-mail addresses were masked
before training.
"""


def _summary(checkpoint: Checkpoint) -> str:
    config, files = checkpoint.config, checkpoint.sha256
    parameters = sum(value.size for value in checkpoint.parameters().values())
    rows = [
        ("model", f"`{checkpoint.model_hash}`"),
        ("cell", f"{config.cell}, {config.layers} layers of {config.hidden_size}"),
        ("parameters", f"{parameters:,}"),
        ("vocabulary", f"{config.vocabulary_size} entries, of them {len(checkpoint.vocabulary.characters)} characters"),
        ("languages", ", ".join(checkpoint.vocabulary.languages)),
        *((f"SHA-256 of {name}", f"`{digest}`") for name, digest in sorted(files.items())),
    ]
    return "# The model's card\n\n" + _table(("", ""), rows)


def _figures(evaluations: Sequence[Evaluation]) -> str:
    if not evaluations:
        return ""
    rows = [
        (
            str(e["language"]),
            "float32" if e.get("float32") else "int8",
            f"{e['files']:,}",
            f"{e['characters']:,}",
            str(e.get("memory", "none")),
            f"**{e['bits_per_character']:.4f}**",
            f"{cast(Mapping[str, Any], e.get('network') or e)['bits_per_character']:.4f}",
            _bits(e, "ppmd"),
            _bits(e, "xz"),
        )
        for e in evaluations
    ]
    head = ("language", "arithmetic", "files", "characters", "memory", "bits/char", "network alone", "PPMd", "xz -9e")
    commands = "\n".join(f"    {e['command']}" for e in evaluations)
    note = "PPMd and xz compress each file by itself. Measured, row by row, by"
    return f"## Figures\n\n{_table(head, rows)}\n\n{note}\n\n{commands}"


def _bits(evaluation: Evaluation, baseline: str) -> str:
    value = cast(Mapping[str, Any], evaluation.get("baselines") or {}).get(baseline)
    if isinstance(value, Mapping):
        value = value.get("bits_per_character")
    return "–" if value is None else f"{value:.4f}"


def _training(checkpoint: Checkpoint) -> str:
    facts = checkpoint.provenance
    settings = cast(Mapping[str, object], facts.get("settings") or {})
    rows = [("characters seen", f"{facts.get('characters_seen', 0):,}"), ("steps", f"{facts.get('steps', 0):,}")]
    rows += [(key.replace("_", " "), str(value)) for key, value in settings.items()]
    ancestors = list(_ancestors(facts))
    for parent in ancestors:
        seen = f"{parent.get('characters_seen', 0):,}"
        rows.append(("began with the weights of", f"model `{parent.get('model')}`, trained on {seen} characters"))
    if ancestors:
        seen = f"{sum(run.get('characters_seen', 0) for run in (facts, *ancestors)):,}"
        rows.append(("characters seen in all these runs", seen))
    corpus = cast(Mapping[str, Any], facts.get("corpus") or {}).get("splits") or {}
    rows += [
        (f"{language} text in the corpus", f"{shard['tokens']:,} characters, {shard['documents']:,} files")
        for language, shard in corpus.get("train", {}).items()
    ]
    return "## Training\n\n" + _table(("", ""), rows)


def _ancestors(facts: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The models whose weights the training went on from, the last one first."""
    while facts := cast(Mapping[str, Any], facts.get("parent") or {}):
        yield facts


def _sources(checkpoint: Checkpoint) -> str:
    rows = _source_rows(checkpoint.provenance, "train")
    return f"## Sources\n\n{rows}" if rows else ""


def _gate(checkpoint: Checkpoint) -> str:
    """How far to trust the memories was fitted on other text; its sources and licences stand apart."""
    gate = cast(Mapping[str, Any], checkpoint.provenance.get("gate") or {})
    if not gate:
        return ""
    texts = cast(Mapping[str, Mapping[str, Any]], gate.get("text") or {})
    read = "; ".join(
        f"{name}: {text['characters']:,} characters, {text['files']:,} files" for name, text in texts.items()
    )
    told = f"Fitted in {gate.get('steps')} steps on text that the network was not trained on ({read})."
    if gate.get("fitted_for"):
        told += f" It was fitted for the model that this one began with, `{gate['fitted_for']}`."
    return f"## The gate of the memories\n\n{told}\n\n{_source_rows(gate, 'gate')}"


def _source_rows(provenance: Mapping[str, Any], split: str) -> str:
    """A table of the packages of one split, "" if there are none."""
    sources = cast(Iterable[Mapping[str, Any]], provenance.get("sources") or ())
    head = ("language", "package", "version", "licence", "files")
    rows = [[str(s.get(key)) for key in head] for s in sources if s.get("split") == split and s.get("files")]
    return _table(head, sorted(rows)) if rows else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
