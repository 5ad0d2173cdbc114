"""Training of a segmenter: its pictures with their masks, its objective, the gradient stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import AdamW

from weldfusion.data.batch import Batch, Truth, Where
from weldfusion.data.ranges import check_least
from weldfusion.errors import ConfigError
from weldfusion.layers.segmenter import Segmenter
from weldfusion.layers.unet import WIDTHS
from weldfusion.training.augment.mirror import Mirror
from weldfusion.training.keyed import INIT, seed_of
from weldfusion.training.network import NetworkStage
from weldfusion.training.segmentation_loss import mask_loss
from weldfusion.training.settings import TrainingSettings

PICTURE, MASK = "picture", "mask"


@dataclass(frozen=True)
class SegmentationSettings:
    """How a segmenter is trained.

    Args:
        size: height and width to which pictures are brought.
        widths: channels of the U-Net's levels.
        epochs: at most so many; the best on the select part is kept.
        batch_size: pictures a step.
        learning_rate: of AdamW, at its highest.
        patience: stop after so many epochs without a better one; None: never.
        seed: key of everything random.
    """

    size: tuple[int, int] = (256, 256)
    widths: tuple[int, ...] = WIDTHS
    epochs: int = 50
    batch_size: int = 8
    learning_rate: float = 5e-3
    patience: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "patience"):
            check_least(name, getattr(self, name), 1)
        check_least("seed", self.seed, 0)
        if not 0 < self.learning_rate < 1:
            raise ConfigError(f"learning_rate: must be above 0 and below 1, is {self.learning_rate}")
        least = 2 ** len(self.widths)
        if len(self.size) != 2 or min(self.size) < least:
            shown = "x".join(map(str, self.size))
            raise ConfigError(f"size: is {shown}, a U-Net of {len(self.widths)} levels needs {least}x{least}")


@dataclass(frozen=True)
class Outlined:
    """Pictures (N, C, H, W), uint8 or float32, and their masks (N, H, W), as windows of a training.

    The mask travels as the last channel of the picture, so that what mirrors one mirrors the other.
    """

    pictures: np.ndarray
    masks: np.ndarray
    welds: np.ndarray
    groups: np.ndarray

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        rows = np.asarray(indices, np.int64)
        masks = self.masks[rows, None].astype(self.pictures.dtype)
        both = torch.from_numpy(np.concatenate([self.pictures[rows], masks], axis=1))
        known = torch.ones(len(rows), dtype=torch.bool)
        none = np.zeros(len(rows))
        where = Where(rows, self.welds[rows], self.groups[rows], np.zeros_like(rows), none, none, none)
        return Batch({PICTURE: both}, {PICTURE: known}, {}, {MASK: Truth(both[:, -1:], known)}, where)


class Segmentation(nn.Module):
    """What the training task asks of a model, around a segmenter."""

    targets = (MASK,)

    def __init__(self, segmenter: Segmenter) -> None:
        super().__init__()
        self.segmenter = segmenter

    def forward(self, batch: Batch) -> Tensor:
        return self.segmenter.logits(batch.inputs[PICTURE][:, :-1])

    def loss(self, logits: Tensor, truths: Mapping[str, Truth]) -> dict[str, Tensor]:
        return {MASK: mask_loss(logits, truths[MASK].value)}

    def training_loss(self, batch: Batch, hide: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """(B,) of pictures and masks that may have been mirrored together."""
        return {MASK: mask_loss(self(batch), batch.inputs[PICTURE][:, -1:])}


def train_segmenter(
    fit: Outlined, select: Outlined | None, settings: SegmentationSettings, folder: Path, title: str
) -> tuple[Segmenter, dict[str, Any]]:
    """The weights of the best epoch on `select` (of the least training loss without one), and the history.

    Goes on from the checkpoints in `folder`. Pictures are mirrored in both directions, each with a chance of
    one half, in training steps only. Raises RunError if the loss is not finite.
    """
    torch.manual_seed(seed_of(settings.seed, INIT))
    model = Segmentation(Segmenter(fit.pictures.shape[1], settings.widths, settings.size))
    augment = {PICTURE: [Mirror("width"), Mirror("height")]}
    optimizer = partial(AdamW, lr=settings.learning_rate)
    training = TrainingSettings(settings.batch_size, optimizer, patience=settings.patience, augment=augment)
    stage = NetworkStage(training, {"max_epochs": settings.epochs}, 0.0, settings.seed, title=title)
    outcome = stage.run(model, fit, select, None, folder)
    return model.segmenter.eval(), outcome
