"""What a study will take: steps of every cell, their cost measured on a few of each row."""

import copy
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field

import torch

from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import Fold, Part
from weldfusion.layers.pretrained import without_pretrained
from weldfusion.run.study_jobs import start_s
from weldfusion.run.study_plan import Planned, of_row, trained_welds
from weldfusion.run.study_precision import precision_here
from weldfusion.run.study_trial import MOST_S, Around, Known, tried
from weldfusion.studies.study import Cell
from weldfusion.systems.graph import FusionModel
from weldfusion.training.bar import bar
from weldfusion.training.devices import device_of
from weldfusion.training.folder import RunFolder
from weldfusion.training.folds import fold_data, nothing_apart
from weldfusion.training.heard import heard, warnings_of
from weldfusion.training.out_of_fold import INNER_FOLDS
from weldfusion.training.outlook import outlook, pretraining_outlook
from weldfusion.training.plain import plain_windows
from weldfusion.training.pretrain.stage import plan_of
from weldfusion.training.rehearsal import rehearse
from weldfusion.training.settings import FitSettings
from weldfusion.training.several import plans
from weldfusion.training.stages import FUSION, NETWORK, TEMPERATURE
from weldfusion.training.steps import steps_of
from weldfusion.training.trainer import check_trainer

FEW_WINDOWS = 32
FIT: tuple[Part, ...] = ("fit",)
PRETRAINING: tuple[Part, ...] = ("fit", "unused")


@dataclass(frozen=True)
class Cost:
    """What one cell still takes: networks (those of calibration included), steps of all of them, seconds;
    `trained` are the networks that are there already, `precision` is what networks are trained in,
    `evaluation_s` the seconds for predictions of the test welds and plain features of all, `around_s` those
    of all else (start, simple baselines, report), where a network is still to be trained."""

    cell: Cell
    training_welds: float
    parameters: int
    networks: int
    steps: int
    seconds: float
    trained: int
    precision: str
    evaluation_s: float = 0.0
    around_s: float = 0.0

    @property
    def step_s(self) -> float:
        return self.seconds / max(1, self.steps)


@dataclass(frozen=True)
class Costs:
    """The cost of cells; `tried` rows had a cell on trial, 0 where that takes too long: `around_s` is not
    known then. `once_s` are seconds before the first cell, less those of imports in this process;
    `to_evaluate` counts cells that are trained but not evaluated."""

    cells: Sequence[Cost]
    tried: int = 0
    once_s: float = 0.0
    to_evaluate: int = 0


@dataclass
class _Trials:
    """Trials so far: of how many rows, in how many seconds, and what they showed."""

    trust: Sequence[str]
    taken_s: float = 0.0
    found: list[Around] = field(default_factory=list)

    def around(self, planned: Planned, known: Known) -> Around | None:
        """By a trial of the cell, or the mean of the trials before where there were enough."""
        if self.taken_s < MOST_S and known.epoch + known.predictions + known.features < MOST_S:
            began = time.perf_counter()
            if (one := tried(planned, known, self.trust)) is not None:
                self.found.append(one)
            self.taken_s += time.perf_counter() - began
            if one is not None:
                return one
        return mean_of(self.found)


def rehearse_rows(planned: Sequence[Planned]) -> None:
    """Builds what each row needs once, so that no row ends a study at night that could not have begun.

    Raises what a fit would raise before its first step; each line of it, and each warning, begins with the
    row's name.
    """
    by_row = {one.cell.row.name: one for one in planned}
    with heard(), without_pretrained():
        for name, one in bar(by_row.items(), "checking", total=len(by_row)):
            with of_row(name), warnings_of(f"row {name}"):
                rehearse(one.settings, WeldWindows(one.dataset, one.settings.data))


def costs(planned: Sequence[Planned], trust: Sequence[str] = ()) -> Costs:
    """The cost of what every cell still lacks; a row's model takes three steps on its largest fraction, and
    small cells of the first rows are run for an epoch on trial.

    Raises what a fit would raise before its first step, each line beginning with the row's name.
    """
    began = time.perf_counter()
    rehearse_rows(planned)
    once = time.perf_counter() - began + start_s()
    by_row: dict[str, list[Planned]] = {}
    for one in planned:
        by_row.setdefault(one.cell.row.name, []).append(one)
    found, trials = list[Cost](), _Trials(trust)
    with heard(), without_pretrained():
        for name, cells in bar(by_row.items(), "measuring", total=len(by_row)):
            with of_row(name):
                found += _of_row(cells, trials)
    return Costs(found, len(trials.found), once)


