"""Fitting a network: truncated back-propagation through time over contiguous streams, with the state carried on."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from peephole.model.network import TorchState

from ..corpus.shards import corpus_vocabulary, open_shard
from ..errors import RunError
from .batches import Streams, divide_streams
from .config import RunConfig
from .development import DevelopmentSet
from .networks import build_network, network_config
from .optimizer import Optimizers
from .progress import FitProgress
from .run_folder import RunFolder
from .schedule import learning_rate

SMOOTHING = 0.99
"""The shown bits per character average over about 1 / (1 - 0.99) = 100 steps."""


@dataclass
class Progressed:
    """Where a run stands: what changes from step to step besides tensors."""

    step: int = 0
    bits: float = math.nan


class Fit:
    """One run in progress. `run` goes on until the configured characters are seen, saving as it goes."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder, self.config = folder, folder.config
        if self.config.fit.threads:
            torch.set_num_threads(self.config.fit.threads)
        corpus = Path(self.config.data.corpus)
        self.vocabulary = corpus_vocabulary(corpus)
        self.network = build_network(self.config, self.vocabulary)
        self.optimizers = Optimizers(self.network, self.config.fit)
        self.streams = self._open_streams(corpus)
        self.development = DevelopmentSet.read(corpus, self.vocabulary)
        self.state: TorchState = self.network.initial_state(self.config.fit.streams)
        self.at = Progressed()
        self._resume()

    def _open_streams(self, corpus: Path) -> Streams:
        fit = self.config.fit
        counts = divide_streams(self.config.data.shares, fit.streams)
        shards = {language: open_shard(corpus, "train", language).tokens for language in counts}
        return Streams(shards, counts, bptt_length=fit.bptt_length, first_character=self.vocabulary.first_character)

    @property
    def characters_a_step(self) -> int:
        """Characters that one optimiser step sees."""
        return self.config.fit.streams * self.config.fit.bptt_length

    def run(self, *, until_step: int | None = None) -> float:
        """Trains to the end of the run (or to a step) and gives the smoothed bits per character."""
        steps = min(self.config.steps, until_step or self.config.steps)
        begun, first, saved = time.monotonic(), self.at.step, time.monotonic()
        with FitProgress(self.config.fit.characters, self.at.step * self.characters_a_step) as progress:
            while self.at.step < steps:
                rate = self._rate()
                bits = self._train_step(rate)
                speed = (self.at.step - first) * self.characters_a_step / (time.monotonic() - begun)
                self._record(bits, rate, speed, progress)
                if time.monotonic() - saved > self.config.fit.checkpoint_seconds:
                    self.save()
                    saved = time.monotonic()
        self.save()
        return self.at.bits

    def _train_step(self, rate: float) -> float:
        """One batch forwards and backwards, one update; the batch's bits per target (unknown ones not priced)."""
        fit = self.config.fit
        batch = self.streams.batch(self.at.step)
        inputs, keep = torch.from_numpy(batch.inputs), torch.from_numpy(batch.keep)
        logits, state = self.network(inputs, self.state, keep)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), torch.from_numpy(batch.targets).flatten())
        bits = float(loss.detach()) / math.log(2)
        if not math.isfinite(bits):
            raise RunError(f"the loss is {bits} at step {self.at.step}; resume with a lower learning_rate")
        self.network.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), fit.clip_norm)
        self.optimizers.step(rate)
        self.state = (state[0].detach(), state[1].detach())
        self.at.step += 1
        self.at.bits = bits if math.isnan(self.at.bits) else SMOOTHING * self.at.bits + (1 - SMOOTHING) * bits
        return bits

    def _rate(self) -> float:
        fit = self.config.fit
        return learning_rate(
            self.at.step,
            self.config.steps,
            peak=fit.learning_rate,
            warmup_steps=fit.warmup_steps,
            final_share=fit.final_share,
        )

    def _record(self, bits: float, rate: float, speed: float, progress: FitProgress) -> None:
        """The log's line for the step just done, and the progress line."""
        step, characters = self.at.step, self.at.step * self.characters_a_step
        record: dict[str, float | int | str] = {
            "step": step,
            "characters": characters,
            "bits_per_character": bits,
            "learning_rate": rate,
            "characters_per_second": round(speed),
        }
        every = self.config.fit.development_every
        if every and step % every == 0:
            for language, value in self.development.cross_entropy_bits(self.network).items():
                record[f"development_{language}"] = value
                progress.say(f"step {step}: development {language} {value:.4f} bits/char")
        self.folder.log(record)
        progress.update(step, characters, self.at.bits, speed)

    def save(self) -> None:
        """Writes everything that the next step depends on."""
        tensors: dict[str, Tensor] = {f"network.{k}": v for k, v in self.network.state_dict().items()}
        tensors |= self.optimizers.tensors()
        tensors |= {
            "state.hidden": self.state[0],
            "state.cell": self.state[1],
            "random": torch.get_rng_state(),
        }
        facts = {
            "bits": repr(self.at.bits),
            "characters": str(self.at.step * self.characters_a_step),
            "vocabulary": json.dumps(self.vocabulary.to_json()),
        }
        self.folder.save(tensors, step=self.at.step, facts={**facts, "fingerprint": self._fingerprint()})

    def _resume(self) -> None:
        saved = self.folder.load()
        if saved is None:
            self.folder.truncate_log(0)  # of a run that was killed before it saved anything
            return
        if saved.facts.get("fingerprint") != self._fingerprint():
            raise RunError(
                f"{self.folder.path}: was trained with another network, vocabulary or optimiser; "
                "restore those settings, or start a new run"
            )
        self.network.load_state_dict(_below("network.", saved.tensors))
        self.optimizers.restore(saved.tensors)
        torch.set_rng_state(saved.tensors["random"])
        characters = int(saved.facts["characters"])
        self.at = Progressed(characters // self.characters_a_step, float(saved.facts["bits"]))
        state = (saved.tensors["state.hidden"], saved.tensors["state.cell"])
        if state[0].shape == self.state[0].shape:  # with another number of streams each begins anew, in zeros
            self.state = state
        self.folder.truncate_log(characters)

    def _fingerprint(self) -> str:
        """What must not change between resumptions: shapes, vocabulary, optimiser."""
        network = network_config(self.config, self.vocabulary).to_json()
        parts = [network, self.vocabulary.to_json(), self.config.fit.optimizer]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
