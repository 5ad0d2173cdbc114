"""A fold is fitted in stages; each writes its state once and is skipped when the state is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from weldfusion.data.dataset import WeldWindows
from weldfusion.errors import RunError
from weldfusion.systems.graph import FusionModel
from weldfusion.training.atomic import load_state, save_state
from weldfusion.training.bar import bar
from weldfusion.training.flows import plain_flows
from weldfusion.training.loader import in_order, loader
from weldfusion.training.network import NetworkStage
from weldfusion.training.processes import is_first
from weldfusion.training.standardisation import standardisation
from weldfusion.training.temperature import fit_temperatures

STATISTICS, NETWORK, TEMPERATURE = "1-statistics.pt", "2-network.pt", "3-temperature.pt"


@dataclass(frozen=True)
class FoldData:
    """Windows of the parts that fitting may see; `untimed` names modalities given once per weld."""

    fit: WeldWindows
    select: WeldWindows | None
    calibrate: WeldWindows | None
    untimed: frozenset[str]


@dataclass
class Fitted:
    """What the stages of a fold make together: the network and a temperature per target."""

    model: FusionModel
    temperature: dict[str, float] = field(default_factory=dict)


class Stage(Protocol):
    """One step of fitting. `run` gives a state of tensors and plain values, `apply` takes it over."""

    @property
    def file(self) -> str: ...

    def run(self, fitted: Fitted, data: FoldData, folder: Path) -> dict[str, Any]: ...

    def apply(self, fitted: Fitted, state: Mapping[str, Any]) -> None: ...


def run_stages(stages: Sequence[Stage], fitted: Fitted, data: FoldData, folder: Path) -> None:
    """Runs the stages in order; a stage whose state is there is only applied.

    Of several processes all run the stages, and the first writes the states.
    """
    for stage in stages:
        path = folder / stage.file
        state = None
        if not path.is_file():
            state = stage.run(fitted, data, folder)
            if is_first():
                save_state(path, state)
        try:
            stage.apply(fitted, load_state(path) if state is None or is_first() else state)
        except (KeyError, RuntimeError) as error:
            cause = " ".join(str(error).split())[:200]
            raise RunError(f"{path}: does not fit this run ({cause}); delete it and fit again") from None


@dataclass(frozen=True)
class Statistics:
    """Standardisation and priors of the heads, from the fit part only."""

    batch_size: int
    workers: int
    file: str = STATISTICS

    def run(self, fitted: Fitted, data: FoldData, folder: Path) -> dict[str, Any]:
        batches = loader(data.fit, in_order(len(data.fit), self.batch_size), self.workers)
        model = fitted.model
        numbers = standardisation(bar(batches, "statistics"), model.flows, set(data.untimed))
        for name, (mean, std) in numbers.items():
            model.fit_statistics(name, mean, std)
        for name in model.targets:
            model.fit_truth(name, *data.fit.truth(name))
        steps = {name: target.steps for name, target in model.targets.items()}
        return {"flows": plain_flows(model.flows), "steps": steps, "buffers": dict(model.named_buffers())}

    def apply(self, fitted: Fitted, state: Mapping[str, Any]) -> None:
        fitted.model.load_state_dict(state["buffers"], strict=False)


@dataclass(frozen=True)
class Network:
    """The gradient stage."""

    stage: NetworkStage
    file: str = NETWORK

    def run(self, fitted: Fitted, data: FoldData, folder: Path) -> dict[str, Any]:
        classes = balance_classes(data.fit) if self.stage.settings.balanced else None
        outcome = self.stage.run(fitted.model, data.fit, data.select, classes, folder)
        return {"model": fitted.model.state_dict(), **outcome}

    def apply(self, fitted: Fitted, state: Mapping[str, Any]) -> None:
        fitted.model.load_state_dict(state["model"])


@dataclass(frozen=True)
class Temperature:
    """One temperature per target with probabilities, on the calibration part."""

    batch_size: int
    file: str = TEMPERATURE

    def run(self, fitted: Fitted, data: FoldData, folder: Path) -> dict[str, Any]:
        assert data.calibrate is not None
        batches = loader(data.calibrate, in_order(len(data.calibrate), self.batch_size), 0)
        return {"temperature": fit_temperatures(fitted.model, batches)}

    def apply(self, fitted: Fitted, state: Mapping[str, Any]) -> None:
        fitted.temperature = dict(state["temperature"])


def balance_classes(windows: WeldWindows) -> np.ndarray:
    """Class number (N,) of each window for the first class target, -1 where unknown.

    Raises RunError if no target is a class.
    """
    for name, target in windows.targets.items():
        if target.kind == "class":
            value, known = windows.truth(name)
            return np.where(known, value, -1).astype(np.int64)
    raise RunError(
        f"training.balanced: none of the targets {', '.join(windows.targets)} is a class; set it to false"
    )
