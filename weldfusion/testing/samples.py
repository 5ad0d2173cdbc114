"""Random inputs for the contracts, keyed by a seed."""

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from torch import Tensor

from weldfusion.data.batch import Batch, Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.testing.probe import SAMPLES


def random_values(flow: Flow, seed: int) -> Tensor:
    """(B, *flow.shape), standard normal."""
    return torch.randn((SAMPLES, *flow.shape), generator=torch.Generator().manual_seed(seed))


def random_mask(flow: Flow, seed: int) -> Tensor | None:
    """bool (B, L): the first sample whole, the others cut at random, the last one empty.

    None for flows without a mask: single images, features, maps.
    """
    if flow.kind in ("waveform", "tokens"):
        length = flow.length or 0
    elif flow.kind == "table":
        length = flow.channels
    elif flow.kind == "image" and flow.count is not None:
        length = flow.count
    else:
        return None
    ends = np.random.default_rng(seed).integers(length // 2, length + 1, size=SAMPLES)
    ends[0], ends[-1] = length, 0
    return torch.arange(length) < torch.as_tensor(ends).unsqueeze(1)


def everything(names: Iterable[str]) -> dict[str, Tensor]:
    """Every modality present in every sample."""
    return {name: torch.ones(SAMPLES, dtype=torch.bool) for name in names}


def some(names: Iterable[str], seed: int) -> dict[str, Tensor]:
    """Each modality absent in about a third of the samples, but present in the first two."""
    rng = np.random.default_rng(seed)
    drawn = {name: torch.as_tensor(rng.random(SAMPLES) > 0.33) for name in sorted(names)}
    for mask in drawn.values():
        mask[:2] = True
        mask[2:] = mask[2:].roll(seed)
    return drawn


def presences(names: Iterable[str]) -> dict[str, dict[str, Tensor]]:
    """All present, each modality missing in every other sample in turn, and all missing there."""
    names = sorted(names)
    every_other = torch.arange(SAMPLES) % 2 == 1
    found = {"all present": everything(names)}
    for name in names:
        found[f"{name} missing"] = everything(names) | {name: every_other.clone()}
    found["all missing"] = {name: every_other.clone() for name in names}
    return found


def random_truth(target: TargetSpec, seed: int) -> Truth:
    """Random truths of which the last one is not known; of a dense target the first step of the second one
    is not known either."""
    rng = np.random.default_rng(seed)
    known = torch.arange(SAMPLES) < SAMPLES - 1
    if target.kind == "class":
        value = torch.as_tensor(rng.integers(0, len(target.classes), SAMPLES))
    elif target.kind == "multilabel":
        value = torch.as_tensor(rng.integers(0, 2, (SAMPLES, len(target.classes)))).float()
    elif target.kind == "intervals":
        value = torch.as_tensor(rng.integers(0, 2, (SAMPLES, len(target.classes), target.steps))).float()
    elif target.kind == "curve":
        value = torch.as_tensor(rng.normal(100.0, 20.0, (SAMPLES, target.steps))).float()
    else:
        value = torch.as_tensor(rng.normal(100.0, 20.0, SAMPLES)).float()
    if target.dense:
        value[1, ..., 0] = torch.nan
    value[-1] = 0
    return Truth(value, known)


def random_batch(
    flows: Mapping[str, Flow],
    targets: Mapping[str, TargetSpec],
    present: Mapping[str, Tensor],
    seed: int,
) -> Batch:
    """A batch as the data station gives it: images 8-bit, 0 where absent or not valid."""
    inputs, valid = {}, {}
    for i, (name, flow) in enumerate(sorted(flows.items())):
        values = random_values(flow, seed + i)
        if flow.kind == "image":
            values = (values * 40 + 128).clamp(0, 255).to(torch.uint8)
        mask = random_mask(flow, seed + i)
        if mask is not None:
            valid[name] = mask | ~present[name].unsqueeze(1) | (torch.arange(SAMPLES) == 3).unsqueeze(1)
        inputs[name] = values
    truths = {name: random_truth(target, seed) for name, target in targets.items()}
    return Batch(inputs, dict(present), valid, truths)
