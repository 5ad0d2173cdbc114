"""The folds of a run, and the windows of each that fitting may see."""

from dataclasses import replace
from pathlib import Path

from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import Fold, Part
from weldfusion.data.folder import Dataset
from weldfusion.data.split_file import read_split
from weldfusion.data.strata import restricted
from weldfusion.errors import RunError
from weldfusion.layers.pretrained import without_pretrained
from weldfusion.systems.graph import FusionModel
from weldfusion.training.folder import RunFolder
from weldfusion.training.settings import FitSettings
from weldfusion.training.stages import FoldData


def plan(settings: FitSettings, dataset: Dataset, folder: Path) -> list[Fold]:
    """The folds of a run: those of its split.csv, or else those of the config's split, which spreads only
    targets that are trained (or that it names itself).
    """
    split = RunFolder(folder).split
    if split.is_file():
        return read_split(split)
    names = settings.data.targets
    if names is not None and (asked := getattr(settings.split, "target", None)):
        names = [*names, asked]
    return settings.split.folds(dataset.welds, restricted(dataset.card, names), settings.seed)


def learns_after(settings: FitSettings, windows: WeldWindows) -> bool:
    """Whether the late fusion of the model learns from windows that no gradient saw."""
    if settings.model.parts().fusion is None:
        return False
    with without_pretrained():
        return FusionModel(windows.flows, windows.targets, settings.model).learns_after


def nothing_apart(fold: Fold) -> Fold:
    """The fold for a run that fits nothing after training: welds kept apart for that join the fit part."""
    return replace(fold, parts={w: "fit" if part == "calibrate" else part for w, part in fold.parts.items()})


def fold_data(settings: FitSettings, windows: WeldWindows, fold: Fold) -> FoldData:
    """The windows of the parts that fitting may see.

    Raises RunError if such a part holds a weld of the test part, or the fit part is empty.
    """
    test = set(fold.welds("test"))
    known = set(windows.welds)

    def part(name: Part) -> WeldWindows | None:
        chosen = windows.subset([weld for weld in fold.welds(name) if weld in known])
        if leaked := test.intersection(chosen.welds):
            raise RunError(f"{fold.name}: weld {min(leaked)} is in the test part and in {name}")
        return chosen if len(chosen) else None

    fit = part("fit")
    if fit is None:
        raise RunError(f"{fold.name}: no weld of the data set is in the fit part; check split.csv")
    modalities = windows.dataset.card.modalities
    untimed = frozenset(name for name in fit.flows if not modalities[name].timed)
    unlabelled = None
    if settings.training.pretrain is not None:
        unused = [weld for weld in fold.welds("unused") if weld in known]
        unlabelled = windows.subset([*fit.welds, *unused])
    return FoldData(fit, part("select"), part("calibrate"), untimed, unlabelled)
