"""What a trained network predicts from each combination of its sensors."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import numpy as np
import torch
from torch import Tensor

from weldfusion.data.batch import Batch
from weldfusion.explain.explanation import Background
from weldfusion.explain.shapley import coalitions, within
from weldfusion.layers.standardise import Standardise
from weldfusion.systems.branch import zero_masked
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.training.predictor import Predictor

MOST_NUMBERS = 1 << 24
"""Numbers that go through exchanges and joins at once (64 MB)."""

Tensors = dict[str, Tensor]


def background_of(parts: Parts) -> Background:
    """What "without this sensor" means: absent, where training hid sensors now and then."""
    return "absent" if parts.modality_dropout > 0 else "training mean"


@torch.inference_mode()
def coalition_values(predictor: Predictor, batch: Batch, background: Background) -> dict[str, np.ndarray]:
    """Predictions (2^M, B, K) float64 of each target from all coalitions of the M sensors.

    Coalition c has sensor i (of the sorted names) where bit i of c is set. The last one is what the
    predictor predicts; a sensor that a sample lacks changes nothing, to the last bit. K are the classes or
    one number; of a dense target the mean over the window's steps. Each encoder runs once (with the
    background `training mean` twice); only what joins sensors runs for every coalition.

    Raises RunError for more than 12 sensors.
    """
    model = predictor.model
    member = torch.from_numpy(coalitions(len(model.flows))).to(predictor.device)
    batch = batch.to(predictor.device)
    here = model.presence(batch, {})
    own, valid = _encoded(model, batch, here)
    stand_in = own if background == "absent" else _encoded(model, at_mean(model, batch), here)[0]
    numbers = sum(x.numel() for x in own.values())
    found: dict[str, list[np.ndarray]] = {name: [] for name in model.targets}
    for part in member.split(max(1, MOST_NUMBERS // max(1, numbers))):
        x, there = _mixed(own, stand_in, here, part, background)
        if model.exchanges:
            masks = {name: mask.repeat(len(part), 1) for name, mask in valid.items()}
            x, masks = model.exchanged(x, masks, there)
            x = {name: model.feature(name, x[name], masks.get(name), there[name]) for name in x}
        for name, raw in model.outputs(x, there).items():
            found[name].append(_predicted(predictor, name, raw).reshape(len(part), len(batch), -1))
    present = np.array([here[name].cpu().numpy() for name in here])
    return {name: within(np.concatenate(parts), present) for name, parts in found.items()}


def at_mean(model: FusionModel, batch: Batch) -> Batch:
    """The batch with every value at its mean in training; masks and presence as they are."""
    inputs = {}
    for name, values in batch.inputs.items():
        standardise = cast(Standardise, model.standardise[name])
        shape = [1] * values.ndim
        shape[standardise.axis] = -1
        inputs[name] = standardise.mean.view(shape).expand(values.shape).contiguous()
    return replace(batch, inputs=inputs)


def _encoded(model: FusionModel, batch: Batch, here: Tensors) -> tuple[Tensors, Tensors]:
    """What is computed once: features where no exchange mixes sensors, else tokens with their masks."""
    x, valid = model.stems(batch, here)
    if model.exchanges:
        return x, valid
    return {name: model.feature(name, x[name], valid.get(name), here[name]) for name in x}, valid


def _mixed(
    own: Mapping[str, Tensor],
    stand_in: Mapping[str, Tensor],
    here: Mapping[str, Tensor],
    part: Tensor,
    background: Background,
) -> tuple[Tensors, Tensors]:
    """Some coalitions (P, M) of a batch below each other, (P · B, …), and which sensors are there."""
    x, there = {}, {}
    for place, name in enumerate(own):
        joins = part[:, place].repeat_interleave(len(here[name]))
        there[name] = here[name].repeat(len(part))
        if background == "absent":
            there[name] = there[name] & joins
        times = (len(part), *[1] * (own[name].ndim - 1))
        chosen = own[name].repeat(times)
        if stand_in is not own:
            wide = joins.view(-1, *[1] * (chosen.ndim - 1))
            chosen = torch.where(wide, chosen, stand_in[name].repeat(times))
        x[name] = zero_masked(chosen, None, there[name])
    return x, there


def _predicted(predictor: Predictor, target: str, raw: Tensor) -> np.ndarray:
    """Decoded values (N, K) of a raw output."""
    tempered = (raw / predictor.temperature.get(target, 1.0)).float()
    decoded = predictor.model.head(target).decode(tempered)
    columns = [value.reshape(len(value), -1).mean(dim=1) for value in decoded.values()]
    return torch.stack(columns, dim=1).cpu().double().numpy()
