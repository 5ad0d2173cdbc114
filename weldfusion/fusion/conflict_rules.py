"""What other rules than Dempster's do with the masses that contradict (`evidence.Rule`, same signature)."""

import math

import torch
from torch import Tensor

from weldfusion.fusion.evidence import (
    ZERO,
    Combined,
    dempster,
    log_of,
    log_sum,
    vacuous_like,
)


def yager(log_masses: Tensor) -> Combined:
    """Yager's rule: what contradicts is not known, its mass goes to Θ (1987,
    doi:10.1016/0020-0255(87)90007-7), all sources at once, so that order does not count."""
    kept, conflict, total = dempster(log_masses)
    joint = kept + log_of(1 - conflict).unsqueeze(-1)
    unknown = torch.logaddexp(joint[..., -1].clamp(min=ZERO), log_of(conflict).clamp(min=ZERO))
    return Combined(torch.cat([joint[..., :-1], unknown.unsqueeze(-1)], dim=-1), conflict, total)


def murphy(log_masses: Tensor) -> Combined:
    """Murphy's rule: the mean of the n sources that are not vacuous, combined with itself n − 1 times by
    Dempster's rule (2000, doi:10.1016/S0167-9236(99)00084-6). κ is that of the sources, not of the mean."""
    counted = (log_masses[..., :-1] > -math.inf).any(dim=-1)
    count = counted.sum(dim=0)
    sum_of = log_sum(torch.where(counted.unsqueeze(-1), log_masses, -math.inf).movedim(0, -1))
    mean = sum_of - count.clamp(min=1).log().unsqueeze(-1)
    copies = torch.where(counted.unsqueeze(-1), mean.unsqueeze(0), vacuous_like(log_masses))
    _, conflict, total = dempster(log_masses)
    return Combined(dempster(copies).log_mass, conflict, total)


def pcr5(log_masses: Tensor) -> Combined:
    """Proportional conflict redistribution, rule 5: each product that contradicts goes back to the two
    masses that made it, in proportion to them (Smarandache & Dezert 2005, arXiv:cs/0408064).

    Sources are taken two by two in their order; for three or more the order counts (the rule is not
    associative). κ is that of all sources.
    """
    masses = log_masses.exp()
    joint = masses[0]
    for mass in masses[1:]:
        joint = _pcr5_of_two(joint, mass)
    _, conflict, total = dempster(log_masses)
    return Combined(log_of(joint), conflict, total)


def _pcr5_of_two(one: Tensor, other: Tensor) -> Tensor:
    (b, u), (c, v) = ((m[..., :-1], m[..., -1:]) for m in (one, other))
    classes = b * c + b * v + u * c + _returned(b, c) + _returned(c, b)
    return torch.cat([classes, u * v], dim=-1)


def _returned(b: Tensor, c: Tensor) -> Tensor:
    """Σ over j ≠ k of b_k² c_j / (b_k + c_j); the quotient from logarithms for a finite gradient."""
    row, column = (log_of(b).clamp(min=ZERO).unsqueeze(-1), log_of(c).clamp(min=ZERO).unsqueeze(-2))
    share = torch.sigmoid(row - column)
    others = ~torch.eye(b.shape[-1], dtype=torch.bool, device=b.device)
    return torch.where(others, b.unsqueeze(-1) * share * c.unsqueeze(-2), 0.0).sum(dim=-1)
