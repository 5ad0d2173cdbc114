"""Belief functions on single classes and Θ (all classes): masses in logarithms and Dempster's rule.

Masses are tensors (…, K + 1): the K classes in order, then Θ, what is not known. The rules take natural
logarithms, `log_masses` (M, …, K + 1) of M sources, −inf where a mass is 0, and give a `Combined`. A source
that knows nothing is vacuous (all mass on Θ). Single classes and Θ are closed under Dempster's rule, so no
subset is ever listed. Sources: Dempster 1967, doi:10.1214/aoms/1177698950; Shafer 1976.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

ZERO = -1e4
"""Logarithm that stands for that of 0 where a finite one is needed; e^ZERO is 0 in every precision."""
NEVER = ZERO / 2
"""What is less counts as the logarithm of 0."""


class Combined(NamedTuple):
    """What sources say together.

    `log_mass` (…, K + 1); `conflict` (…) is κ, the share of the products of the sources' masses that
    contradict each other, 0 … 1; `total` bool (…) tells where they leave nothing in common (κ = 1), and a
    rule that would have to divide by 0 gives the vacuous mass.
    """

    log_mass: Tensor
    conflict: Tensor
    total: Tensor


Rule = Callable[[Tensor], Combined]


def log_of(masses: Tensor) -> Tensor:
    """ln, −inf for 0 (and what is denormal), with a gradient that is finite (0) there."""
    some = masses >= torch.finfo(masses.dtype).tiny
    return torch.where(some, torch.where(some, masses, 1.0).log(), -math.inf)


def vacuous_like(log_masses: Tensor) -> Tensor:
    """Masses of the same shape that say nothing: all on Θ."""
    nothing = torch.full_like(log_masses, -math.inf)
    nothing[..., -1] = 0.0
    return nothing


def only_present(log_masses: Tensor, present: Tensor) -> Tensor:
    """Vacuous masses for sources that are absent; `present` bool (M, …)."""
    return torch.where(present.unsqueeze(-1), log_masses, vacuous_like(log_masses))


def log_add(x: Tensor, y: Tensor) -> Tensor:
    """ln (e^x + e^y) of finite numbers, twice as fast as torch's."""
    larger = torch.maximum(x, y)
    return larger + F.softplus(torch.minimum(x, y) - larger)


def conjunctive(log_masses: Tensor) -> tuple[Tensor, Tensor]:
    """ln of what M sources leave by products of masses, brought to sum 1 (…, K + 1), and ln of the sum Z that
    it had (…), −inf where nothing is left.

    One source after the other: b_k c_k + b_k v + u c_k on each class, u v on Θ, each time brought to sum 1.
    Only sums of products, so nothing cancels.
    """
    finite = log_masses.movedim(-1, 1).contiguous().clamp(min=ZERO)  # classes first: far faster sums
    joint = finite[0]
    log_total = torch.zeros_like(joint[:1])
    nothing = torch.zeros_like(log_total, dtype=torch.bool)
    for mass in finite[1:]:
        joint = F.threshold(joint, NEVER, ZERO)
        b, u, c, v = joint[:-1], joint[-1:], mass[:-1], mass[-1:]
        joint = torch.cat([log_add(b + log_add(c, v), u + c), u + v])
        top = joint.detach().amax(dim=0, keepdim=True)
        left = top + (joint - top).exp().sum(dim=0, keepdim=True).log()
        nothing = nothing | (left < NEVER)
        joint, log_total = joint - left, log_total + left
    joint = F.threshold(joint, NEVER, -math.inf)
    return joint.movedim(0, -1), log_total.masked_fill(nothing, -math.inf)[0]


def log_sum(log_values: Tensor) -> Tensor:
    """logsumexp over the last axis; −inf, with gradient 0, where all are −inf."""
    nothing = (log_values == -math.inf).all(dim=-1)
    total = torch.logsumexp(torch.where(nothing.unsqueeze(-1), 0.0, log_values), dim=-1)
    return torch.where(nothing, -math.inf, total)


def conflict_of(log_total: Tensor) -> Tensor:
    """κ = 1 − Z from ln Z."""
    return -torch.expm1(log_total.clamp(max=0.0))


def dempster(log_masses: Tensor) -> Combined:
    """Dempster's rule: what contradicts is left out, the rest brought to sum 1. Order does not count.

    >>> found = dempster(log_of(torch.tensor([[0.6, 0.2, 0.1, 0.1], [0.5, 0.3, 0.0, 0.2]])))
    >>> found.log_mass.exp(), found.conflict
    (tensor([0.7344, 0.2031, 0.0312, 0.0312]), tensor(0.3600))
    """
    joint, log_total = conjunctive(log_masses)
    total = log_total == -math.inf
    log_mass = torch.where(total.unsqueeze(-1), vacuous_like(joint), joint)
    return Combined(log_mass, conflict_of(log_total), total)


def pignistic(log_masses: Tensor) -> Tensor:
    """ln of the probability (…, K) that bets are made with: Θ is shared equally among the classes (Smets
    & Kennes 1994, doi:10.1016/0004-3702(94)90026-4).

    >>> pignistic(log_of(torch.tensor([0.2, 0.5, 0.3, 0.0]))).exp()
    tensor([0.2000, 0.5000, 0.3000])
    """
    classes, theta = log_masses[..., :-1], log_masses[..., -1:]
    share = theta.clamp(min=ZERO) - math.log(classes.shape[-1])
    return torch.logaddexp(classes.clamp(min=ZERO), share)


def discounted(log_masses: Tensor, reliability: Tensor) -> Tensor:
    """Shafer's discount of masses (…, K + 1) by a reliability a (…) from 0 to 1: a m on every class,
    1 − a + a m(Θ) on Θ."""
    kept = log_of(reliability).unsqueeze(-1) + log_masses
    doubt = log_of(1 - reliability).unsqueeze(-1).clamp(min=ZERO)
    unknown = torch.logaddexp(kept[..., -1:].clamp(min=ZERO), doubt)
    return torch.cat([kept[..., :-1], unknown], dim=-1)


def masses_of(log_probability: Tensor, reliability: Tensor) -> Tensor:
    """ln masses (…, K + 1) of a classifier: a p_k on each class, 1 − a on Θ."""
    bayesian = torch.cat([log_probability, torch.full_like(log_probability[..., :1], -math.inf)], dim=-1)
    return discounted(bayesian, reliability)


def simple_support(log_probability: Tensor, reliability: Tensor) -> Tensor:
    """ln masses (…, K + 1) that support the most probable class only: a p_k on it, the rest on Θ."""
    top = F.one_hot(log_probability.argmax(dim=-1), log_probability.shape[-1]).bool()
    only = torch.where(top, log_probability, -math.inf)
    support = masses_of(only, reliability)
    rest = log_of(1 - support[..., :-1].exp().sum(dim=-1, keepdim=True))
    return torch.cat([support[..., :-1], rest], dim=-1)
