"""Predictions of the networks of a run: each with the welds that are its to predict."""

from collections.abc import Iterator, Sequence

import pandas as pd

from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import PARTS
from weldfusion.data.folder import Dataset
from weldfusion.data.manifest import Weld
from weldfusion.errors import RunError, did_you_mean
from weldfusion.evaluation.evaluate import Frames
from weldfusion.evaluation.join import join_windows
from weldfusion.run.kept import ALL, KeptRun
from weldfusion.run.laid_out import LaidOut
from weldfusion.training.predictor import Predictor


def predictions(run: KeptRun, dataset: Dataset, part: str | None) -> Frames:
    """Predictions per window and per weld of every network, for a part of the run's data as `networks` gives
    it; `group` is then what the split kept together."""
    laid_out, workers = LaidOut(dataset, run.settings.data), run.settings.data.workers
    windows = [own.predict(its, workers=workers) for own, its in networks(run, laid_out, part)]
    joined = [join_windows(frame) for frame in windows]
    frames = pd.concat(windows, ignore_index=True), pd.concat(joined, ignore_index=True)
    return frames if part is None else (in_groups(run, frames[0]), in_groups(run, frames[1]))


def networks(run: KeptRun, laid_out: LaidOut, part: str | None) -> Iterator[tuple[Predictor, WeldWindows]]:
    """Each trained network with the windows of a part of the run's data, or of all welds of another data set
    (`part` None). Raises RunError where no network has a weld."""
    dataset = laid_out.dataset
    if part not in (*PARTS, ALL, None):
        raise RunError(f"part {part!r}: no such part; {did_you_mean(str(part), (*PARTS, ALL))}")
    found = [(fold, seed, _of_part(run, dataset, fold, part)) for fold, seed in run.folds]
    if not any(welds for *_, welds in found):
        raise RunError(f"{run.folder.path}: no weld of {dataset.root} is in the part asked for")
    for fold, seed, welds in (entry for entry in found if entry[2]):
        predictor = run.predictor(fold, seed)
        windows = laid_out.of(welds, predictor.model.flows)
        _check_channels(windows, predictor)
        yield predictor, windows


def in_groups(run: KeptRun, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the groups of the split, which intervals resample as a whole."""
    kept = {name: fold.groups or {} for name, fold in run.split.items()}
    pairs = zip(frame["fold"], frame["weld"], strict=True)
    return frame.assign(group=[kept[fold].get(weld, weld) for fold, weld in pairs])


def _of_part(run: KeptRun, dataset: Dataset, fold: str, part: str | None) -> Sequence[Weld]:
    if part is None:
        return dataset.welds
    its = run.welds(fold, part)
    return [weld for weld in dataset.welds if weld.id in its]


def _check_channels(windows: WeldWindows, predictor: Predictor) -> None:
    """Where the card of the run names no channels, their number must be that of training."""
    for name, flow in predictor.model.flows.items():
        if (found := windows.flows[name].channels) != flow.channels:
            raise RunError(
                f"{windows.dataset.root}: {name} has {found} channels, the run was trained with "
                f"{flow.channels}; name its channels in the cards, or correct the recordings"
            )
