"""Similarity of the features of several modalities, as a loss."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.fusion.absent import feature_sizes
from weldfusion.fusion.fusion import Tensors
from weldfusion.fusion.penalty import Penalty

TINY = 1e-24
DISTANCES = ("angle", "cosine")


def angular_distance(a: Tensor, b: Tensor) -> Tensor:
    """arccos(s) / π of the cosine s of two vectors (…, D): 0 identical, 0.5 orthogonal, 1 opposite → (…).

    As 2 · atan2(‖u − v‖, ‖u + v‖) / π of the unit vectors, whose gradient is finite everywhere: that of
    arccos is infinite at s = ±1. A vector of 0 counts as orthogonal to all.

    >>> others = torch.tensor([[2.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    >>> angular_distance(torch.tensor([1.0, 0.0]), others).round(decimals=6).tolist()
    [0.0, 0.5, 1.0]
    """
    u, v = F.normalize(a.float(), dim=-1), F.normalize(b.float(), dim=-1)
    apart, together = (((u - v).square().sum(-1) + TINY).sqrt(), ((u + v).square().sum(-1) + TINY).sqrt())
    return torch.atan2(apart, together) * (2 / torch.pi)


def cosine_distance(a: Tensor, b: Tensor) -> Tensor:
    """1 − s of the cosine s of two vectors (…, D): 0 identical, 1 orthogonal, 2 opposite → (…).

    >>> cosine_distance(torch.tensor([1.0, 0.0]), torch.tensor([[2.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]))
    tensor([0., 1., 2.])
    """
    return 1 - (F.normalize(a.float(), dim=-1) * F.normalize(b.float(), dim=-1)).sum(-1)


class Similarity(Penalty):
    """Distance of the features of every two present modalities of a sample, mean over the pairs.

    Source: the similarity loss of system 5 (MCRNet). As printed there, 1 − arccos(s)/π, it is 1 for
    identical and 0 for opposite features, so that minimising it would drive them apart; this is the meant
    one, arccos(s)/π. It alone could be minimised by features that never change: the losses of the targets
    must hold against it.

    Args:
        flows: features by modality; those compared must be of one size.
        weight: factor of the penalty; 0.1 is our choice, the paper gives none.
        distance: `angle`: arccos(s)/π, or `cosine`: 1 − s.
        between: modalities that are compared; all by default.
        warmup: share of the training over which the factor rises linearly from 0.

    >>> two = {"sound": Flow.features(8), "video": Flow.features(8)}
    >>> x = torch.ones(1, 8)
    >>> Similarity(two)({"sound": x, "video": -x}, {name: torch.tensor([True]) for name in two})
    tensor([1.])
    """

    def __init__(
        self,
        flows: Mapping[str, Flow],
        weight: float = 0.1,
        distance: Literal["angle", "cosine"] = "angle",
        between: Sequence[str] | None = None,
        warmup: float = 0.0,
    ) -> None:
        super().__init__(weight, warmup)
        sizes = feature_sizes(flows, "Similarity")
        for name in between or ():
            if name not in sizes:
                raise ConfigError(f"between: no modality {name}; {did_you_mean(name, sizes)}")
        if distance not in DISTANCES:
            raise ConfigError(f"distance: {distance!r}; {did_you_mean(distance, DISTANCES)}")
        self.names = sorted(set(between) if between is not None else sizes)
        if len(self.names) < 2:
            raise ConfigError(
                f"Similarity compares at least two modalities, not {', '.join(self.names) or 'none'}"
            )
        _check_sizes({name: sizes[name] for name in self.names})
        self.distance = angular_distance if distance == "angle" else cosine_distance

    def forward(self, features: Tensors, present: Tensors) -> Tensor:
        total, count = torch.zeros(()), torch.zeros(())
        for one, other in combinations(self.names, 2):
            both = present[one] & present[other]
            rows = both.unsqueeze(-1)
            a, b = (torch.where(rows, features[name], 1.0) for name in (one, other))
            total = total.to(a.device) + torch.where(both, self.distance(a, b), 0.0)
            count = count.to(a.device) + both
        return total / count.clamp(min=1)


def _check_sizes(sizes: Mapping[str, int]) -> None:
    if len(set(sizes.values())) == 1:
        return
    listed = ", ".join(f"{name} {size}" for name, size in sizes.items())
    name, least = max(sizes, key=lambda name: sizes[name]), min(sizes.values())
    raise ConfigError(
        f"Similarity compares features of one size, not {listed}; bring them to one by trunks, such as "
        f"model.trunks.{name}: {{class_path: Projection, size: {least}}}"
    )
