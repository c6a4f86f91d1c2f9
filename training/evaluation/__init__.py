"""How good a model is on files that it has not seen, beside rivals in the same run on the same files."""
