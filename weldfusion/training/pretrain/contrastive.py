"""Contrastive pretraining: two changed views of a window are told from all others."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.data.batch import Batch
from weldfusion.data.ranges import check_least
from weldfusion.errors import ConfigError
from weldfusion.training.augment.augmentation import Augmentation, augmented, check_augmentations
from weldfusion.training.pretrain.pretraining import MakeOptimizer, Pretraining, Stem


class Contrastive(Pretraining):
    """Two views of each window, changed at random, become alike in direction and unlike all other views of
    the batch (NT-Xent; SimCLR, Chen et al. 2020, arXiv:2002.05709). The views decide what the encoder learns
    to overlook: name changes that leave the truth as it is.

    Args:
        modality: whose encoder is trained.
        views: changes that make a view, as in `training.augment`.
        max_epochs: length.
        batch_size: windows per step, each compared with twice as many views.
        temperature: of the similarities.
        projection: size of the layer in which views are compared; it is thrown away afterwards.
        optimizer: AdamW with learning rate 1e-3 by default.

    Raises ConfigError without views, for a temperature or sizes out of range.
    """

    def __init__(
        self,
        modality: str,
        views: Sequence[Augmentation],
        max_epochs: int = 100,
        batch_size: int = 128,
        temperature: float = 0.2,
        projection: int = 64,
        optimizer: MakeOptimizer | None = None,
    ) -> None:
        super().__init__(modality, max_epochs, batch_size, optimizer)
        if not views:
            raise ConfigError("views: is empty; name at least one change, such as Mirror")
        if not temperature > 0:
            raise ConfigError(f"temperature must be above 0, is {temperature}")
        check_least("projection", projection, 1)
        self.views = views
        self.temperature = temperature
        self.projection = projection

    def objective(self, stem: Stem) -> nn.Module:
        check_augmentations("training.pretrain.views", self.views, stem.flow.shape)
        return _Views(stem, self.views, self.temperature, self.projection)


class _Views(nn.Module):
    def __init__(
        self, stem: Stem, views: Sequence[Augmentation], temperature: float, projection: int
    ) -> None:
        super().__init__()
        self.stem = stem
        self.views = views
        self.temperature = temperature
        width = stem.features.channels
        self.projection = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, projection))

    def forward(self, batch: Batch) -> Tensor:
        key = int(torch.randint(2**31, ()))  # of a stream that the task seeds in every step
        changes = {self.stem.modality: self.views}
        first, second = (self.projection(self.stem(augmented(batch, changes, key, view))) for view in (0, 1))
        return nt_xent(first, second, self.stem.present(batch), self.temperature)


def nt_xent(first: Tensor, second: Tensor, present: Tensor, temperature: float) -> Tensor:
    """Normalised, temperature-scaled cross-entropy (B,) of two views (B, D) each; 0 for absent samples, which
    are compared with none.

    Of each view: −ln of the softmax of its cosine with the other view of the same sample, among those with
    all views of other samples. The mean over both views.

    >>> a = torch.eye(3)
    >>> nt_xent(a, a, torch.tensor([True, True, True]), 1.0)
    tensor([0.9048, 0.9048, 0.9048])
    """
    both = F.normalize(torch.cat([first, second]).float(), dim=1)
    here = torch.cat([present, present])
    likeness = both @ both.T / temperature
    itself = torch.eye(len(both), dtype=torch.bool, device=both.device)
    likeness = likeness.masked_fill(itself | ~here[None], -1e9)
    other = torch.arange(len(both), device=both.device).roll(len(first))
    loss = F.cross_entropy(likeness, other, reduction="none").view(2, -1).mean(dim=0)
    return torch.where(present, loss, 0.0)
