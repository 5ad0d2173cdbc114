"""Temperature scaling: one number that makes probabilities honest without changing the ranking of classes."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from scipy.optimize import minimize_scalar
from torch import Tensor
from torch.nn import functional as F

from weldfusion.data.batch import Batch, Truth
from weldfusion.heads.dense import known_steps
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
    return kind in ("class", "multilabel", "intervals")


def log_losses(head: Head, raw: Tensor, truth: Truth) -> Tensor:
    """−ln of the probability given to the truth (B,), 0 where it is not known: what a proper score
    asks of probabilities, whatever weights, smoothing or focus the head is trained with."""
    chance = torch.stack(list(head.decode(raw).values()), dim=1).double().clamp(1e-12, 1 - 1e-12)
    if head.kind == "class":
        losses = -chance.gather(1, truth.value.unsqueeze(1)).squeeze(1).log()
        return torch.where(truth.known, losses, 0.0)
    known = known_steps(truth)
    flags = torch.where(known, truth.value.double(), 0.0)
    each = F.binary_cross_entropy(chance, flags, reduction="none")
    return torch.where(known, each, 0.0).flatten(1).sum(dim=1)


Outputs = dict[str, tuple[Tensor, Truth]]


@torch.no_grad()
def outputs(model: FusionModel, batches: Iterable[Batch]) -> Outputs:
    """Raw output (N, …) and truth of all windows by target, on the CPU."""
    model.eval()
    device = next(model.parameters()).device
    raws: dict[str, list[Tensor]] = {}
    truths: dict[str, list[Truth]] = {}
    for batch in batches:
        for name, raw in model(batch.to(device)).items():
            raws.setdefault(name, []).append(raw.double().cpu())
            truths.setdefault(name, []).append(batch.targets[name])
    return {name: (torch.cat(parts), joined_truths(truths[name])) for name, parts in raws.items()}


def joined_truths(parts: Sequence[Truth]) -> Truth:
    """One truth after the other."""
    return Truth(torch.cat([part.value for part in parts]), torch.cat([part.known for part in parts]))


def pooled(parts: Sequence[Outputs]) -> Outputs:
    """Outputs of several networks for different windows, as if one had given them."""
    return {
        name: (torch.cat([part[name][0] for part in parts]), joined_truths([part[name][1] for part in parts]))
        for name in parts[0]
    }


def temperatures(heads: Mapping[str, Head], found: Outputs) -> dict[str, float]:
    """Temperature by target, least mean loss over the windows whose truth is known.

    A target without a known truth here keeps 1.
    """
    result = {}
    for name, (raw, truth) in found.items():
        head, count = heads[name], int(truth.known.sum())
        if not has_temperature(head.kind) or not count:
            continue

        def loss_at(t: float, head=head, raw=raw, truth=truth, count=count) -> float:  # type: ignore[no-untyped-def]
            return float(log_losses(head, raw / t, truth).sum()) / count

        result[name] = best_temperature(loss_at)
    return result
