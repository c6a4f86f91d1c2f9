"""Fitting a network: truncated back-propagation through time over contiguous streams, with the state carried on."""

from __future__ import annotations

import math
import signal
import time
from pathlib import Path
from typing import NoReturn

import numpy as np
import torch
from torch import nn

from peephole.model.checkpoint import Checkpoint
from peephole.model.vocabulary import Vocabulary

from ..corpus.shards import corpus_vocabulary, open_shard
from ..errors import RunError
from .batches import Streams, divide_streams
from .config import RunConfig
from .development import DevelopmentSet
from .divergence import Watch
from .log import truncate_log
from .networks import build_network
from .optimizer import Optimizers
from .parent import check_languages, translate
from .processes import Processes
from .record import Recorder
from .run_folder import LAST_GOOD, RunFolder
from .schedule import learning_rate
from .standing import Standing, describe, load_saved
from .stopping import Asked, note_signals


class Fit:
    """One run in progress. `run` goes on until the configured characters are seen, saving as it goes.

    Where several processes train together, each has a `Fit` of its own, and all call its methods together.
    """

    def __init__(self, folder: RunFolder, processes: Processes | None = None) -> None:
        self.folder, self.config, self.processes = folder, folder.config, processes or Processes()
        if self.config.fit.threads:
            torch.set_num_threads(self.config.fit.threads)
        parent = folder.parent()
        self.vocabulary, self.streams = open_text(self.config, parent, self.processes)
        self.development = DevelopmentSet.read(Path(self.config.data.corpus), self.vocabulary)
        self.at = begin(self.config, self.vocabulary, parent, self.processes)
        self.network = self.at.network
        saved = load_saved(folder, self.vocabulary)
        if saved is not None:
            self.at.restore(saved, self.processes, self.config)
        self.trained = self.processes.join_gradients(self.network)
        self.asked, self.stopped = Asked(), False
        if self.processes.is_first:
            truncate_log(folder.path, self.characters)

    @property
    def characters_a_step(self) -> int:
        """Characters that one optimiser step sees."""
        return self.config.fit.streams * self.config.fit.bptt_length

    @property
    def characters(self) -> int:
        """Characters seen so far."""
        return self.at.step * self.characters_a_step

    def run(self, *, until_step: int | None = None) -> float:
        """Trains to the end of the run (or to a step, or a signal) and gives the smoothed bits per character."""
        steps = min(self.config.steps, until_step or self.config.steps)
        with note_signals() as self.asked, Recorder(self.folder, self.characters, self.processes) as recorder:
            if not self.at.step:
                self.save()  # whatever comes, there is something to return to
            saved = time.monotonic()
            while self.at.step < steps:
                self._train_step(recorder)
                late = time.monotonic() - saved > self.config.fit.checkpoint_seconds
                save, stop = self.processes.total(late and self.processes.is_first, self.asked.signal)
                if stop:
                    self.stopped = True
                    self.asked.signal = self.asked.signal or signal.SIGTERM  # the other processes heard of it by this
                    break
                if save:
                    self.save()
                    saved = time.monotonic()
            self.save()
        return self.at.bits

    def _train_step(self, recorder: Recorder) -> None:
        """One batch forwards and backwards, one update, and a line in the log."""
        rate, verdict = self._rate(), self.at.watch.verdict
        bits = self._descend(rate, recorder)
        self.at.count_step(bits)
        record: dict[str, float | int | str] = {"bits_per_character": bits, "learning_rate": rate}
        every = self.config.fit.development_every
        if every and self.at.step % every == 0 and self.processes.is_first:
            looked = self.development.cross_entropy_bits(self.network)
            record |= {f"development_{language}": value for language, value in looked.items()}
        recorder.record(self.at.step, self.characters, self.at.bits, record)
        found = self.at.watch.add(bits)
        if found == "rising" and verdict == "calm":
            recorder.warn(self.at.step, self.characters, f"{self.at.watch.describe()}; no checkpoint is kept as good")
        if found == "diverged":
            self._give_up(recorder, self.at.watch.describe())

    def _descend(self, rate: float, recorder: Recorder) -> float:
        """One update; the whole batch's bits per target (unknown ones not priced), of all processes."""
        fit, device = self.config.fit, self.processes.device
        if fit.dropout:  # other masks in each step and process, the same ones when a run is resumed
            torch.manual_seed(seed_of(fit.seed, self.at.step, self.processes.rank))
        batch = self.streams.batch(self.at.step)
        inputs, targets, keep = (torch.from_numpy(a).to(device) for a in (batch.inputs, batch.targets, batch.keep))
        logits, (hidden, cell) = self.trained(inputs, self.at.state, keep)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        share = inputs.shape[1] / fit.streams
        (nats,) = self.processes.total(float(loss.detach()) * share)
        if not math.isfinite(nats):
            self._give_up(recorder, f"the loss is {nats}")
        self.network.zero_grad(set_to_none=True)
        # The gradients' mean over the processes is then that of the whole batch, though their shares may differ.
        (loss * (share * self.processes.count)).backward()  # type: ignore[no-untyped-call]
        norm = float(nn.utils.clip_grad_norm_(self.network.parameters(), fit.clip_norm))
        if not math.isfinite(norm):
            self._give_up(recorder, f"the gradient's norm is {norm}")
        self.at.optimizers.step(rate)
        self.at.state = (hidden.detach(), cell.detach())
        return nats / math.log(2)

    def _give_up(self, recorder: Recorder, reason: str) -> NoReturn:
        """Stops a run that has gone astray; the checkpoint from before stays."""
        step = self.at.step
        recorder.warn(step, self.characters, f"diverged: {reason}")
        if self.processes.is_first:
            self.folder.keep_some_good()
        raise RunError(
            f"{self.folder.path}: diverged at step {step}: {reason}. The weights from before are in {LAST_GOOD}; go on "
            "from them at a lower rate with `peephole-train fit --resume --from-last-good "
            f"--learning-rate {self.config.fit.learning_rate / 3:.1g} --out {self.folder.path}`"
        )

    def _rate(self) -> float:
        fit = self.config.fit
        return learning_rate(
            self.at.step,
            self.config.steps,
            peak=fit.learning_rate,
            warmup_steps=fit.warmup_steps,
            final_share=fit.final_share,
        )

    def save(self) -> None:
        """Writes everything that the next step depends on; what stood there before is kept as good if it was calm."""
        tensors = self.at.tensors(self.processes, self.config.fit.streams)
        if self.processes.is_first:
            facts = describe(self.at, self.config, self.vocabulary)
            self.folder.save(tensors, step=self.at.step, facts=facts, calm=self.at.watch.verdict == "calm")


