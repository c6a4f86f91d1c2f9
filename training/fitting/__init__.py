"""Training a network on a corpus: configuration, batches, the optimiser, the run's folder."""
