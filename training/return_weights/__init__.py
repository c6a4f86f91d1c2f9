"""How much each thing that is known behind `return` is worth: the numbers of `model/return_weights.py`."""
