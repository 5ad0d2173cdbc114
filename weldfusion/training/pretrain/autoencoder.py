"""Pretraining by an autoencoder: features from which the picture can be drawn again."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.data.batch import Batch
from weldfusion.errors import ConfigError
from weldfusion.training.pretrain.pretraining import MakeOptimizer, Pretraining, Stem

FIRST, STEPS = 4, 3
SIZE = FIRST * 2**STEPS


class Autoencoder(Pretraining):
    """A decoder draws the standardised picture, reduced to 32 × 32 pixels, from its features; the loss is the
    mean squared error. The decoder is thrown away afterwards.

    Linear → (width, 4, 4) → three times (twice as large, Conv(3), ReLU, half the width) → Conv(3).

    Args:
        modality: whose encoder is trained; single pictures.
        max_epochs: length.
        batch_size: windows per step.
        width: channels of the decoder's first picture.
        optimizer: AdamW with learning rate 1e-3 by default.

    Raises ConfigError for a modality that does not give single pictures.
    """

    def __init__(
        self,
        modality: str,
        max_epochs: int = 100,
        batch_size: int = 64,
        width: int = 64,
        optimizer: MakeOptimizer | None = None,
    ) -> None:
        super().__init__(modality, max_epochs, batch_size, optimizer)
        if width < 2**STEPS:
            raise ConfigError(f"width: {width} is too small; at least {2**STEPS}")
        self.width = width

    def objective(self, stem: Stem) -> nn.Module:
        if stem.flow.kind != "image" or stem.flow.count is not None:
            raise ConfigError(
                f"training.pretrain.modality: Autoencoder draws single pictures, and {stem.modality} gives "
                f"{stem.flow.kind}; Contrastive takes any modality"
            )
        return _Redrawn(stem, self.width)


class _Redrawn(nn.Module):
    def __init__(self, stem: Stem, width: int) -> None:
        super().__init__()
        self.stem = stem
        self.first = nn.Linear(stem.features.channels, width * FIRST * FIRST)
        layers: list[nn.Module] = []
        for _ in range(STEPS):
            layers += [nn.Upsample(scale_factor=2), nn.Conv2d(width, width // 2, 3, padding=1), nn.ReLU()]
            width //= 2
        self.decoder = nn.Sequential(*layers, nn.Conv2d(width, stem.flow.channels, 3, padding=1))

    def forward(self, batch: Batch) -> Tensor:
        features, here = self.stem(batch), self.stem.present(batch)
        drawn = self.decoder(self.first(features).view(len(features), -1, FIRST, FIRST))
        with torch.no_grad():
            picture = self.stem.standardise(batch.inputs[self.stem.modality])
            wanted = F.adaptive_avg_pool2d(picture, (SIZE, SIZE))
        error = (drawn.float() - wanted).square().mean(dim=(1, 2, 3))
        return torch.where(here, error, 0.0)
