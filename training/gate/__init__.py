"""Fitting the gate: how far to trust the memories beside the network, learnt on text the network has not seen."""
