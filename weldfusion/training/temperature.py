"""Temperature scaling: one number that makes probabilities honest without changing the ranking of classes."""

import math
from collections.abc import Callable, Iterable

import torch
from scipy.optimize import minimize_scalar
from torch import Tensor
from torch.nn import functional as F

from weldfusion.data.batch import Batch, Truth
from weldfusion.heads.head import Head
from weldfusion.systems.graph import FusionModel

LIMITS = (0.05, 20.0)


def best_temperature(loss_at: Callable[[float], float]) -> float:
    """The temperature within `LIMITS` of the least loss, searched on a logarithmic scale.

    (Guo et al. 2017, arXiv:1706.04599; the loss is convex in 1/T for cross-entropy.)

    >>> round(best_temperature(lambda t: (t - 2.0) ** 2), 3)
    2.0
    """
    low, high = (math.log(limit) for limit in LIMITS)
    found = minimize_scalar(
        lambda x: loss_at(math.exp(x)), bounds=(low, high), method="bounded", options={"xatol": 1e-5}
    )
    return float(math.exp(found.x))


def has_temperature(kind: str) -> bool:
    """Whether raw outputs of this kind of head are logits, which a temperature divides."""
    return kind in ("class", "multilabel")


def log_losses(head: Head, raw: Tensor, truth: Truth) -> Tensor:
    """−ln of the probability given to the truth (B,), 0 where it is not known: what a proper score
    asks of probabilities, whatever weights, smoothing or focus the head is trained with."""
    chance = torch.stack(list(head.decode(raw).values()), dim=1).double().clamp(1e-12, 1 - 1e-12)
    if head.kind == "class":
        losses = -chance.gather(1, truth.value.unsqueeze(1)).squeeze(1).log()
    else:
        losses = F.binary_cross_entropy(chance, truth.value.double(), reduction="none").sum(dim=1)
    return torch.where(truth.known, losses, 0.0)


@torch.no_grad()
def fit_temperatures(model: FusionModel, batches: Iterable[Batch]) -> dict[str, float]:
    """Temperature by target, least mean loss over the windows whose truth is known.

    A target without a known truth here keeps 1.
    """
    model.eval()
    device = next(model.parameters()).device
    raws: dict[str, list[Tensor]] = {}
    truths: dict[str, list[Truth]] = {}
    for batch in batches:
        batch = batch.to(device)
        for name, raw in model(batch).items():
            raws.setdefault(name, []).append(raw.double())
            truths.setdefault(name, []).append(batch.targets[name])
    result = {}
    for name, parts in raws.items():
        head = model.head(name)
        known = torch.cat([truth.known for truth in truths[name]])
        if not has_temperature(head.kind) or not bool(known.any()):
            continue
        raw = torch.cat(parts)
        truth = Truth(torch.cat([truth.value for truth in truths[name]]), known)
        count = int(known.sum())

        def loss_at(t: float, head=head, raw=raw, truth=truth, count=count) -> float:  # type: ignore[no-untyped-def]
            return float(log_losses(head, raw / t, truth).sum()) / count

        result[name] = best_temperature(loss_at)
    return result
