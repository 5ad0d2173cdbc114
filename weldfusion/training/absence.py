"""Modality dropout: which present modalities are hidden from the model in one training step."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from weldfusion.training.keyed import HIDE, uniforms


def hidden(
    present: Mapping[str, Tensor], samples: np.ndarray, share: float, seed: int, epoch: int
) -> dict[str, Tensor]:
    """Masks bool (B,) by modality, True where a present modality is to be hidden.

    Each present modality is hidden with chance `share`, keyed by (seed, epoch, sample). Where that would
    hide all present ones, the one whose number was largest stays, so a sample never loses the last.
    """
    names = sorted(present)
    mask = torch.stack([present[name] for name in names], dim=1)
    drawn = torch.from_numpy(uniforms((seed, HIDE, epoch), samples, len(names)))
    drawn = drawn.to(mask.device, non_blocking=True)
    hide = (drawn < share) & mask
    keep = torch.where(mask, drawn, -1.0).argmax(dim=1, keepdim=True)
    nothing_left = ~(mask & ~hide).any(dim=1, keepdim=True)
    stays = torch.zeros_like(hide).scatter(1, keep, nothing_left)
    hide = hide & ~stays
    return {name: hide[:, place] for place, name in enumerate(names)}
