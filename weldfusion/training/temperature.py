"""Temperature scaling: one number that makes probabilities honest without changing the ranking of classes."""

import math
from collections.abc import Callable, Iterable

import torch
from scipy.optimize import minimize_scalar
from torch import Tensor

from weldfusion.data.batch import Batch, Truth
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
            return float(head.loss(raw / t, truth).sum()) / count

        result[name] = best_temperature(loss_at)
    return result
