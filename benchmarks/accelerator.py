"""What the machine's bfloat16 products can do at best."""

from __future__ import annotations

import torch

PEAKS = {
    "H200": 989e12,  # NVIDIA H200 data sheet
    "H100 PCIe": 756e12,  # NVIDIA H100 data sheet: half of what is given with sparsity, as in the lines below
    "H100": 989e12,
    "L40S": 362e12,  # NVIDIA L40S data sheet
    "L4": 121e12,  # NVIDIA L4 data sheet
    "A100": 312e12,  # NVIDIA A100 data sheet
    "A10": 125e12,  # NVIDIA A10 data sheet
    "RTX 4090": 165e12,  # NVIDIA Ada GPU architecture, appendix A: with float32 accumulation
    "RTX 3090": 71e12,  # NVIDIA Ampere GA102 GPU architecture, appendix A: with float32 accumulation
}
"""Dense bfloat16 operations a second by a part of the card's name; of two that fit, the first one counts."""


def peak_flops(device: torch.device) -> float | None:
    """The card's bfloat16 peak; None for a processor, and for a card that is not in the table."""
    if device.type != "cuda":
        return None
    name = torch.cuda.get_device_name(device)
    return next((peak for part, peak in PEAKS.items() if part in name), None)


def has_matrix_products(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 itself (AVX512-BF16 or AMX); without, float32 is faster."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
