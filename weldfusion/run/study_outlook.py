"""What a study will take: steps of every cell, their cost measured on a few of each row."""

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import Fold
from weldfusion.layers.pretrained import without_pretrained
from weldfusion.run.study_plan import Planned, of_row, trained_welds
from weldfusion.run.study_precision import precision_here
from weldfusion.studies.study import Cell
from weldfusion.systems.graph import FusionModel
from weldfusion.training.bar import bar
from weldfusion.training.devices import device_of
from weldfusion.training.folder import RunFolder
from weldfusion.training.folds import fold_data, nothing_apart
from weldfusion.training.heard import heard
from weldfusion.training.out_of_fold import INNER_FOLDS
from weldfusion.training.outlook import outlook
from weldfusion.training.plain import plain_windows
from weldfusion.training.rehearsal import rehearse
from weldfusion.training.settings import FitSettings
from weldfusion.training.several import plans
from weldfusion.training.stages import FUSION, NETWORK, TEMPERATURE
from weldfusion.training.trainer import check_trainer

FEW_WINDOWS = 32


@dataclass(frozen=True)
class Cost:
    """What one cell still takes: networks (those of calibration included), steps of all of them, seconds;
    `trained` are the networks that are there already, `precision` is what networks are trained in,
    `evaluation_s` the seconds for predictions of the test welds and plain features of all, where a network is
    still to be trained."""

    cell: Cell
    training_welds: float
    parameters: int
    networks: int
    steps: int
    seconds: float
    trained: int
    precision: str
    evaluation_s: float = 0.0

    @property
    def step_s(self) -> float:
        return self.seconds / max(1, self.steps)


def rehearse_rows(planned: Sequence[Planned]) -> None:
    """Builds what each row needs once, so that no row ends a study at night that could not have begun.

    Raises what a fit would raise before its first step, each line beginning with the row's name.
    """
    by_row = {one.cell.row.name: one for one in planned}
    with heard(), without_pretrained():
        for name, one in bar(by_row.items(), "checking", total=len(by_row)):
            with of_row(name):
                rehearse(one.settings, WeldWindows(one.dataset, one.settings.data))


def costs(planned: Sequence[Planned]) -> list[Cost]:
    """The cost of what every cell still lacks; a row's model takes three steps on its largest fraction.

    Raises what a fit would raise before its first step, each line beginning with the row's name.
    """
    by_row: dict[str, list[Planned]] = {}
    for one in planned:
        by_row.setdefault(one.cell.row.name, []).append(one)
    found = []
    with heard(), without_pretrained():
        for name, cells in bar(by_row.items(), "measuring", total=len(by_row)):
            with of_row(name):
                found += _of_row(cells)
    return found


def _of_row(cells: Sequence[Planned]) -> list[Cost]:
    largest = cells[-1]
    settings = largest.settings
    windows = WeldWindows(largest.dataset, settings.data)
    model = FusionModel(windows.flows, windows.targets, settings.model)
    held = settings.training.calibrate or model.learns_after

    def used(fold: Fold) -> Fold:
        return fold if held else nothing_apart(fold)

    def inner(fold: Fold) -> int:
        return INNER_FOLDS if held and not fold.welds("calibrate") else 0

    data = fold_data(settings, windows, used(largest.folds[0]))
    lacking = any(_lacking(one, fold, inner(fold)) for one in cells for fold in one.folds)
    measured = outlook(settings, data, model) if lacking else []
    a_window = evaluation_of_a_window(settings, data.fit, model) if lacking else (0.0, 0.0)
    sizes = [plan.training.batch_size for plan in plans(settings.training, settings.trainer)]
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
            of_fold = len(windows.subset(_known(used(fold).welds("fit"), windows)))
            for (whole, stage), size in zip(measured, sizes, strict=True):
                its = round(whole * -(-of_fold // size) / -(-len(data.fit) // size)) * count
                steps, seconds = steps + its, seconds + its * stage.step_s
        tested = sum(len(windows.subset(_known(fold.welds("test"), windows))) for fold in one.folds)
        after = a_window[0] * tested * one.seeds + a_window[1] * len(windows) if networks else 0.0
        counts = (parameters, networks, steps, seconds, trained)
        found.append(Cost(one.cell, trained_welds(one.folds), *counts, precision, after))
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


def _known(welds: Sequence[str], windows: WeldWindows) -> list[str]:
    known = set(windows.welds)
    return [weld for weld in welds if weld in known]