def mean_of(found: Sequence[Around]) -> Around | None:
    """
    >>> mean_of([Around(1.0, 2.0, 3.0), Around(3.0, 2.0, 5.0)])
    Around(once=2.0, fold=2.0, network=4.0)
    """
    means = [sum(each) / len(found) for each in zip(*map(astuple, found), strict=True)]
    return Around(*means) if means else None


def _of_row(cells: Sequence[Planned], trials: _Trials) -> list[Cost]:
    largest = cells[-1]
    settings = largest.settings
    windows = WeldWindows(largest.dataset, settings.data)
    model = FusionModel(windows.flows, windows.targets, settings.model)
    held = settings.training.calibrate or model.learns_after

    def used(fold: Fold) -> Fold:
        return fold if held else nothing_apart(fold)

    def inner(fold: Fold) -> int:
        return INNER_FOLDS if held and not fold.welds("calibrate") else 0

    first = largest.folds[0]
    data = fold_data(settings, windows, used(first))
    lacking = any(_lacking(one, fold, inner(fold)) for one in cells for fold in one.folds)
    planned = plans(settings.training, settings.trainer)
    measured = zip(planned, outlook(settings, data, model), strict=True) if lacking else ()
    trainings = [(plan, one, FIT) for plan, (_, one) in measured]
    a_window = evaluation_of_a_window(settings, data.fit, model) if lacking else (0.0, 0.0)
    around = None
    if lacking:
        epoch = sum(-(-len(data.fit) // plan.training.batch_size) * one.step_s for plan, one, _ in trainings)
        tests, trained = len(_of_welds(windows, first.welds("test"))), 1 + inner(first)
        known = Known(epoch * trained, trained, a_window[0] * tests, a_window[1] * len(windows))
        around = trials.around(largest, known)
        if (before := settings.training.pretrain) is not None:
            a_step = pretraining_outlook(before, settings, data, model)
            trainings.append((plan_of(before, settings.trainer), a_step, PRETRAINING))
    parameters = sum(p.numel() for p in model.parameters())
    precision = precision_here(settings.trainer)
    found = []
    for one in cells:
        networks, steps, seconds, trained = 0, 0, 0.0, 0
        for fold in one.folds:
            count = _lacking(one, fold, inner(fold))
            networks, trained = networks + count, trained + one.seeds * (1 + inner(fold)) - count
            if not count:
                continue
            for plan, of_step, parts in trainings:
                seen = [weld for part in parts for weld in used(fold).welds(part)]
                its = steps_of(plan, len(_of_welds(windows, seen))) * count
                steps, seconds = steps + its, seconds + its * of_step.step_s
        tested = sum(len(_of_welds(windows, fold.welds("test"))) for fold in one.folds)
        after = a_window[0] * tested * one.seeds + a_window[1] * len(windows) if networks else 0.0
        beside = around.of(len(one.folds), networks) if around and networks else 0.0
        counts = (parameters, networks, steps, seconds, trained)
        found.append(Cost(one.cell, trained_welds(one.folds), *counts, precision, after, beside))
    return found


def evaluation_of_a_window(
    settings: FitSettings, windows: WeldWindows, model: FusionModel
) -> tuple[float, float]:
    """Seconds that a window takes to be predicted, and its plain features to be computed: measured on the
    windows of a few welds, which are read once before."""
    a_weld = len(windows) / len(windows.welds)
    few = windows.subset(windows.welds[: max(1, round(FEW_WINDOWS / a_weld))])
    device = device_of(check_trainer(settings.trainer))
    copied = copy.deepcopy(model).to(device).eval()
    whole = list(range(min(len(few), FEW_WINDOWS)))
    few.__getitems__(whole)
    start = time.perf_counter()
    with torch.inference_mode():
        copied.features(few.__getitems__(whole).to(device), {})
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    predicted = time.perf_counter() - start
    start = time.perf_counter()
    plain_windows(few)
    return predicted / len(whole), (time.perf_counter() - start) / len(few)


def _lacking(planned: Planned, fold: Fold, inner: int) -> int:
    """Networks of a fold not trained yet, of all seeds, each with `inner` more for its calibration."""
    run, first = RunFolder(planned.run), planned.settings.seed
    lacking = 0
    for seed in range(first, first + planned.seeds):
        place = run.fold(fold.name, seed)
        calibrated = any((place / file).is_file() for file in (FUSION, TEMPERATURE))
        below = [] if calibrated else [place / f"calibration{number}" for number in range(1, 1 + inner)]
        lacking += sum(not (network / NETWORK).is_file() for network in (place, *below))
    return lacking


def _of_welds(windows: WeldWindows, welds: Sequence[str]) -> WeldWindows:
    known = set(windows.welds)
    return windows.subset([weld for weld in welds if weld in known])
