"""A fold is fitted in stages; each writes its state once and is skipped when the state is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from weldfusion.data.dataset import WeldWindows
from weldfusion.data.files import write_text
from weldfusion.errors import RunError
from weldfusion.systems.graph import FusionModel
from weldfusion.training.atomic import AGAIN, load_state, save_state
from weldfusion.training.bar import bar
from weldfusion.training.flows import plain_flows
from weldfusion.training.loader import in_order, loader
from weldfusion.training.network import NetworkStage, table
from weldfusion.training.processes import is_first
from weldfusion.training.selecting import first_classes, fit_selections
from weldfusion.training.several import OfModalities, judged, only
from weldfusion.training.standardisation import standardisation

STATISTICS, NETWORK = "1-statistics.pt", "2-network.pt"
FUSION, TEMPERATURE = "3-fusion.pt", "3-temperature.pt"


@dataclass(frozen=True)
class FoldData:
    """Windows of the parts that fitting may see; `untimed` names modalities given once per weld, `unlabelled`
    are those of the fit part and of unused welds, for what asks for no truth."""

    fit: WeldWindows
    select: WeldWindows | None
    calibrate: WeldWindows | None
    untimed: frozenset[str]
    unlabelled: WeldWindows | None = None


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
            raise RunError(f"{path}: does not fit this run ({cause}); {AGAIN}") from None


@dataclass(frozen=True)
class Statistics:
    """Standardisation, selected channels and priors of the heads, from the fit part only."""

    batch_size: int
    workers: int
    file: str = STATISTICS

    def run(self, fitted: Fitted, data: FoldData, folder: Path) -> dict[str, Any]:
        batches = loader(data.fit, in_order(len(data.fit), self.batch_size), self.workers)
        model = fitted.model
        numbers = standardisation(bar(batches, "statistics"), model.flows, set(data.untimed))
        for name, (mean, std) in numbers.items():
            model.fit_statistics(name, mean, std)
        fit_selections(model, data.fit, data.untimed, self.batch_size)
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
class PartOfNetwork:
    """One of several gradient stages; checkpoints and figures of its epochs go to a folder of its own, and
    the figures of all stages so far to `metrics.csv`.

    Args:
        stage: how it is trained.
        names: the modalities whose branches are trained.
        number: which stage it is, from 1.
    """

    stage: NetworkStage
    names: tuple[str, ...]
    number: int

    @property
    def file(self) -> str:
        return part_file(self.number)

    def run(self, fitted: Fitted, data: FoldData, folder: Path) -> dict[str, Any]:
        classes = balance_classes(data.fit) if self.stage.settings.balanced else None
        fit = OfModalities(data.fit, self.names)
        select = None if data.select is None else OfModalities(data.select, self.names)
        own = folder / f"stage{self.number}"
        with only(fitted.model, self.names):
            outcome = self.stage.run(judged(fitted.model), fit, select, classes, own)
        if is_first():
            earlier = [load_state(folder / part_file(n), "history")["history"] for n in range(1, self.number)]
            write_text(folder / "metrics.csv", table(numbered([*earlier, outcome["history"]])))
        return {"model": fitted.model.state_dict(), "modalities": list(self.names), **outcome}

    def apply(self, fitted: Fitted, state: Mapping[str, Any]) -> None:
        fitted.model.load_state_dict(state["model"])


@dataclass(frozen=True)
class WholeNetwork:
    """The network as all gradient stages left it."""

    stages: int
    file: str = NETWORK

    def run(self, fitted: Fitted, data: FoldData, folder: Path) -> dict[str, Any]:
        return {"model": fitted.model.state_dict(), "stages": self.stages}

    def apply(self, fitted: Fitted, state: Mapping[str, Any]) -> None:
        fitted.model.load_state_dict(state["model"])


def part_file(number: int) -> str:
    """The state after one of several gradient stages.

    >>> part_file(1)
    '2-network.1.pt'
    """
    return f"2-network.{number}.pt"


def numbered(histories: Sequence[list[dict[str, float]]]) -> list[dict[str, float]]:
    """The rows of several stages below each other, with the number of their stage.

    >>> numbered([[{"epoch": 1.0}], [{"epoch": 1.0}]])
    [{'stage': 1.0, 'epoch': 1.0}, {'stage': 2.0, 'epoch': 1.0}]
    """
    return [{"stage": float(number), **row} for number, rows in enumerate(histories, start=1) for row in rows]


def balance_classes(windows: WeldWindows) -> np.ndarray:
    """Class number (N,) of each window for the first class target, -1 where unknown.

    Raises RunError if no target is a class.
    """
    classes = first_classes(windows)
    if classes is None:
        raise RunError(
            f"training.balanced: none of the targets {', '.join(windows.targets)} is a class; set it to false"
        )
    return classes
