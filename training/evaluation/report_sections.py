"""What a report says of each thing that was measured, as tables; counts stand in all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .report_runs import Run, rows_of
from .summary import Figures, name_of

INTRODUCTION = (
    "Bits and counts are summed over all files of a run and divided once. A character that the vocabulary lacks costs "
    "−log2 p(unknown) and the bits to say which one it is. Every system of a run was measured on the same files."
)

MOST_REPOSITORIES = 30
"""In one table or plot: those with the most characters."""


@dataclass(frozen=True)
class Section:
    """One thing that was measured. plot: the file beside the report; body: nothing where no run measured it."""

    title: str
    plot: str
    explanation: str
    body: Callable[[Sequence[Run]], Iterator[str]]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown; all columns but the first are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def per_run(runs: Sequence[Run], body: Callable[[Figures], str]) -> Iterator[str]:
    """What each run has to say, under its name; nothing for a run that says nothing."""
    for run in runs:
        said = body(run.figures)
        if said:
            yield f"**{run.label}**"
            yield said


def whole(figures: Figures) -> str:
    """`of all` or how much of what was found was measured, and how it was chosen."""
    found, limit = figures["found"], figures["limit_mb"]
    paths = ", ".join(f"`{path}`" for path in figures["paths"])
    if limit is None:
        return f"all of {paths}"
    return f"{limit:g} MB of {paths} ({found['files']:,} files, {found['bytes']:,} bytes), seed {figures['seed']}"


def _what(runs: Sequence[Run]) -> Iterator[str]:
    head = ("", "model", "files", "characters", "unknown", "repositories", "minutes", "split")
    yield table(head, (_measured(run) for run in runs))


def _measured(run: Run) -> list[str]:
    f = run.figures
    model = f"`{f['model']}` {'float32' if f['float32'] else 'int8'}"
    counts = [f"{f[name]:,}" for name in ("files", "characters", "unknown_characters", "repositories")]
    return [run.label, model, *counts, f"{f['seconds']['taken'] / 60:.1f}", whole(f)]


def _characters(runs: Sequence[Run]) -> Iterator[str]:
    head = ("", "bits/char", "without licence headers", "most probable one came", "ms/char")
    yield from per_run(runs, lambda figures: table(head, _character_rows(figures)))


def _character_rows(figures: Figures) -> Iterator[list[str]]:
    for row in rows_of(figures):
        bare = "" if row.bare is None else f"{row.bare:.4f}"
        top1 = "" if row.top1 is None else f"{row.top1:.1%}"
        ms = "" if row.ms is None else f"{row.ms:.3f}"
        yield [row.name, f"{row.bits:.4f}", bare, top1, ms]
    bare = figures["without_licence_header"]["characters"]
    yield ["characters", f"{figures['characters']:,}", f"{bare:,}", f"{figures['characters']:,}", ""]


def _positions(runs: Sequence[Run]) -> Iterator[str]:
    yield from per_run(runs, lambda figures: portions(figures, figures["by_position"], "characters of a file", _span))


def _span(portion: Mapping[str, Any]) -> str:
    return f"from {portion['from']:,}" if portion["to"] is None else f"{portion['from']:,} to {portion['to']:,}"


def _repositories(runs: Sequence[Run]) -> Iterator[str]:
    yield from per_run(runs, _repositories_of)


def _repositories_of(figures: Figures) -> str:
    every = figures["by_repository"]
    bits = sorted(each["bits_per_character"]["served"] for each in every)
    middle = (bits[(len(bits) - 1) // 2] + bits[len(bits) // 2]) / 2
    spread = f"{len(every):,} repositories, from {bits[0]:.4f} to {bits[-1]:.4f} bits/char, median {middle:.4f}."
    shown = largest(every)
    if len(shown) < len(every):
        spread += f" The {len(shown)} with the most characters:"
    return f"{spread}\n\n{portions(figures, shown, 'repository', lambda portion: str(portion['name']))}"


def largest(every: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The repositories with the most characters, by name."""
    kept = sorted(every, key=lambda each: (-each["characters"], each["name"]))[:MOST_REPOSITORIES]
    return sorted(kept, key=lambda each: each["name"])


