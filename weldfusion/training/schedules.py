"""Learning-rate schedules that know how long the training is."""

import math

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, ReduceLROnPlateau

from weldfusion.errors import ConfigError


class OneCosine(LambdaLR):
    """One half cosine over the whole training, after a linear warm-up.

    At step s of S, with W = warmup · S: factor (s+1)/(W+1) while s < W, then
    final + (1 - final) (1 + cos(pi (s - W) / (S - W))) / 2. (Loshchilov & Hutter 2017, arXiv:1608.03983,
    without restarts.)

    Args:
        optimizer: whose learning rates are scaled.
        warmup: share of the training in which the rate rises, 0 to 1.
        final: factor at the end.

    The length of the training is told by `span`, before the first step.
    """

    def __init__(self, optimizer: Optimizer, warmup: float = 0.0, final: float = 0.0) -> None:
        self.warmup = warmup
        self.final = final
        self.total = 1
        super().__init__(optimizer, self.factor)

    def span(self, total: int) -> None:
        """Sets the number of steps (or epochs, if it moves by epochs) of the whole training."""
        self.total = max(1, total)
        for group, base in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"] = base * self.factor(self.last_epoch)
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def factor(self, step: int) -> float:
        """Factor of the learning rate at a step."""
        rise = self.warmup * self.total
        if step < rise:
            return (step + 1) / (rise + 1)
        done = min(1.0, (step - rise) / max(1e-12, self.total - rise))
        return self.final + (1 - self.final) * (1 + math.cos(math.pi * done)) / 2

    def state_dict(self) -> dict[str, object]:
        """Plain values only: the step and the settings."""
        state = super().state_dict()
        state.pop("lr_lambdas", None)
        return {key: value for key, value in state.items() if not callable(value)}

    def load_state_dict(self, state_dict: dict[str, object]) -> None:
        self.__dict__.update(state_dict)


def refuse_plateau(scheduler: LRScheduler) -> None:
    """Raises ConfigError for the one scheduler that cannot be resumed exactly."""
    if isinstance(scheduler, ReduceLROnPlateau):
        raise ConfigError(
            "training.scheduler: ReduceLROnPlateau is not resumable exactly; use OneCosine (default), "
            "StepLR or another scheduler that follows the step alone"
        )
