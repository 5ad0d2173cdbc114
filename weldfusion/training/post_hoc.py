"""Stages after the gradients: late fusions that learn, and temperatures; from windows no gradient saw."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from weldfusion.data.batch import Batch
from weldfusion.data.dataset import WeldWindows
from weldfusion.systems.graph import FusionModel
from weldfusion.training.alone import Alone, alone, cross_fitted, fit_fusion, learning, together
from weldfusion.training.loader import in_order, loader
from weldfusion.training.stages import FUSION, TEMPERATURE, Fitted, FoldData
from weldfusion.training.temperature import outputs, pooled, temperatures

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
                if learning(model).fusions[target].fitted_after
            }
        }

    def apply(self, fitted: Fitted, state: Mapping[str, Any]) -> None:
        apply_fusions(fitted.model, state)


def apply_fusions(model: FusionModel, state: Mapping[str, Any]) -> None:
    """Takes over the state of `LearnedFusion`. Raises KeyError or RuntimeError if it does not fit."""
    join = learning(model)
    for target in join.tempered:
        kept = state["fusions"][target]
        join.tempered[target].fit(kept["temperature"])
        join.fusions[target].load_state_dict(kept["fusion"])


@dataclass(frozen=True)
class Temperature:
    """One temperature per target with probabilities, of what the whole model says; of windows that a late
    fusion learned from, by one that did not (`cross_fitted`)."""

    held: Held
    batch_size: int
    file: str = TEMPERATURE

    def run(self, fitted: Fitted, data: FoldData, folder: Path) -> dict[str, Any]:
        model = fitted.model
        if model.learns_after:
            found = cross_fitted(model.cpu(), said_alone(self.held, self.batch_size, fitted, data, folder))
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
