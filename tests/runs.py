"""Settings of runs so small that a test can let one run to its end."""

from pathlib import Path

from peephole.training.fitting.config import DataConfig, FitConfig, NetworkShape, RunConfig


def run_config(corpus: Path, *, cell: str = "lstm", steps: int = 60, **fit: object) -> RunConfig:
    """A run of so many steps of 8 streams by 16 characters; `fit` changes single settings."""
    settings: dict[str, object] = {
        "characters": steps * 8 * 16,
        "streams": 8,
        "bptt_length": 16,
        "compiled": False,
        "precision": "float32",
        "warmup_steps": 5,
        "development_every": 0,  # a look at development files reads 12,000 characters, as much as a hundred steps
        "checkpoint_seconds": 0.001,
        "threads": 1,
    }
    shape = NetworkShape(cell=cell, embedding_size=8, hidden_size=24, layers=2)  # type: ignore[arg-type]
    return RunConfig(shape, DataConfig(str(corpus)), FitConfig(**(settings | fit)))  # type: ignore[arg-type]
