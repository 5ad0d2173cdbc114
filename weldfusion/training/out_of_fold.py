"""Predictions of welds that no gradient saw, where these are too few to keep a part apart: out-of-fold."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import Dealing, Fold
from weldfusion.data.strata import restricted
from weldfusion.errors import RunError
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.system import System
from weldfusion.training.checkpoint import forget_checkpoints
from weldfusion.training.keyed import INIT, generator, seed_of
from weldfusion.training.post_hoc import Seen
from weldfusion.training.stages import Fitted, FoldData, Stage, run_stages

INNER_FOLDS = 4


@dataclass(frozen=True)
class OutOfFold:
    """Networks that did not see the welds which they are to predict.

    The training welds are divided by group into four inner folds. For each a network is trained on the
    others with the same settings; its states stay in the folder, so that it is trained once, its checkpoints
    go when the last of them is written. The network of the fold itself
    stays as it is: it was trained on all training welds.

    Args:
        fold: the fold that is being fitted.
        seed: key of first weights and inner folds.
        system: the `model:` section.
        first: the stages of the network of a fold, given a title.
    """

    fold: Fold
    seed: int
    system: System
    first: Callable[[str], Sequence[Stage]]

    def networks(self, fitted: Fitted, data: FoldData, folder: Path) -> Iterator[Seen]:
        inner = inner_folds(data, self.fold, self.seed)
        for number, held in enumerate(inner, start=1):
            part = without(data, held)
            torch.manual_seed(seed_of(self.seed, INIT))
            model = FusionModel(data.fit.flows, data.fit.targets, self.system)
            stages = self.first(f"{self.fold.name} seed {self.seed}, calibration {number} of {len(inner)}")
            own = folder / f"calibration{number}"
            run_stages(stages, Fitted(model), part, own)
            forget_checkpoints(own)
            assert part.calibrate is not None
            yield model, part.calibrate


def inner_folds(data: FoldData, fold: Fold, seed: int) -> list[frozenset[str]]:
    """The training welds of a fold in four lots of whole groups, classes spread evenly.

    Raises RunError if they are of one group only.
    """
    training = {*data.fit.welds, *(data.select.welds if data.select else [])}
    dataset = data.fit.dataset
    welds = [weld for weld in dataset.welds if weld.id in training]
    groups = [(fold.groups or {}).get(weld.id, weld.id) for weld in welds]
    if len(set(groups)) < 2:
        raise RunError(
            f"training.calibrate: {fold.name} has training welds of one group only, so no prediction can be "
            "out-of-fold; set it to false"
        )
    dealing = Dealing(
        welds, groups, restricted(dataset.card, list(data.fit.targets)), None, allow_unseen=True
    )
    count = min(INNER_FOLDS, len(dealing.names))
    lots = dealing.deal(
        np.arange(len(dealing.names)), [1 / count] * count, generator(seed, INIT), keeper=None
    )
    names = [set(dealing.names[lot]) for lot in lots if len(lot)]
    return [frozenset(weld for weld in training if dealing.group_of[weld] in lot) for lot in names]


def without(data: FoldData, held: frozenset[str]) -> FoldData:
    """Fit and select parts without the welds of `held`, which become the calibration part."""
    fit = _subset(data.fit, lambda weld: weld not in held)
    if fit is None:
        raise RunError("training.calibrate: an inner fold has no weld to fit on; set it to false")
    select = None if data.select is None else _subset(data.select, lambda weld: weld not in held)
    everyone = data.fit.subset([*data.fit.welds, *(data.select.welds if data.select else [])])
    seen = None if data.unlabelled is None else _subset(data.unlabelled, lambda weld: weld not in held)
    calibrate = _subset(everyone, lambda weld: weld in held)
    return replace(data, fit=fit, select=select, calibrate=calibrate, unlabelled=seen)


def _subset(windows: WeldWindows, wanted: Callable[[str], bool]) -> WeldWindows | None:
    chosen = windows.subset([weld for weld in windows.welds if wanted(weld)])
    return chosen if len(chosen) else None
