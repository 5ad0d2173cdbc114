"""What late fusions of classes share: outputs of the modalities stacked, and how good each is alone."""

from collections.abc import Sequence

import torch
from torch import Tensor

from weldfusion.data.card import TargetSpec
from weldfusion.errors import ConfigError
from weldfusion.fusion.fusion import Tensors


def only_classes(target: TargetSpec, part: str) -> None:
    """Raises ConfigError unless the target is one class out of several."""
    if target.kind != "class":
        raise ConfigError(
            f"{part} joins what modalities say about one class out of several, but target {target.name} is "
            f"{target.kind}; take MeanProbability, or leave {target.name} out of data.targets"
        )


def stacked(names: Sequence[str], outputs: Tensors, present: Tensors) -> tuple[Tensor, Tensor]:
    """Raw outputs (M, B, …) in the order of `names`, 0 where absent, and presence (M, B)."""
    here = torch.stack([present[name] for name in names])
    raw = torch.stack([outputs[name] for name in names])
    raw = raw if raw.dtype == torch.float64 else raw.float()
    return torch.where(here.view(*here.shape, *[1] * (raw.ndim - 2)), raw, 0.0), here


def accuracy_alone(logits: Tensor, truth: Tensor) -> float:
    """Balanced accuracy of one modality over the classes that occur in `truth` (N,), at most
    (N + 1) / (N + 2): N right calls of N are no proof that the next one is right (rule of succession).

    >>> accuracy_alone(torch.tensor([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0]]), torch.tensor([0, 0, 1]))
    0.5
    """
    right = (logits.argmax(dim=-1) == truth).double()
    shares = [float(right[truth == k].mean()) for k in truth.unique()]
    return min(sum(shares) / len(shares), (len(truth) + 1) / (len(truth) + 2))
