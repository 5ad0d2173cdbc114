"""Optimiser and schedule as a config asks for them."""

from collections.abc import Sequence

from torch import nn
from torch.nn import Parameter
from torch.optim import AdamW, Optimizer
from torch.optim.lr_scheduler import LRScheduler

from weldfusion.errors import ConfigError
from weldfusion.training.schedules import OneCosine, refuse_plateau
from weldfusion.training.settings import TrainingSettings

OPTIMIZER, SCHEDULER = AdamW, OneCosine
"""Where a config names none."""


def trained(model: nn.Module, key: str = "model") -> list[Parameter]:
    """The parameters that ask for a gradient. Raises ConfigError, beginning with `key`, if none does."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not parameters:
        raise ConfigError(f"{key}: no parameter requires a gradient, there is nothing to train")
    return parameters


def optimizer_of(training: TrainingSettings, parameters: Sequence[Parameter]) -> Optimizer:
    """`OPTIMIZER` by default."""
    return (training.optimizer or OPTIMIZER)(parameters)


def scheduler_of(training: TrainingSettings, optimizer: Optimizer) -> LRScheduler:
    """`SCHEDULER` by default. Raises ConfigError for a scheduler that cannot be resumed exactly."""
    scheduler = (training.scheduler or SCHEDULER)(optimizer)
    refuse_plateau(scheduler)
    return scheduler
