"""The `training:` section of a config and the whole config of a run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from weldfusion.data.ranges import check_least
from weldfusion.data.settings import DataSettings
from weldfusion.data.splits import HoldOut, Split
from weldfusion.errors import ConfigError
from weldfusion.systems.parts import Parts
from weldfusion.systems.system import System
from weldfusion.training.augment.augmentation import Augmentation
from weldfusion.training.pretrain.pretraining import MakeOptimizer, Pretraining

MakeScheduler = Callable[[Optimizer], LRScheduler]


@dataclass(frozen=True)
class GradientStage:
    """One of several gradient trainings after each other; what is left out is that of `training`.

    Args:
        modalities: whose encoders, trunks and own heads are trained. Those of the others are frozen, and the
            others are hidden; what joins modalities is trained in every stage.
        optimizer: as in `training`.
        scheduler: as in `training`.
        max_epochs: as in `trainer`.
        patience: as in `training`.
        batch_size: as in `training`.
        balanced: as in `training`.
    """

    modalities: Sequence[str]
    optimizer: MakeOptimizer | None = None
    scheduler: MakeScheduler | None = None
    max_epochs: int | None = None
    patience: int | None = None
    batch_size: int | None = None
    balanced: bool | None = None

    def __post_init__(self) -> None:
        if not self.modalities:
            raise ConfigError("modalities: is empty; name at least one modality")
        check_least("max_epochs", self.max_epochs, 1)
        check_least("patience", self.patience, 1, " or null")
        check_least("batch_size", self.batch_size, 1)


@dataclass(frozen=True)
class TrainingSettings:
    """The `training:` section: how the parameters are found.

    Args:
        batch_size: windows per step (over all devices).
        optimizer: AdamW with learning rate 1e-3 by default.
        scheduler: one cosine over the whole training by default (`OneCosine`).
        scheduler_step: whether the scheduler moves after each `step` or each `epoch`.
        balanced: draw windows so that the classes of the first class target come equally often.
        patience: stop after so many epochs without a better selection loss; None: never stop early.
        target_weights: factor of each target's loss, 1 by default; or `learned` with the network from how
            large the losses stay.
        calibrate: fit a temperature after training: on the calibration part, or where the split keeps none
            apart, on out-of-fold predictions of the training welds (four more trainings).
        augment: changes of each modality in training steps only, such as `{sound: [{class_path: Noise}]}`.
        stages: several gradient trainings after each other, each of some modalities, such as
            `[{modalities: [sound]}, {modalities: [photos], max_epochs: 20}]`; one of everything by default.
        pretrain: how the encoder of a modality learns from recordings alone before, on the welds that the
            split leaves `unused` too, such as `{class_path: Autoencoder, init_args: {modality: photos}}`.
    """

    batch_size: int = 32
    optimizer: MakeOptimizer | None = None
    scheduler: MakeScheduler | None = None
    scheduler_step: Literal["step", "epoch"] = "step"
    balanced: bool = False
    patience: int | None = None
    target_weights: Mapping[str, float] | Literal["learned"] | None = None
    calibrate: bool = False
    augment: Mapping[str, Sequence[Augmentation]] | None = None
    stages: Sequence[GradientStage] | None = None
    pretrain: Pretraining | None = None

    def __post_init__(self) -> None:
        if self.stages is not None and not self.stages:
            raise ConfigError("stages: is empty; give at least one stage or leave it out")
        check_least("batch_size", self.batch_size, 1)
        check_least("patience", self.patience, 1, " or null")
        fixed = self.target_weights if isinstance(self.target_weights, Mapping) else {}
        for name, weight in fixed.items():
            check_least(f"target_weights.{name}", weight, 0)


@dataclass(frozen=True)
class FitSettings:
    """A whole config.

    Args:
        data: data set, inputs, windows, targets.
        split: how welds are divided into training and test parts; grouped hold-out by default.
        model: the parts of the fusion model, or a published system that composes them.
        training: optimiser, schedule, batch size …
        trainer: arguments of Lightning's Trainer (`max_epochs`, `devices` …), and how the processor is used
            (`precision`, `channels_last`, `compile` …; see `Speed`).
        seed: first seed; everything random is keyed by it.
        seeds: how many seeds to train, from `seed` upwards.
        name: name of the run; from the config file's name by default.
    """

    data: DataSettings = field(default_factory=DataSettings)
    split: Split = field(default_factory=HoldOut)
    model: System = field(default_factory=Parts)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    trainer: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    seeds: int = 1
    name: str | None = None

    def __post_init__(self) -> None:
        check_least("seed", self.seed, 0)
        check_least("seeds", self.seeds, 1)
        if self.name is not None and (self.name in ("", ".", "..") or set(self.name) & set("/\\\0")):
            raise ConfigError(
                f"name: must be the name of one folder, is {self.name!r}; see --folder for paths"
            )
