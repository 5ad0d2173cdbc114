"""What a trained network predicts from each combination of its sensors."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from weldfusion.data.batch import Batch
from weldfusion.explain.explanation import Background
from weldfusion.explain.shapley import coalitions, within
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


@dataclass(frozen=True)
class Encoded:
    """What is computed once for a batch: of each sensor features (B, D), or tokens where an exchange mixes
    sensors, with their masks; what stands for it when it is left out; where it is present (B,)."""

    own: Tensors
    stand_in: Tensors
    valid: Tensors
    here: Tensors
    background: Background


def coalition_values(predictor: Predictor, batch: Batch, background: Background) -> dict[str, np.ndarray]:
    """Predictions (2^M, B, K) float64 of each target from all coalitions of the M sensors.

    Coalition c has sensor i (of the sorted names) where bit i of c is set. The last one is what the
    predictor predicts; a sensor that a sample lacks changes nothing, to the last bit. K are the classes or
    one number; of a dense target the mean over the window's steps. Each encoder runs once (with the
    background `training mean` twice); only what joins sensors runs for every coalition.

    Raises RunError for more than 12 sensors.
    """
    return joined_values(predictor, encoded(predictor, batch, background))


@torch.inference_mode()
def encoded(predictor: Predictor, batch: Batch, background: Background) -> Encoded:
    """The part of `coalition_values` that sees the recordings."""
    model = predictor.model
    batch = batch.to(predictor.device)
    here = model.presence(batch, {})
    own, valid = _encoded(model, batch, here)
    stand_in = own if background == "absent" else _encoded(model, at_mean(model, batch), here)[0]
    return Encoded(own, stand_in, valid, here, background)


@torch.inference_mode()
def joined_values(predictor: Predictor, given: Encoded) -> dict[str, np.ndarray]:
    """The part of `coalition_values` that joins sensors."""
    model = predictor.model
    member = torch.from_numpy(coalitions(len(given.own))).to(predictor.device)
    numbers = sum(x.numel() for x in given.own.values())
    found: dict[str, list[np.ndarray]] = {name: [] for name in model.targets}
    for part in member.split(max(1, MOST_NUMBERS // max(1, numbers))):
        x, there = _mixed(given, part)
        if model.exchanges:
            masks = {name: mask.repeat(len(part), 1) for name, mask in given.valid.items()}
            x, masks = model.exchanged(x, masks, there)
            x = {name: model.feature(name, x[name], masks.get(name), there[name]) for name in x}
        for name, raw in model.outputs(x, there).items():
            values = _predicted(predictor, name, raw)
            found[name].append(values.reshape(len(part), -1, values.shape[1]))
    present = np.array([mask.cpu().numpy() for mask in given.here.values()])
    return {name: within(np.concatenate(parts), present) for name, parts in found.items()}


def at_mean(model: FusionModel, batch: Batch) -> Batch:
    """The batch with every value at its mean in training; masks and presence as they are."""
    inputs = {}
    for name, values in batch.inputs.items():
        standardise = model.standardise[name]
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


def _mixed(given: Encoded, part: Tensor) -> tuple[Tensors, Tensors]:
    """Some coalitions (P, M) of a batch below each other, (P · B, …), and which sensors are there."""
    x, there = {}, {}
    for place, (name, own) in enumerate(given.own.items()):
        joins = part[:, place].repeat_interleave(len(own))
        there[name] = given.here[name].repeat(len(part))
        if given.background == "absent":
            there[name] = there[name] & joins
        times = (len(part), *[1] * (own.ndim - 1))
        chosen = own.repeat(times)
        if given.background == "training mean":
            wide = joins.view(-1, *[1] * (own.ndim - 1))
            chosen = torch.where(wide, chosen, given.stand_in[name].repeat(times))
        x[name] = zero_masked(chosen, None, there[name])
    return x, there


def _predicted(predictor: Predictor, target: str, raw: Tensor) -> np.ndarray:
    """Decoded values (N, K) of a raw output."""
    tempered = (raw / predictor.temperature.get(target, 1.0)).float()
    decoded = predictor.model.head(target).decode(tempered)
    columns = [value.reshape(len(value), -1).mean(dim=1) for value in decoded.values()]
    return torch.stack(columns, dim=1).cpu().double().numpy()
