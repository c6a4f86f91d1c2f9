"""The language server: the wire, positions, time, settings. Never imports torch or training."""

# From the checkout's root `import server` would give a second copy of every class: refuse it.
if __name__ != "peephole.server":
    raise ImportError(
        f"import peephole.server, not {__name__}: install the project (`make setup`) and import it from there"
    )
