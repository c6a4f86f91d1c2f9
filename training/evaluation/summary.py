"""An evaluation's figures in a few lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Figures = Mapping[str, Any]
"""What `--json` writes."""

NAMES = {
    "xz": "xz -9e, each file by itself",
    "ppmd": "PPMd order 12, each file by itself",
    "ppmd_primed": "PPMd primed with {prime_mb:.2f} MB of training text",
    "ppmd_primed_and_workspace": "PPMd primed with that and the workspace",
    "neural_cache": "network with neural cache",
    "dynamic_evaluation": "network with dynamic evaluation",
    "memory_with_neural_cache": "with the memory and neural cache",
    "memory_with_dynamic_evaluation": "with the memory and dynamic evaluation",
    "dynamic_evaluation_of_memory": "dynamic evaluation of network and memory",
    "network": "network alone",
    "document": "with the document's memory",
    "workspace": "with document and workspace",
    "ngram": "6-gram",
    "ngram_file_cache": "6-gram with the file's cache",
    "ngram_nested_cache": "6-gram with file and nested cache",
    "all": "all tokens",
    "without_strings": "tokens but strings",
    "identifiers": "identifiers",
    "identifiers_seen_before": "identifiers seen before",
    "new_words": "new words",
}


def name_of(system: str, figures: Figures) -> str:
    """A system's name for people; what serves is named by its memory."""
    if system == "served":
        system = "network" if figures["memory"] == "none" else figures["memory"]
    named = NAMES.get(system, system.replace("_", " "))
    return named.format(prime_mb=(figures["prime_bytes"] or 0) / 1e6)


def summarise(figures: Figures) -> str:
    """All figures, one system a line."""
    arithmetic = "float32" if figures["float32"] else "int8"
    head = (
        f"model {figures['model']} ({arithmetic}), {figures['language']}: {figures['files']:,} files, "
        f"{figures['characters']:,} characters, {figures['unknown_characters']:,} unknown"
    )
    if figures.get("ngram"):
        head += "\n6-gram of {bytes_read:,} bytes, {tokens:,} tokens, {vocabulary:,} different".format(
            **figures["ngram"]
        )
    lines = [head, "  bits/char   right      ms", *_systems(figures), *_baselines(figures)]
    if "tokens" in figures:
        served = NAMES["network" if figures["memory"] == "none" else figures["memory"]]
        lines += [*_charged(figures["tokens"]["all_tokens"], served), *_tokens(figures["tokens"])]
    if "typing" in figures:
        lines += _typing(figures["typing"])
    return "\n".join(lines)


def _systems(figures: Figures) -> Iterator[str]:
    network, bare = figures["network"], figures["without_licence_header"]
    yield _line(network["bits_per_character"], network["top1"], network["ms_per_character"], NAMES["network"])
    if figures["memory"] != "none":
        added_ms = figures["memory_ms_per_character"]
        yield _line(figures["bits_per_character"], figures["top1"], added_ms, NAMES[figures["memory"]], added=True)
    without = f"the same without licence headers ({bare['characters']:,} characters)"
    yield _line(bare["bits_per_character"], bare["top1"], None, without)
    for name, rival in figures.get("rivals", {}).items():
        added_ms = rival.get("added_ms_per_character")
        yield _line(rival["bits_per_character"], rival["top1"], added_ms, NAMES[name], added=True)


def _baselines(figures: Figures) -> Iterator[str]:
    for name, bits in figures["baselines"].items():
        yield _line(bits, None, None, NAMES[name].format(prime_mb=(figures["prime_bytes"] or 0) / 1e6))


def _line(bits: float, top1: float | None, ms: float | None, name: str, *, added: bool = False) -> str:
    right = "" if top1 is None else f"{top1:.1%}"
    time = "" if ms is None else f"{'+' if added else ''}{ms:.3f}"
    return f"  {bits:9.4f}  {right:>6}  {time:>6}  {name}"


def _charged(systems: Figures, served: str) -> Iterator[str]:
    yield "  tokens   bits each"
    for system, groups in systems.items():
        name = served if system == "served" else NAMES[system]
        for group, found in groups.items():
            closed = found.get("closed_bits_per_token")
            unknown = "" if closed is None else f"; {closed:.2f} where the {found['unknown']:,} unknown are all one"
            yield f"{found['count']:8,} {found['bits_per_token']:6.2f}   {name}: {NAMES[group]}{unknown}"


def _tokens(tokens: Figures) -> Iterator[str]:
    yield f"{tokens['sampled']:,} of {tokens['of']:,} tokens, sampled; in the list of ten after typed characters"
    yield "  tokens   bits  typed   lists   MRR@10  first  in five"
    for system, groups in tokens["systems"].items():
        for group, found in groups.items():
            for typed, ranks in found.get("typed", {}).items():
                count = f"{found['count']:8,} {found['bits_per_token']:6.2f}" if typed == "0" else " " * 15
                shares = f"{ranks['mrr10']:7.1%} {ranks['top1']:6.1%}  {ranks['top5']:6.1%}"
                yield f"{count}  {typed:>5}  {ranks['count']:6,}  {shares}   {NAMES[system]}: {NAMES[group]}"


def _typing(typing: Figures) -> Iterator[str]:
    popup, ghost = typing["popup"], typing["ghost"]
    lists = popup["where_one_can_be_right"]
    error = typing["saved_standard_error"]
    spread = "" if error is None else f" (± {error:.1%})"
    yield (
        f"typed at {typing['places']:,} of {typing['of']:,} places, {typing['characters']:,} characters: "
        f"{typing['saved']:.1%} of the keystrokes saved{spread}"
    )
    yield f"  {lists['count']:,} lists: {lists['top1']:.1%} with the right one first, {lists['top5']:.1%} in five"
    wrong = ghost["wrong_characters_per_accepted"]
    yield (
        f"  {ghost['shown']:,} ghost texts: {ghost['right_share']:.1%} right, {ghost['whole_lines_share']:.1%} whole "
        f"lines, {'no' if wrong is None else f'{wrong:.2f}'} wrong characters for each accepted"
    )
    for kind, latency in typing["latency"].items():
        clock, own = latency["clock_ms"], latency["processor_ms"]
        yield (
            f"  {latency['count']:,} x {kind}: {clock['p50']:.1f} ms, p99 {clock['p99']:.1f} ms "
            f"(of the processor {own['p50']:.1f} and {own['p99']:.1f})"
        )
