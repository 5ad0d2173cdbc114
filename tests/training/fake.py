"""A tiny data set and model with everything that could spoil a resume: BatchNorm, dropout, two modalities."""

from collections.abc import Mapping, Sequence

import lightning.pytorch as pl
import numpy as np
import torch
from torch import Tensor, nn

from weldfusion.data.batch import Batch, Truth, Where
from weldfusion.training.augment.gain import Gain
from weldfusion.training.augment.noise import Noise
from weldfusion.training.augment.shift import Shift
from weldfusion.training.network import NetworkStage
from weldfusion.training.settings import TrainingSettings

AUGMENT = {"curve": [Noise(0.1), Gain(1.3), Shift(2)], "table": [Noise(0.05)]}


class FakeWindows:
    """Windows numbered from `start`, whose content follows from their number alone."""

    def __init__(self, count: int, start: int = 0) -> None:
        rng = np.random.default_rng(start)
        self.curve = torch.from_numpy(rng.standard_normal((count, 2, 16), dtype=np.float32))
        self.table = torch.from_numpy(rng.standard_normal((count, 3), dtype=np.float32))
        self.label = torch.from_numpy(rng.integers(0, 2, count))
        self.start = start

    def __len__(self) -> int:
        return len(self.label)

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        index = torch.tensor(indices)
        number = np.asarray(indices)
        nothing = np.zeros(len(number))
        return Batch(
            inputs={"curve": self.curve[index], "table": self.table[index]},
            present={"curve": torch.ones(len(index), dtype=torch.bool), "table": index % 5 != 0},
            valid={},
            targets={"defect": Truth(self.label[index], index % 7 != 0)},
            where=Where(number + self.start, number, number, nothing, nothing, nothing, nothing),
        )


class FakeModel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.curve = nn.Sequential(
            nn.Conv1d(2, 4, 3), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.3), nn.Flatten(), nn.Linear(56, 8)
        )
        self.table = nn.Linear(3, 8)
        self.out = nn.Linear(16, 2)
        self.targets = {"defect": None}

    def forward(self, batch: Batch, hide: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        parts = []
        for name in ("curve", "table"):
            seen = batch.present[name]
            if hide is not None:
                seen = seen & ~hide[name]
            parts.append(getattr(self, name)(batch.inputs[name]) * seen[:, None])
        return {"defect": self.out(torch.cat(parts, dim=1))}

    def training_loss(self, batch: Batch, hide: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        return self.loss(self(batch, hide), batch.targets)

    def loss(self, raw: Mapping[str, Tensor], truths: Mapping[str, Truth]) -> dict[str, Tensor]:
        truth = truths["defect"]
        losses = nn.functional.cross_entropy(raw["defect"], truth.value, reduction="none")
        return {"defect": torch.where(truth.known, losses, torch.zeros_like(losses))}


def fresh_model() -> FakeModel:
    torch.manual_seed(0)
    return FakeModel()


def stage(
    extra: tuple[pl.Callback, ...] = (), workers: int = 0, every_s: float = 0.0, **settings: object
) -> NetworkStage:
    """Three epochs of everything switched on: dropout, BatchNorm, scheduler, modality dropout and
    augmentation; every step may be checkpointed."""
    training = TrainingSettings(**{"batch_size": 8, "augment": AUGMENT, **settings})  # type: ignore[arg-type]
    trainer = {"max_epochs": 3, "accelerator": "cpu", "precision": "32-true"}
    return NetworkStage(training, trainer, 0.3, 7, workers, extra=extra, every_s=every_s)


def weights(model: nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def largest_difference(a: Mapping[str, Tensor], b: Mapping[str, Tensor]) -> float:
    assert a.keys() == b.keys()
    return max(float((a[name].double() - b[name].double()).abs().max()) for name in a)
