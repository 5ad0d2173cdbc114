"""What an epoch sums up, over all processes: losses of its training steps, losses over the select part."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from weldfusion.training.processes import summed, world


class StepSums:
    """Losses of the training steps of the present epoch so far.

    Where several processes train, all of them have to ask for a mean or whether it is finite, which waits for
    the device.
    """

    def __init__(self) -> None:
        self.loss = torch.zeros((), dtype=torch.float64)
        self.penalties: dict[str, Tensor] = {}
        self.steps = 0
        self.highest_rate = 0.0  # a scheduler may since have brought it to 0

    def restart(self) -> None:
        """For a new epoch."""
        self.loss = torch.zeros_like(self.loss)
        self.penalties = {}
        self.steps = 0
        self.highest_rate = 0.0

    def add(self, loss: Tensor, penalties: Mapping[str, Tensor], rate: float) -> None:
        """One step: its loss, the mean of each penalty and the learning rate."""
        self.loss = self.loss.to(loss.device) + loss.detach()
        for name, penalty in penalties.items():
            before = self.penalties.get(name, self.loss.new_zeros(()))
            self.penalties[name] = before.to(penalty.device) + penalty.detach()
        self.steps += 1
        self.highest_rate = max(self.highest_rate, rate)

    def mean_loss(self) -> float:
        return _over_processes(self.loss) / max(1, self.steps)

    def mean_penalties(self) -> dict[str, float]:
        return {name: _over_processes(total) / max(1, self.steps) for name, total in self.penalties.items()}

    def finite(self) -> bool:
        """Whether the loss of every step was finite in all processes."""
        sums = [self.loss, *(total.to(self.loss.device) for total in self.penalties.values())]
        return math.isfinite(_over_processes(torch.stack(sums).sum()))

    def state(self) -> dict[str, Any]:
        """Entries of a checkpoint."""
        penalties = {name: _over_processes(total) for name, total in self.penalties.items()}
        return {
            "train_sum": _over_processes(self.loss), "train_steps": self.steps, "penalty_sums": penalties,
        }  # fmt: skip

    def load(self, checkpoint: Mapping[str, Any]) -> None:
        self.loss = torch.tensor(checkpoint["train_sum"], dtype=torch.float64)
        self.steps = checkpoint["train_steps"]
        self.penalties = {
            name: torch.tensor(total, dtype=torch.float64)
            for name, total in checkpoint.get("penalty_sums", {}).items()
        }


class SelectLosses:
    """Losses of the targets over the select part, of one validation epoch."""

    def __init__(self) -> None:
        self._sums: dict[str, list[Tensor]] = {}

    def __bool__(self) -> bool:
        return bool(self._sums)

    def add(self, name: str, losses: Tensor, known: Tensor) -> None:
        """Of one batch: losses (B,) of a target, and where its truth is known (B,)."""
        both = torch.stack([losses.double().sum(), known.sum().double()])
        self._sums.setdefault(name, []).append(both)

    def means(self) -> dict[str, float]:
        """Mean loss by target, over all processes."""
        sums = {name: summed(torch.stack(parts).sum(dim=0)) for name, parts in self._sums.items()}
        return {name: float(both[0] / both[1].clamp(min=1)) for name, both in sums.items()}


def _over_processes(total: Tensor) -> float:
    return float(summed(total)) / world()
