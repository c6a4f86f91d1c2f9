"""Everything that needs a corpus or an hour: corpus, fit, evaluate, sample, export."""

# From the checkout's root `import training` would give a second copy of every class: refuse it.
if __name__ != "peephole.training":
    raise ImportError(
        f"import peephole.training, not {__name__}: install the project (`make setup`) and import it from there"
    )
