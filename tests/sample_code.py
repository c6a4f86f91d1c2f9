"""Source files written from a seed, for tests of the corpus: no two alike unless they are meant to be."""

import random

_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "islet", "jetty", "knoll", "larch")


def java_file(seed: int, *, methods: int = 12) -> str:
    """A Java class of about 1,200 characters; another seed gives another one."""
    rng = random.Random(seed)
    lines = [f"class C{seed} {{"]
    for number in range(methods):
        a, b = rng.sample(_WORDS, 2)
        lines += [f"    int {a}{number}(int {b}) {{", f"        return {b} * {rng.randint(2, 9999)};", "    }"]
    return "\n".join([*lines, "}", ""])


def python_file(seed: int, *, functions: int = 12) -> str:
    """A Python module of about 700 characters; another seed gives another one."""
    rng = random.Random(f"python {seed}")
    lines = []
    for number in range(functions):
        a, b = rng.sample(_WORDS, 2)
        lines += [f"def {a}{number}({b}):", f"    return {b} + {rng.randint(2, 9999)}", ""]
    return "\n".join(lines)