def open_text(config: RunConfig, parent: Checkpoint | None, processes: Processes) -> tuple[Vocabulary, Streams]:
    """The network's vocabulary and what this process reads; an error where the corpus cannot feed such a run."""
    vocabulary = parent.vocabulary if parent else corpus_vocabulary(Path(config.data.corpus))
    check_languages(config.data.shares, vocabulary)
    return vocabulary, open_streams(config, vocabulary, processes)


def open_streams(config: RunConfig, vocabulary: Vocabulary, processes: Processes) -> Streams:
    """This process's share of the streams over the corpus, in the network's vocabulary."""
    corpus, fit = Path(config.data.corpus), config.fit
    counts = divide_streams(config.data.shares, fit.streams)
    return Streams(
        {language: open_shard(corpus, "train", language).tokens for language in counts},
        counts,
        bptt_length=fit.bptt_length,
        first_character=vocabulary.first_character,
        part=processes.part(fit.streams),
        translation=translate(corpus_vocabulary(corpus), vocabulary),
    )


def seed_of(*numbers: int) -> int:
    """A seed that differs wherever one of the numbers does."""
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


def begin(config: RunConfig, vocabulary: Vocabulary, parent: Checkpoint | None, processes: Processes) -> Standing:
    """A run before its first step: the parent's weights, or random ones; the streams' state is zero."""
    network = build_network(config, vocabulary).to(processes.device)
    if parent is not None:
        network.load_parameters(parent.parameters())
    part = processes.part(config.fit.streams)
    state = network.initial_state(part.stop - part.start)
    return Standing(network, Optimizers(network, config.fit), state, Watch(config.fit.divergence_bits))
