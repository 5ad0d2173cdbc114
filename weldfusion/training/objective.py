"""The losses of samples as one number: weights of targets, penalties, means over all processes."""

from collections.abc import Mapping
from typing import Literal

from torch import Tensor, nn

from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.fusion.penalty import Penalty
from weldfusion.systems.graph import FusionModel
from weldfusion.training.processes import summed, world


def counted(count: Tensor) -> Tensor:
    """A number of samples, of the batches of all processes together."""
    return summed(count.float()) if world() > 1 else count


def mean(losses: Tensor, count: Tensor) -> Tensor:
    """Mean of losses (B,) over `count` samples of all processes, whose gradients are averaged later; 0 (with
    a gradient of 0) if there is none."""
    return losses.sum() * world() / count.clamp(min=1)


def mean_of_all(losses: Tensor) -> Tensor:
    """`mean` over all samples, whatever is known of them."""
    return mean(losses, counted(losses.new_tensor(len(losses))))


def penalties_of(model: nn.Module) -> dict[str, Penalty]:
    """The penalties of the fusion model that a task trains, by the names of their losses."""
    found = next((part for part in model.modules() if isinstance(part, FusionModel)), None)
    listed = {} if found is None else dict(found.penalties.items())
    return {f"penalty.{name}": penalty for name, penalty in listed.items() if isinstance(penalty, Penalty)}


def target_weights(
    given: Mapping[str, float] | Literal["learned"] | None, targets: list[str]
) -> dict[str, float]:
    """A fixed weight for each target, 1 where none is given; raises ConfigError for an unknown target.

    >>> target_weights({"force": 0.5}, ["defect", "force"])
    {'defect': 1.0, 'force': 0.5}
    """
    given = {} if isinstance(given, str) else given
    for name in given or {}:
        if name not in targets:
            raise ConfigError(
                f"training.target_weights.{name}: no such target; {did_you_mean(name, targets)}"
            )
    return {name: float((given or {}).get(name, 1.0)) for name in targets}
