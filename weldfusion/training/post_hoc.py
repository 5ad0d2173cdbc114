"""Stages after the gradients: late fusions that learn, and temperatures; from windows no gradient saw."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import torch
from torch import Tensor

from weldfusion.data.batch import Batch, Truth
from weldfusion.data.dataset import WeldWindows
from weldfusion.layers.tempered import Tempered
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.join import OutputJoin, prior_where_nothing
from weldfusion.training.loader import in_order, loader
from weldfusion.training.stages import FUSION, TEMPERATURE, Fitted, FoldData
from weldfusion.training.temperature import Outputs, joined_truths, outputs, pooled, temperatures

Seen = tuple[FusionModel, WeldWindows]


class Held(Protocol):
    """Windows that no gradient saw, each lot with a network that has not seen them."""

    def networks(self, fitted: Fitted, data: FoldData, folder: Path) -> Iterator[Seen]: ...


class CalibrationPart:
    """The part that the split keeps apart, and the network of the fold."""

    def networks(self, fitted: Fitted, data: FoldData, folder: Path) -> Iterator[Seen]:
        assert data.calibrate is not None
        yield fitted.model, data.calibrate


@dataclass(frozen=True)
class Alone:
    """What each modality alone says of N windows.

    `outputs[target][modality]` is a raw output (N, …), `present[modality]` bool (N,); on the CPU.
    """

    outputs: dict[str, dict[str, Tensor]]
    present: dict[str, Tensor]
    truths: dict[str, Truth]


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
        parts.append(Alone(raw, {name: mask.cpu() for name, mask in here.items()}, dict(batch.targets)))
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


@dataclass(frozen=True)
class LearnedFusion:
    """First a temperature for what each modality says alone, then what the late fusion learns from that."""

    held: Held
    batch_size: int
    file: str = FUSION

    def run(self, fitted: Fitted, data: FoldData, folder: Path) -> dict[str, Any]:
        found = said_alone(self.held, self.batch_size, fitted, data, folder)
        model = fitted.model.cpu()
        return {
            "fusions": {
                target: fit_fusion(model, target, found)
                for target in model.targets
                if learning(model).fusion_of(target).fitted_after
            }
        }

    def apply(self, fitted: Fitted, state: Mapping[str, Any]) -> None:
        apply_fusions(fitted.model, state)


def learning(model: FusionModel) -> OutputJoin:
    """The join of a model whose late fusion learns after training."""
    assert isinstance(model.join, OutputJoin)
    return model.join


def fit_fusion(model: FusionModel, target: str, found: Alone) -> dict[str, Any]:
    """Fits temperatures and late fusion of a target; gives both as state.

    Only windows whose truth is known count; without one both stay as they are.
    """
    join = learning(model)
    heads, tempered, fusion = join.by_modality(target), scales_of(join, target), join.fusion_of(target)
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


def scales_of(join: OutputJoin, target: str) -> Tempered:
    """The temperatures of what each modality alone says of a target."""
    return cast(Tempered, join.tempered[target])


def rows_of(truth: Truth, rows: Tensor) -> Truth:
    """The truths of some windows, `rows` bool (N,)."""
    return Truth(truth.value[rows], truth.known[rows])


def apply_fusions(model: FusionModel, state: Mapping[str, Any]) -> None:
    """Takes over the state of `LearnedFusion`. Raises KeyError or RuntimeError if it does not fit."""
    join = learning(model)
    for target in join.tempered:
        kept = state["fusions"][target]
        scales_of(join, target).fit(kept["temperature"])
        join.fusion_of(target).load_state_dict(kept["fusion"])


@dataclass(frozen=True)
class Temperature:
    """One temperature per target with probabilities, of what the whole model says."""

    held: Held
    batch_size: int
    file: str = TEMPERATURE

    def run(self, fitted: Fitted, data: FoldData, folder: Path) -> dict[str, Any]:
        model = fitted.model
        if model.learns_after:
            found = joined(model.cpu(), said_alone(self.held, self.batch_size, fitted, data, folder))
        else:
            found = pooled(
                [
                    outputs(network, batches(windows, self.batch_size))
                    for network, windows in self.held.networks(fitted, data, folder)
                ]
            )
        return {"temperature": temperatures({name: model.head(name) for name in model.targets}, found)}

    def apply(self, fitted: Fitted, state: Mapping[str, Any]) -> None:
        fitted.temperature = dict(state["temperature"])


def said_alone(held: Held, batch_size: int, fitted: Fitted, data: FoldData, folder: Path) -> Alone:
    """What each modality alone says of the windows that no gradient saw."""
    return together(
        [
            alone(network, batches(windows, batch_size))
            for network, windows in held.networks(fitted, data, folder)
        ]
    )


def batches(windows: WeldWindows, batch_size: int) -> Iterable[Batch]:
    """All windows in order."""
    return loader(windows, in_order(len(windows), batch_size), 0)
