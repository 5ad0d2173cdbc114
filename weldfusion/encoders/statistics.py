"""Plain statistics of a waveform as features: no filters to learn, for few welds."""

from collections.abc import Sequence

import torch
from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.running_scale import RunningScale


class Statistics(Encoder):
    """Mean, deviation, extremes, quantiles, slope, means of equal segments and valid share of each channel.

    What a plain regression would be given, brought to mean 0 and deviation 1 over the
    training samples. With
    some hundred welds this is often a better start than learned filters.

    Args:
        flow: waveform.
        quantiles: which quantiles, each between 0 and 1.
        segments: number of equal parts of the valid samples whose means are taken.

    >>> Statistics(Flow("waveform", 3, length=1024), quantiles=(0.5,), segments=4).out.channels
    31
    """

    def __init__(
        self, flow: Flow, quantiles: Sequence[float] = (0.1, 0.25, 0.5, 0.75, 0.9), segments: int = 10
    ) -> None:
        super().__init__()
        if flow.kind != "waveform" or not flow.length:
            raise ConfigError(f"Statistics takes a waveform of known length, not {flow.kind}")
        if not all(0 <= q <= 1 for q in quantiles):
            raise ConfigError(f"quantiles must lie between 0 and 1, are {list(quantiles)}")
        if not 1 <= segments <= flow.length:
            raise ConfigError(f"segments must lie between 1 and {flow.length} samples, is {segments}")
        self.quantiles, self.segments = tuple(quantiles), segments
        count = flow.channels * (5 + len(self.quantiles) + segments) + 1
        self.scale = RunningScale(count)
        self.out = Flow.features(count)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        mask = torch.ones_like(x[:, 0], dtype=torch.bool) if valid is None else valid
        statistics = waveform_statistics(x.float(), mask, self.quantiles, self.segments)
        return self.scale(statistics, mask.any(dim=1))


def waveform_statistics(x: Tensor, valid: Tensor, quantiles: Sequence[float], segments: int) -> Tensor:
    """(B, C, L) and bool (B, L) → (B, C · (5 + quantiles + segments) + 1), the last the valid share.

    Quantiles lie linearly between order statistics. Slope and segments count valid samples only, over a
    time from −1 to 1. A row without valid samples gives 0.
    """
    mask = valid.unsqueeze(1)
    count = mask.sum(dim=-1).clamp(min=1)
    total = x.masked_fill(~mask, 0.0)
    mean = total.sum(dim=-1) / count
    centred = (x - mean.unsqueeze(-1)).masked_fill(~mask, 0.0)
    place = valid.cumsum(dim=1) - 1
    time = (2 * place / (count - 1).clamp(min=1) - 1).unsqueeze(1).masked_fill(~mask, 0.0)
    slope = (centred * time).sum(dim=-1) / time.square().sum(dim=-1).clamp(min=1e-6)
    part = (place * segments // count).clamp(0, segments - 1).unsqueeze(1)
    sums = x.new_zeros(*x.shape[:2], segments).scatter_add(-1, part.expand_as(x), total)
    sizes = x.new_zeros(len(x), 1, segments).scatter_add(-1, part, mask.to(x.dtype))
    ordered = x.masked_fill(~mask, torch.inf).sort(dim=-1).values
    ranks = [_order_statistic(ordered, count, q) for q in (0.0, *quantiles, 1.0)]
    deviation = (centred.square().sum(dim=-1) / count).sqrt()
    rows = [mean, deviation, slope, *ranks]
    found = torch.cat([torch.stack(rows, dim=-1), sums / sizes.clamp(min=1)], dim=-1).flatten(1)
    share = valid.float().mean(dim=1, keepdim=True)
    return torch.cat([found, share], dim=1).masked_fill(~valid.any(dim=1, keepdim=True), 0.0)


def _order_statistic(ordered: Tensor, count: Tensor, quantile: float) -> Tensor:
    """Quantile (B, C) of the first `count` (B, 1) entries of rows sorted along the last axis."""
    place = (count - 1).to(ordered.dtype) * quantile
    low = place.floor().long()
    high = torch.minimum(low + 1, count - 1)
    shape = (*ordered.shape[:2], 1)
    below = ordered.gather(-1, low.unsqueeze(1).expand(shape)).squeeze(-1)
    above = ordered.gather(-1, high.unsqueeze(1).expand(shape)).squeeze(-1)
    return torch.lerp(below, above, place - low)