def portions(
    figures: Figures, found: Sequence[Mapping[str, Any]], head: str, name: Callable[[Mapping[str, Any]], str]
) -> str:
    """Bits per character of parts of the text, a row each, by system."""
    systems = [system for system in found[0]["bits_per_character"] if system != "served" or figures["memory"] != "none"]
    rows = (
        [name(each), f"{each['files']:,}", f"{each['characters']:,}"]
        + [f"{each['bits_per_character'][system]:.4f}" for system in systems]
        for each in found
    )
    return table((head, "files", "characters", *(name_of(system, figures) for system in systems)), rows)


def _tokens(runs: Sequence[Run]) -> Iterator[str]:
    yield from per_run(runs, lambda figures: _tokens_of(figures) if "tokens" in figures else "")


def _tokens_of(figures: Figures) -> str:
    tokens = figures["tokens"]
    drawn = f"{tokens['sampled']:,} of {tokens['of']:,} tokens, sampled (seed {tokens['seed']}); list of ten:"
    head = ("", "tokens", "bits/token", "typed", "lists", "MRR@10", "first", "in five")
    charged = table(("all tokens of the files", "tokens", "bits/token"), _charged(figures))
    return f"{charged}\n\n{drawn}\n\n{table(head, _ranked(figures))}"


def _charged(figures: Figures) -> Iterator[list[str]]:
    for system, groups in figures["tokens"]["all_tokens"].items():
        for group, found in groups.items():
            name = f"{name_of(system, figures)}: {name_of(group, figures)}"
            yield [name, f"{found['count']:,}", f"{found['bits_per_token']:.3f}"]


def _ranked(figures: Figures) -> Iterator[list[str]]:
    for system, groups in figures["tokens"]["systems"].items():
        for group, found in groups.items():
            for typed, ranks in found.get("typed", {}).items():
                name = f"{name_of(system, figures)}: {name_of(group, figures)}"
                counts = [f"{found['count']:,}", f"{found['bits_per_token']:.3f}"] if typed == "0" else ["", ""]
                yield [name, *counts, typed, *ranking(ranks)]


def ranking(ranks: Mapping[str, Any]) -> list[str]:
    """Count, MRR@10, top-1 and top-5."""
    return [f"{ranks['count']:,}", *(f"{ranks[name]:.1%}" for name in ("mrr10", "top1", "top5"))]


def _typing(runs: Sequence[Run]) -> Iterator[str]:
    typed = [run for run in runs if run.figures.get("typing")]
    if not typed:
        return
    yield table(("", *(run.label for run in typed)), _typing_rows([run.figures["typing"] for run in typed]))
    head = ("typed of the word", "lists", "MRR@10", "first", "in five")
    yield "Lists where a token follows on the line or the word goes on, by the characters of it that were typed:"
    yield from per_run(typed, lambda figures: table(head, _typed_rows(figures["typing"]["popup"])))


def _typed_rows(popup: Mapping[str, Any]) -> Iterator[list[str]]:
    for typed, ranks in popup["typed"].items():
        yield [typed, *ranking(ranks)]
    yield ["any", *ranking(popup["where_one_can_be_right"])]


