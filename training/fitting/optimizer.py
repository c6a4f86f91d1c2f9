"""The optimisers of a run, behind one object: AdamW alone, or Muon for the matrices and AdamW for the rest.

Muon (Jordan et al. 2024; torch.optim.Muon) orthogonalises each matrix's momentum. After 4 million characters a 2x512
LSTM stood at 2.51 (Java) and 2.71 (Python) bits a character with a per-gate variant of it, at 2.97 and 3.00 with AdamW,
for an eighth fewer characters a second (`LOG.md`).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from .config import FitConfig
from .run_folder import flatten_optimizer, restore_optimizer

BETAS = (0.9, 0.98)
"""AdamW's decay rates; 0.98 rather than 0.999 since truncated gradients change fast early on."""


def _is_hidden_matrix(name: str, parameter: Tensor) -> bool:
    """Recurrent and layer-to-layer matrices; embedding, its projection and the output stay with AdamW."""
    return (
        parameter.ndim == 2
        and name.startswith("layers.")
        and name not in ("layers.0.weight_input",)
        and "peephole" not in name
    )


class Optimizers:
    """All optimisers of a run; one learning rate drives them (Muon's updates are scaled to AdamW's size)."""

    def __init__(self, network: nn.Module, fit: FitConfig) -> None:
        named = list(network.named_parameters())
        matrices = [p for name, p in named if fit.optimizer == "muon" and _is_hidden_matrix(name, p)]
        rest = [p for _, p in named if not any(p is matrix for matrix in matrices)]
        rate, decay = fit.learning_rate, fit.weight_decay
        self._parts: dict[str, torch.optim.Optimizer] = {
            "adamw": torch.optim.AdamW(rest, lr=rate, betas=BETAS, weight_decay=decay, fused=True)
        }
        if matrices:
            self._parts["muon"] = torch.optim.Muon(
                matrices, lr=rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw"
            )

    def step(self, rate: float) -> None:
        """One update of all parameters at this learning rate."""
        for optimizer in self._parts.values():
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next update depends on, by name."""
        return {
            name: tensor
            for part, optimizer in self._parts.items()
            for name, tensor in flatten_optimizer(part, optimizer).items()
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Puts back what `tensors` gave."""
        for part, optimizer in self._parts.items():
            restore_optimizer(part, optimizer, tensors)
