"""Which files a text imports, told from its import lines alone: the text is half typed most of the time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_IMPORTS = 500
"""Of one text; more were generated."""

JAVA_IMPORT = re.compile(r"^[ \t]*import[ \t]+(?:static[ \t]+)?([\w$.]+)(\.\*)?[ \t]*;", re.MULTILINE)
JAVA_PACKAGE = re.compile(r"^[ \t]*package[ \t]+([\w$.]+)[ \t]*;", re.MULTILINE)
PYTHON_IMPORT = re.compile(r"^[ \t]*import[ \t]+([^\n#;]{1,1000})", re.MULTILINE)
PYTHON_FROM = re.compile(
    r"^[ \t]*from[ \t]+(\.{0,9})([\w.]*)[ \t]+import[ \t]*(?:\(([^)]{0,4000})|([^\n#;(]{1,1000}))", re.MULTILINE
)
COMMENT = re.compile(r"#[^\n]*")
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Import:
    """What one import may mean. parts: names on the way; level: dots before them (Python); whole: all of a package."""

    parts: tuple[str, ...]
    level: int = 0
    whole: bool = False


def imports_of(text: str, language: str) -> list[Import]:
    """The imports of a text, in order, each once; none in a language whose imports are not known.

    The package that a Java file says it is in counts as a whole one.
    """
    found = {"java": _java, "python": _python}.get(language, lambda _: iter(()))(text)
    distinct: dict[Import, None] = {}
    for each in found:
        distinct[each] = None
        if len(distinct) == MOST_IMPORTS:
            break
    return list(distinct)


def file_names(imported: Import, language: str) -> list[str]:
    """Ends of the paths of files that an import may mean, with `/`, the likeliest first."""
    path = "/".join(imported.parts)
    if language == "java":
        # `import a.b.C.Inner` and `import static a.b.C.name` mean C's file as well, `import static a.b.C.*` no other.
        outer = "/".join(imported.parts[:-1])
        return [f"{path}.java", *([f"{outer}.java"] if outer and not imported.whole else [])]
    package = f"{path}/__init__.py" if path else "__init__.py"
    return [f"{path}.py", package] if path else [package]


def _java(text: str) -> Iterator[Import]:
    package = JAVA_PACKAGE.search(text)
    if package is not None:
        yield Import(_parts(package[1]), whole=True)
    for found in JAVA_IMPORT.finditer(text):
        yield Import(_parts(found[1]), whole=found[2] is not None)


def _python(text: str) -> Iterator[Import]:
    for found in PYTHON_IMPORT.finditer(text):
        for module in found[1].split(","):
            yield from _module(module)
    for found in PYTHON_FROM.finditer(text):
        level, parts = len(found[1]), _parts(found[2])
        if not (level or parts):
            continue
        yield Import(parts, level)
        for name in COMMENT.sub("", found[3] or found[4] or "").split(","):
            word = WORD.search(name)
            if word is not None:
                yield Import((*parts, word[0]), level)


def _module(written: str) -> Iterator[Import]:
    """`x.y as z` as an import of x.y."""
    name = written.split()[:1]
    if name and (parts := _parts(name[0])):
        yield Import(parts)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part for part in dotted.split(".") if part)