def _typing_rows(found: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    for name, say in _TYPING.items():
        yield [name, *map(say, found)]


def _saved(t: Mapping[str, Any]) -> str:
    error = t["saved_standard_error"]
    return f"**{t['saved']:.1%}**" + ("" if error is None else f" ± {error:.1%}")


def _of_ghosts(t: Mapping[str, Any], name: str) -> str:
    return f"{t['ghost'][name]:,} ({t['ghost'][name + '_share']:.1%})"


def _wrong(t: Mapping[str, Any]) -> str:
    wrong = t["ghost"]["wrong_characters_per_accepted"]
    return f"{t['ghost']['wrong_characters']:,} ({'–' if wrong is None else f'{wrong:.2f}'})"


def _latency(kind: str, clock: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda t: f"{t['latency'][kind][clock]['p50']:.1f} / {t['latency'][kind][clock]['p99']:.1f}"


_TYPING: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "places": lambda t: f"{t['places']:,} of {t['of']:,}",
    "characters written": lambda t: f"{t['characters']:,}",
    "keystrokes saved (± standard error over places)": _saved,
    "characters typed": lambda t: f"{t['typed_characters']:,}",
    "presses for the list": lambda t: f"{t['popup']['presses']:,}",
    "presses for ghost text": lambda t: f"{t['ghost']['presses']:,}",
    "characters from the list": lambda t: f"{t['popup']['inserted_characters']:,} in {t['popup']['accepted']:,} items",
    "characters from ghost text": lambda t: f"{t['ghost']['inserted_characters']:,} in {t['ghost']['accepted']:,}",
    "lists shown": lambda t: f"{t['popup']['shown']:,} at {t['popup']['asked']:,} places",
    "of them where no item can be right": lambda t: f"{t['popup']['shown_where_none_can_be_right']:,}",
    "of the others, right one first": lambda t: f"{t['popup']['where_one_can_be_right']['top1']:.1%}",
    "of the others, right one in five": lambda t: f"{t['popup']['where_one_can_be_right']['top5']:.1%}",
    "ghost texts shown": lambda t: f"{t['ghost']['shown']:,}",
    "right to their end": lambda t: _of_ghosts(t, "right"),
    "right, and the whole rest of the line": lambda t: _of_ghosts(t, "whole_lines"),
    "wrong ghost characters (for each accepted)": _wrong,
    "list, ms by the clock, p50 / p99": _latency("popup", "clock_ms"),
    "list, ms of the processor, p50 / p99": _latency("popup", "processor_ms"),
    "ghost text, ms by the clock, p50 / p99": _latency("ghost", "clock_ms"),
    "ghost text, ms of the processor, p50 / p99": _latency("ghost", "processor_ms"),
}


def _others(key: str) -> Callable[[Sequence[Run]], Iterator[str]]:
    def body(runs: Sequence[Run]) -> Iterator[str]:
        yield from per_run(runs, lambda f: table(("", ""), leaves(f[key])) if f.get(key) else "")

    return body


def leaves(value: object, name: str = "") -> Iterator[list[str]]:
    """Everything in nested figures, a row each."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, f"{name}, {key}" if name else str(key))
    else:
        shown = f"{value:,.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
        yield [name.replace("_", " "), shown]


ALL = (
    Section("What was measured", "", "A language and a memory a run.", _what),
    Section(
        "Bits per character",
        "bits.svg",
        "Less is better. General compressors see each file by itself, or behind training text.",
        _characters,
    ),
    Section(
        "Along a file",
        "position.svg",
        "What a character costs, by how much of its file stands before it: a memory pays as the file grows. Licence "
        "headers are left out, though they were read.",
        _positions,
    ),
    Section("Between repositories", "repositories.svg", "How far the figure depends on what is read.", _repositories),
    Section(
        "Tokens",
        "tokens.svg",
        "A token's bits are those of its characters, given all before it. The list is asked for before the token and "
        "after its first characters.",
        _tokens,
    ),
    Section(
        "Typing",
        "typing.svg",
        "Somebody types stretches of 400 characters at sampled places behind licence headers. All that comes before is "
        "in the document, nothing stands behind the cursor. After each keystroke the list (ten items, of which she "
        "reads five) and ghost text are shown as the server shows them. She makes no mistake, takes only what is "
        "right, and of that what saves most: an item costs one press and an arrow press for each item above it, a "
        "ghost text one press. A ghost text that stays while it is typed along counts once; a wrong one counts with "
        "all its characters.",
        _typing,
    ),
    Section("The n-gram", "", "What it was made of; its figures stand among the tokens.", _others("ngram")),
    Section("New words", "", "Words that no training text holds.", _others("new_words")),
)
