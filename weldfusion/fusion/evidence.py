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


def conjunctive(log_masses: Tensor) -> tuple[Tensor, Tensor]:
    """ln of what is left of M sources by products of masses, not normalised (…, K + 1), and of its sum (…).

    With masses b_ik of class k and u_i of Θ it is Π u_i for Θ and Π (b_ik + u_i) − Π u_i for a class,
    written as Π (b_ik + u_i) · (1 − exp(−Σ ln(1 + b_ik / u_i))), in which nothing cancels.
    """
    finite = log_masses.clamp(min=ZERO)
    theta = finite[..., -1:]
    ratio = finite - theta
    # Not logaddexp, which is four times slower; `maximum` halves its gradient at a tie, as it must be.
    small = F.softplus(-ratio.abs())
    gain = (torch.maximum(ratio, torch.zeros_like(ratio)) + small).sum(dim=0)
    little = gain < 1e-30
    left = torch.where(
        little, torch.logsumexp(ratio, dim=0), (-torch.expm1(-torch.where(little, 1.0, gain))).log()
    )
    joint = (torch.maximum(finite, theta.expand_as(finite)) + small).sum(dim=0) + left
    some = log_masses > -math.inf
    possible = (some | some[..., -1:]).all(dim=0) & some.any(dim=0)
    joint = torch.where(possible, joint, -math.inf)
    unknown = torch.where(some[..., -1].all(dim=0), theta[..., 0].sum(dim=0), -math.inf)
    joint = torch.cat([joint[..., :-1], unknown.unsqueeze(-1)], dim=-1)
    return joint, log_sum(joint)


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
    kept = joint - torch.where(total, 0.0, log_total).unsqueeze(-1)
    log_mass = torch.where(total.unsqueeze(-1), vacuous_like(joint), kept)
    return Combined(log_mass, conflict_of(log_total), total)


def combine(masses: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Dempster's rule on masses (M, …, K + 1) themselves, one source after the other, each time brought to
    sum 1: the same as `dempster`, faster, but a mass that is too small for the precision becomes 0.

    Gives masses (…, K + 1), κ (…) and where the conflict is total (vacuous there).

    >>> combine(torch.tensor([[0.6, 0.3, 0.1, 0.0], [0.5, 0.4, 0.1, 0.0]]))[:2]
    (tensor([0.6977, 0.2791, 0.0233, 0.0000]), tensor(0.5700))
    """
    joint = masses[0]
    left = torch.ones_like(joint[..., 0])
    log_total = torch.zeros_like(left)
    total = torch.zeros_like(left, dtype=torch.bool)
    for mass in masses[1:]:
        unknown, theta = joint[..., -1:], mass[..., -1:]
        product = torch.addcmul(unknown * mass, joint, mass + theta)
        product[..., -1:] = unknown * theta
        left = product.sum(dim=-1)
        total = total | (left == 0)
        safe = torch.where(total, 1.0, left)
        log_total = log_total + safe.log()
        joint = product / safe.unsqueeze(-1)
    joint = torch.where(total.unsqueeze(-1), vacuous_like(joint).exp(), joint)
    return joint, conflict_of(torch.where(total, -math.inf, log_total)), total


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
