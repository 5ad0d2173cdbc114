"""Grad-CAM of all sensors of a fusion model for one batch: forward once, backward once per output."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from weldfusion.data.batch import Batch
from weldfusion.explain.grad_cam import class_map, cut, frozen, gradients
from weldfusion.explain.raw_axis import cells_valid
from weldfusion.explain.sources import Source
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.image_set import ImageSet
from weldfusion.systems.shared_rows import shared_rows

Maps = dict[tuple[str, str, str], np.ndarray]


@dataclass
class _Taken:
    """What was taken of one sensor on the way forward.

    `values` is what the gradient is asked of: tokens (B, L, D), rows of a trunk's map (R, C, L), or the
    stem's output (B, …), from which `inside` (R, C, *cells) is reached by going back through `given`.
    `channels_last`: tokens, or a map (R, *cells, C). `rows` (B,) or (B, K) is each window's (picture's) row
    of the map, −1 where there is none.
    """

    values: Tensor
    rows: Tensor
    channels_last: bool = False
    given: Tensor | None = None
    inside: Tensor | None = None


def batch_maps(model: FusionModel, found: Mapping[str, Source | None], batch: Batch) -> Maps:
    """Maps (B, *cells) float32 by (sensor, target, class); signed, NaN where nothing is.

    Scores are raw outputs: a class's logit, a number in standard deviations; of a dense target their mean
    over the steps. The network is left as it was.
    """
    has = {name: source for name, source in found.items() if source is not None}
    here = model.presence(batch, {})
    taken: dict[str, _Taken] = {}
    maps: Maps = {}
    with frozen(model), torch.enable_grad():
        raw = _forward(model, has, batch, here, taken)
        names = sorted(taken)
        for target, spec in model.targets.items():
            scores = raw[target].float().reshape(len(batch), len(spec.labels), -1).mean(dim=2)
            for place, label in enumerate(spec.labels):
                slopes = gradients(scores[:, place], [taken[name].values for name in names])
                for name, slope in zip(names, slopes, strict=True):
                    cells = _map(taken[name], slope).cpu().numpy()
                    maps[name, target, label] = _real_only(cells, has[name], batch.valid.get(name))
    return maps


def _forward(
    model: FusionModel,
    has: Mapping[str, Source],
    batch: Batch,
    here: Mapping[str, Tensor],
    taken: dict[str, _Taken],
) -> dict[str, Tensor]:
    """Raw outputs; what the gradients are asked of is noted in `taken`."""
    x: dict[str, Tensor] = {}
    valid: dict[str, Tensor] = {}
    for name in model.encoders:
        x[name] = _stem(model, name, has.get(name), batch, here[name], taken)
        mask = model.stem_valid(name, batch)
        if mask is not None:
            valid[name] = mask
    x, valid = model.exchanged(x, valid, here)
    features = {}
    for name in x:
        source = has.get(name)
        if source is not None and source.within == "tokens":
            x[name] = _asked(x[name])
            everyone = torch.arange(len(batch), device=here[name].device)
            taken[name] = _Taken(x[name], torch.where(here[name], everyone, -1), channels_last=True)
        if source is None or source.within != "trunk" or source.place is None:
            features[name] = model.feature(name, x[name], valid.get(name), here[name])
            continue
        with cut(source.place.module, source.place.call) as made:
            features[name] = model.feature(name, x[name], valid.get(name), here[name])
        if made:
            taken[name] = _Taken(made[0], _own_rows(here[name]), source.place.channels_last)
    return model.outputs(features, here)


def _stem(
    model: FusionModel,
    name: str,
    source: Source | None,
    batch: Batch,
    here: Tensor,
    taken: dict[str, _Taken],
) -> Tensor:
    if source is None or source.within != "stem" or source.place is None:
        return model.stem(name, batch, here)
    with cut(source.place.module, source.place.call) as made:
        given = model.stem(name, batch, here)
    if not made:
        return given
    values = given.detach().requires_grad_()
    rows, last = _stem_rows(model, name, batch, here), source.place.channels_last
    taken[name] = _Taken(values, rows, last, given=given, inside=made[0])
    return values


def _asked(x: Tensor) -> Tensor:
    return x if x.requires_grad else x.detach().requires_grad_()


def _own_rows(here: Tensor) -> Tensor:
    """(B,) rank of each present sample among the present ones, −1 for the others."""
    return torch.where(here, here.long().cumsum(0) - 1, -1)


def _stem_rows(model: FusionModel, name: str, batch: Batch, here: Tensor) -> Tensor:
    """Row of a map inside the stem for each window (B,) or picture (B, K): photos that windows share are
    encoded once, absent ones not at all."""
    flow, mask = model.flows[name], batch.valid.get(name)
    shared = shared_rows(batch.inputs[name], mask, batch.where) if flow.kind == "image" else None
    everyone = torch.arange(len(here), device=here.device)
    first, unit = shared or (everyone, everyone)
    wanted = torch.zeros_like(first, dtype=torch.bool).index_put((unit[here],), here.new_tensor(True))
    if flow.count is not None and isinstance(model.encoders[name], ImageSet):
        real = wanted.unsqueeze(1).repeat(1, flow.count)
        wanted = real if mask is None else real & mask[first]
    rows = _own_rows(wanted.flatten()).view_as(wanted)[unit]
    return rows.masked_fill(~here.view(-1, *[1] * (rows.ndim - 1)), -1)


def _map(taken: _Taken, slope: Tensor) -> Tensor:
    """Maps (B, *cells) or (B, K, *cells) from the slope of a score; NaN where a window has no row."""
    if taken.inside is None or taken.given is None:
        return _of_rows(_class_map(taken, taken.values, slope), taken.rows)
    found = torch.empty(0)
    for turn in _turns(taken.rows):
        weight = slope * turn.view(-1, *[1] * (slope.ndim - 1))
        (inner,) = gradients(taken.given, [taken.inside], weight)
        part = _of_rows(_class_map(taken, taken.inside, inner), taken.rows)
        found = part if not len(found) else torch.where(turn.view(-1, *[1] * (part.ndim - 1)), part, found)
    return found


def _class_map(taken: _Taken, maps: Tensor, slope: Tensor) -> Tensor:
    first = (one.movedim(-1, 1) if taken.channels_last else one for one in (maps.detach(), slope))
    return class_map(*first)


def _turns(rows: Tensor) -> list[Tensor]:
    """Masks (B,) such that no two windows of one mask share a row: one mask where none are shared."""
    wide = rows.reshape(len(rows), -1)
    same = (wide.unsqueeze(1) == wide.unsqueeze(0)).all(dim=2)
    turn = same.tril(-1).sum(dim=1).masked_fill((wide < 0).all(dim=1), 0)
    return [turn == number for number in range(int(turn.max()) + 1)]


def _of_rows(maps: Tensor, rows: Tensor) -> Tensor:
    """Rows (R, *cells) put to their windows: (B, *cells) or (B, K, *cells), NaN where the row is −1."""
    chosen = maps[rows.clamp(min=0)]
    return chosen.masked_fill((rows < 0).view(*rows.shape, *[1] * (maps.ndim - 1)), torch.nan)


def _real_only(cells: np.ndarray, source: Source, valid: Tensor | None) -> np.ndarray:
    """NaN where the recording is padding or a gap."""
    if valid is None or not source.over_time:
        return cells
    real = cells_valid(valid.cpu().numpy(), source.samples())
    return np.where(real.reshape(len(real), *[1] * (cells.ndim - 2), -1), cells, np.float32(np.nan))
