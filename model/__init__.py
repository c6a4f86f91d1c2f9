"""The model and all mathematics on it: no LSP types, no training loop."""

# From the checkout's root `import model` would give a second copy of every class: refuse it.
if __name__ != "peephole.model":
    raise ImportError(
        f"import peephole.model, not {__name__}: install the project (`make setup`) and import it from there"
    )
