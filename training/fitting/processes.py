"""The processes that train one network together: torch.distributed, started by torchrun, one alone without it.

Each process reads its share of the streams and computes that share of the gradient; DistributedDataParallel adds the
shares up, so that every process clips and applies the same whole gradient. Only the first one writes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from ..errors import RunError
from .config import Device

CPU = torch.device("cpu")

TOLD_BY_TORCHRUN = {"RANK": 0, "WORLD_SIZE": 1, "LOCAL_RANK": 0}
"""Variables that torchrun sets for each process, and what holds for one alone."""


@dataclass(frozen=True)
class Processes:
    """How many there are, which one this is, and where it computes."""

    rank: int = 0
    count: int = 1
    device: torch.device = CPU

    @property
    def is_first(self) -> bool:
        """Whether this is the one that writes."""
        return self.rank == 0

    def part(self, streams: int) -> slice:
        """The streams that this process reads; all parts together are all streams, in order."""
        if streams < self.count:
            raise RunError(f"{self.count} processes cannot share {streams} streams; ask for more streams")
        return slice(streams * self.rank // self.count, streams * (self.rank + 1) // self.count)

    def join_gradients(self, network: nn.Module) -> nn.Module:
        """The network whose backward pass leaves the mean of all processes' gradients; itself for one alone."""
        if self.count == 1:
            return network
        cards = [self.device.index] if self.device.type == "cuda" else None
        return DistributedDataParallel(network, device_ids=cards, gradient_as_bucket_view=True)

    def total(self, *values: float) -> list[float]:
        """Each value summed over all processes: the same list, to the bit, in all of them."""
        if self.count == 1:
            return list(values)
        summed = torch.tensor(values, dtype=torch.float64, device=self.device)
        distributed.all_reduce(summed)
        return [float(value) for value in summed]

    def whole_state(self, part: Tensor, streams: int) -> Tensor:
        """The state (L, streams, H) of all streams from each process's part of it; all must call this together.

        Where a process has no column there stand zeros, so the sum is exact.
        """
        if self.count == 1:
            return part
        whole = part.new_zeros(part.shape[0], streams, part.shape[2])
        whole[:, self.part(streams)] = part
        distributed.all_reduce(whole)
        return whole

    def wait(self) -> None:
        """Returns when all have come so far."""
        if self.count > 1:
            distributed.barrier()


def started_again() -> bool:
    """Whether torchrun started this process anew after one was lost: then the run in its folder goes on."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")) > 0


@contextmanager
def join_processes(device: Device) -> Iterator[Processes]:
    """The processes that torchrun started, or one alone; `RunError` where one is lost or there is no such device."""
    rank, count, local = (int(os.environ.get(name, alone)) for name, alone in TOLD_BY_TORCHRUN.items())
    place = CPU if device == "cpu" else torch.device("cuda", local)
    if device == "cuda" and local >= torch.cuda.device_count():
        raise RunError(f'no graphics card {local}, there are {torch.cuda.device_count()}; set device = "cpu"')
    if count == 1:
        yield Processes(device=place)
        return
    _meet(device, rank, count)
    try:
        yield Processes(rank, count, place)
    except RuntimeError as error:
        if not _speaks_of_connections(error):
            raise
        raise RunError(
            f"process {rank} of {count} lost another one; go on from the last checkpoint with --resume "
            "(torchrun --max-restarts does so by itself)"
        ) from error
    finally:
        distributed.destroy_process_group()


def _meet(device: Device, rank: int, count: int) -> None:
    """Connects this process with the others; `RunError` where they do not find each other.

    After a restart torchrun's own store, if its workers share it, still holds the addresses of those that are gone
    (pytorch issue 135712; seen with 2.13): so torchrun is to be started with a store of the workers' own.
    """
    try:
        distributed.init_process_group("nccl" if device == "cuda" else "gloo")
    except (RuntimeError, distributed.DistError) as error:
        raise RunError(
            f"process {rank} of {count} cannot reach the others ({str(error).splitlines()[0]}); after a restart, "
            "start torchrun with TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 in its environment"
        ) from error


def _speaks_of_connections(error: RuntimeError) -> bool:
    """Whether it comes from the exchange; gloo has no type of error of its own."""
    return isinstance(error, distributed.DistError) or "gloo" in str(error).lower()
