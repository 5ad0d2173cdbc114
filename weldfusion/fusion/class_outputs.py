"""What late fusions of classes share: outputs of the modalities stacked, and how good each is alone."""

import math
from collections.abc import Sequence

import torch
from scipy.optimize import minimize_scalar
from torch import Tensor
from torch.nn import functional as F

from weldfusion.data.card import TargetSpec
from weldfusion.errors import ConfigError
from weldfusion.fusion.fusion import Tensors

TEMPERATURES = (0.05, 20.0)


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


def temperature_alone(logits: Tensor, truth: Tensor) -> float:
    """The temperature of least log loss of one modality (Guo et al. 2017, arXiv:1706.04599); 1 where no
    window is given.

    Args:
        logits: (N, K).
        truth: class numbers (N,).
    """
    if not len(logits):
        return 1.0
    low, high = (math.log(limit) for limit in TEMPERATURES)
    logits = logits.double()
    loss_at = lambda x: float(F.cross_entropy(logits / math.exp(x), truth))  # noqa: E731
    found = minimize_scalar(loss_at, bounds=(low, high), method="bounded", options={"xatol": 1e-5})
    return float(math.exp(found.x))


def accuracy_alone(logits: Tensor, truth: Tensor) -> float:
    """Balanced accuracy of one modality over the classes that occur in `truth` (N,), at most
    (N + 1) / (N + 2): N right calls of N are no proof that the next one is right (rule of succession).

    >>> accuracy_alone(torch.tensor([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0]]), torch.tensor([0, 0, 1]))
    0.5
    """
    right = (logits.argmax(dim=-1) == truth).double()
    shares = [float(right[truth == k].mean()) for k in truth.unique()]
    return min(sum(shares) / len(shares), (len(truth) + 1) / (len(truth) + 2))
