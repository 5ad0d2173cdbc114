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
LOG2_E = math.log2(math.e)
ENOUGH = 0.75
"""Products of masses count from this power of the least normal number on: what underflows beside them is
less than a rounding error."""


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


def log_sum(log_values: Tensor) -> Tensor:
    """logsumexp over the last axis; −inf, with gradient 0, where all are −inf."""
    nothing = (log_values == -math.inf).all(dim=-1)
    total = torch.logsumexp(torch.where(nothing.unsqueeze(-1), 0.0, log_values), dim=-1)
    return torch.where(nothing, -math.inf, total)


def dempster(log_masses: Tensor) -> Combined:
    """Dempster's rule: what contradicts is left out, the rest brought to sum 1. Order does not count.

    By products of masses; rows of which one would be too small a number, or 0, are done in logarithms.

    >>> found = dempster(log_of(torch.tensor([[0.6, 0.2, 0.1, 0.1], [0.5, 0.2, 0.1, 0.2]])))
    >>> found.log_mass.exp(), found.conflict
    (tensor([0.7460, 0.1587, 0.0635, 0.0317]), tensor(0.3700))
    """
    # Classes first: sums over them are far faster. In float64 torch's exp2 is twice as fast as its exp.
    by_class = log_masses.movedim(-1, 1)
    masses = by_class.clone(memory_format=torch.contiguous_format).mul_(LOG2_E).exp2_()
    products = _conjunctive(masses)
    enough = torch.finfo(log_masses.dtype).tiny ** ENOUGH
    if products.numel() == 0 or bool(products.detach().amin() >= enough):
        return _normalised(products)
    large = products.detach().amin(dim=0) >= enough
    parts = zip(_normalised(products[:, large]), _in_logarithms(by_class[:, :, ~large]), strict=True)
    return Combined(*(_put_together(large, one, other) for one, other in parts))


def _conjunctive(masses: Tensor) -> Tensor:
    """Masses (M, K + 1, …) of M sources by products, not brought to sum 1 (K + 1, …): one source after the
    other, b_k c_k + b_k v + u c_k on each class and u v on Θ. Only sums of products, so nothing cancels."""
    joint = masses[0]
    for mass in masses[1:]:
        u, v = joint[-1:], mass[-1:]
        joint = (mass + v).mul_(joint).addcmul_(u, mass)
        joint[-1].div_(3)  # the sum above gives 3 u v on Θ
    return joint


def _normalised(products: Tensor) -> Combined:
    left = products.sum(dim=0)
    log_mass = (products / left).log_().movedim(0, -1)
    return Combined(log_mass, (1 - left).clamp_(min=0), torch.zeros_like(left, dtype=torch.bool))


def _in_logarithms(by_class: Tensor) -> Combined:
    """The same from logarithms (M, K + 1, …), brought to sum 1 after each source."""
    finite = by_class.clamp(min=ZERO)
    joint = finite[0]
    log_left = torch.zeros_like(joint[0])
    nothing = torch.zeros_like(log_left, dtype=torch.bool)
    for mass in finite[1:]:
        joint = F.threshold(joint, NEVER, ZERO)
        b, u, c, v = joint[:-1], joint[-1:], mass[:-1], mass[-1:]
        joint = torch.cat([log_add(b + log_add(c, v), u + c), u + v])
        top = joint.detach().amax(dim=0)
        left = top + (joint - top).exp().sum(dim=0).log()
        nothing = nothing | (left < NEVER)
        joint, log_left = joint - left, log_left + left
    log_mass = F.threshold(joint, NEVER, -math.inf).movedim(0, -1)
    log_mass = torch.where(nothing.unsqueeze(-1), vacuous_like(log_mass), log_mass)
    conflict = -torch.expm1(log_left.clamp(max=0.0))
    return Combined(log_mass, torch.where(nothing, 1.0, conflict), nothing)


def _put_together(here: Tensor, one: Tensor, other: Tensor) -> Tensor:
    """`one` where `here` (…) is true, in its order, `other` elsewhere."""
    whole = one.new_empty((*here.shape, *one.shape[1:]))
    whole[here], whole[~here] = one, other
    return whole


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
