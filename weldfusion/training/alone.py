"""What each modality alone says of windows that no gradient saw, and late fusions that learn from it."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from weldfusion.data.batch import Batch, Truth
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.join import OutputJoin, prior_where_nothing
from weldfusion.training.temperature import Outputs, joined_truths, pooled, temperatures

LOTS = 4


@dataclass(frozen=True)
class Alone:
    """What each modality alone says of N windows.

    `outputs[target][modality]` is a raw output (N, …), `present[modality]` bool (N,), on the CPU;
    `groups` (N,) is the group of each window's weld.
    """

    outputs: dict[str, dict[str, Tensor]]
    present: dict[str, Tensor]
    truths: dict[str, Truth]
    groups: np.ndarray


@torch.no_grad()
def alone(model: FusionModel, batches: Iterable[Batch]) -> Alone:
    """What each modality of a model with a late fusion says of all windows."""
    assert isinstance(model.join, OutputJoin)
    model.eval()
    device = next(model.parameters()).device
    parts = []
    for batch in batches:
        features, here = model.features(batch.to(device), {})
        raw = {
            target: {name: x.float().cpu() for name, x in said.items()}
            for target, said in model.join.alone(features).items()
        }
        assert batch.where is not None
        present = {name: mask.cpu() for name, mask in here.items()}
        parts.append(Alone(raw, present, dict(batch.targets), np.asarray(batch.where.group)))
    return together(parts)


def together(parts: Sequence[Alone]) -> Alone:
    """Windows of several networks, as if one had predicted them."""
    first = parts[0]
    return Alone(
        {
            target: {name: torch.cat([part.outputs[target][name] for part in parts]) for name in said}
            for target, said in first.outputs.items()
        },
        {name: torch.cat([part.present[name] for part in parts]) for name in first.present},
        {name: joined_truths([part.truths[name] for part in parts]) for name in first.truths},
        np.concatenate([part.groups for part in parts]),
    )


@torch.no_grad()
def joined(model: FusionModel, found: Alone) -> Outputs:
    """Raw output and truth by target, joined by the model's late fusion."""
    assert isinstance(model.join, OutputJoin)
    result = {}
    for target, said in found.outputs.items():
        raw = model.join.joined(target, said, found.present)
        whole = prior_where_nothing(raw, model.head(target), found.present)
        result[target] = (whole.double(), found.truths[target])
    return result


def cross_fitted(model: FusionModel, found: Alone) -> Outputs:
    """As `joined`, but each lot of whole groups by a fusion that learned from the others; the model stays.

    A fusion is surer of windows that it learned from than of others, so their temperature would be too low.
    With windows of one group only it is `joined`.
    """
    lots = lots_of(found.groups)
    if len(lots) < 2:
        return joined(model, found)
    parts = []
    for lot in lots:
        trial = deepcopy(model)
        for target in model.targets:
            if learning(model).fusions[target].fitted_after:
                fit_fusion(trial, target, chosen(found, ~lot))
        parts.append(joined(trial, chosen(found, lot)))
    return pooled(parts)


def lots_of(groups: np.ndarray) -> list[Tensor]:
    """Which windows, bool (N,), are in each of at most `LOTS` lots of whole groups.

    >>> [lot.tolist() for lot in lots_of(np.array(["b", "a", "b"]))]
    [[False, True, False], [True, False, True]]
    """
    names, number = np.unique(groups.astype(str), return_inverse=True)
    return [torch.from_numpy(number % LOTS == lot) for lot in range(min(LOTS, len(names)))]


def chosen(found: Alone, rows: Tensor) -> Alone:
    """Some of the windows, `rows` bool (N,)."""
    return Alone(
        {target: {name: raw[rows] for name, raw in said.items()} for target, said in found.outputs.items()},
        {name: here[rows] for name, here in found.present.items()},
        {target: rows_of(truth, rows) for target, truth in found.truths.items()},
        found.groups[rows.numpy()],
    )


def learning(model: FusionModel) -> OutputJoin:
    """The join of a model whose late fusion learns after training."""
    assert isinstance(model.join, OutputJoin)
    return model.join


def fit_fusion(model: FusionModel, target: str, found: Alone) -> dict[str, Any]:
    """Fits temperatures and late fusion of a target; gives both as state.

    Only windows whose truth is known count; without one both stay as they are.
    """
    join = learning(model)
    heads, tempered, fusion = join.by_modality(target), join.tempered[target], join.fusions[target]
    known = found.truths[target].known
    truth = rows_of(found.truths[target], known)
    said = {name: raw[known] for name, raw in found.outputs[target].items()}
    present = {name: here[known] for name, here in found.present.items()}
    scales: dict[str, float] = {}
    for name, raw in said.items():
        here = present[name]
        scales |= temperatures({name: heads[name]}, {name: (raw[here].double(), rows_of(truth, here))})
    tempered.fit(scales)
    if len(truth.known):
        with torch.no_grad():
            fusion.fit_outputs(join.heads_of(target)[0], tempered(said), present, truth)
    return {"temperature": scales, "fusion": fusion.state_dict()}


def rows_of(truth: Truth, rows: Tensor) -> Truth:
    """The truths of some windows, `rows` bool (N,)."""
    return Truth(truth.value[rows], truth.known[rows])
