"""Training a segmenter on the masks of a data set, and its figures on welds that it has not seen."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from weldfusion.data.card import TargetSpec
from weldfusion.data.dealing import Fold
from weldfusion.data.files import write_text
from weldfusion.data.folder import Dataset, fingerprint, read_dataset
from weldfusion.data.split_file import write_split
from weldfusion.data.splits import HoldOut, Split
from weldfusion.data.weld import Weld
from weldfusion.errors import RunError
from weldfusion.layers.segmenter import Segmenter, read_segmenter
from weldfusion.report.page import write_page
from weldfusion.report.segmentation import TRUTH, segmentation_report
from weldfusion.training.checkpoint import forget_own_checkpoints
from weldfusion.training.environment import environment
from weldfusion.training.folder import as_plain, differences
from weldfusion.training.heard import heard
from weldfusion.training.segmentation import SegmentationSettings, train_segmenter
from weldfusion.training.segmentation_data import (
    channels_of,
    mask_target,
    outlined,
    read_example,
    with_masks,
)
from weldfusion.training.segmentation_figures import find_masks, object_is_bright, summary
from weldfusion.training.segmentation_file import save_segmenter

FILE, SETTINGS, METRICS, REPORT = "segmenter.pt", "settings.json", "metrics.json", "report.html"
LOOKED_AT = 20
Say = Callable[[str], None]


@dataclass(frozen=True)
class Task:
    """What is to be outlined, in which welds of which data set, and where results go."""

    dataset: Dataset
    target: TargetSpec
    welds: Mapping[str, Weld]
    channels: int
    settings: SegmentationSettings
    folder: Path
    say: Say = field(default=print, repr=False)

    def of_part(self, fold: Fold, *parts: Any) -> list[Weld]:
        """The welds with a mask of some parts of a fold."""
        return [self.welds[weld] for part in parts for weld in fold.welds(part) if weld in self.welds]


def segment(
    data: str | Path,
    folder: str | Path,
    settings: SegmentationSettings | None = None,
    split: Split | None = None,
    target: str | None = None,
    modality: str | None = None,
    say: Say = print,
) -> dict[str, Any]:
    """Trains a segmenter for each fold and measures it on the fold's test part; `weldfusion segment`.

    Writes `segmenter.pt` (with several folds each in a folder of its own), `split.csv`, `metrics.json` and
    `report.html` into `folder`; called again, it goes on where it stopped. Gives what `metrics.json` holds.

    Args:
        data: folder of the data set.
        split: division of all welds of the data set, so that a fit with the same split tests the same welds;
            a grouped hold-out by default.
        target: the mask; needed where there are several.
        modality: its pictures, to choose among masks.

    Raises WeldfusionError, one line.
    """
    settings, folder = settings or SegmentationSettings(), Path(folder)
    dataset = read_dataset(data)
    spec = mask_target(dataset.card, target, modality)
    others = {name: t for name, t in dataset.card.targets.items() if t.kind != "mask"}
    with heard() as warned:
        welds = with_masks(dataset, spec)
        if not welds:
            raise RunError(f"{data}: no weld has a mask of {spec.name} and one picture of {spec.of}")
        card = replace(dataset.card, targets=others)
        folds = (split or HoldOut()).folds(dataset.welds, card, settings.seed)
    channels = channels_of(dataset, dataset.card.modalities[spec.of])
    task = Task(dataset, spec, {weld.id: weld for weld in welds}, channels, settings, folder, say)
    _claim(task)
    write_split(folds, dataset.welds, dataset.card, folder / "split.csv")
    return _report(task, folds, [_one_fold(task, fold, len(folds) > 1) for fold in folds], warned)


def _claim(task: Task) -> None:
    """Notes in the folder what it is for. Raises RunError where it is for something else."""
    wanted = as_plain({
        "data": task.dataset.card.name, "fingerprint": fingerprint(task.dataset.root),
        "target": task.target.name, **asdict(task.settings),
    })  # fmt: skip
    file = task.folder / SETTINGS
    if file.is_file():
        changed = differences(_settings(file), wanted)
        if changed:
            raise RunError(
                f"{task.folder}: holds a segmenter of other settings ({', '.join(changed[:3])}); choose "
                "another --folder or delete it"
            )
    elif task.folder.exists() and any(task.folder.iterdir()):
        raise RunError(f"{task.folder}: exists and holds no segmenter; choose another --folder")
    write_text(file, json.dumps(wanted, indent=1) + "\n")


def _settings(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise RunError(f"{file}: cannot be read; delete {file.parent} and train again") from None


def _one_fold(task: Task, fold: Fold, several: bool) -> tuple[Segmenter, bool]:
    """The fold's segmenter, trained unless it is there; and whether the object is bright in its fit part."""
    fit, select, test = (task.of_part(fold, part) for part in ("fit", "select", "test"))
    for name, part in (("fit", fit), ("test", test)):
        if not part:
            raise RunError(f"{fold.name}: no weld of the {name} part has a mask; use another split")
    folder = task.folder / fold.name if several else task.folder
    examples = [read_example(task.dataset, task.target, weld) for weld in fit[:LOOKED_AT]]
    bright, path = object_is_bright(examples), folder / FILE
    if path.is_file():
        segmenter = read_segmenter(str(path))[0]
        forget_own_checkpoints(folder)
        return segmenter, bright
    task.say(f"{fold.name}: {len(fit)} pictures to fit, {len(select)} to select by, {len(test)} to test")
    size = task.settings.size
    pictures, chosen = (
        outlined(task.dataset, task.target, part, size, task.channels) if part else None
        for part in (fit, select)
    )
    assert pictures is not None
    segmenter, outcome = train_segmenter(pictures, chosen, task.settings, folder, fold.name)
    task.say(f"  best epoch {outcome['best_epoch']}, loss {outcome['best_loss']:.3g}")
    save_segmenter(path, segmenter, task.settings, task.dataset, [*fit, *select], task.target.of)
    forget_own_checkpoints(folder)
    return segmenter, bright


def _report(
    task: Task, folds: Sequence[Fold], fitted: Sequence[tuple[Segmenter, bool]], warned: Sequence[str]
) -> dict[str, Any]:
    """Figures on the test parts, written as JSON and as a page."""
    rows = []
    for fold, (segmenter, bright) in zip(folds, fitted, strict=True):
        tested = (read_example(task.dataset, task.target, w) for w in task.of_part(fold, "test"))
        rows += [found.row(task.dataset.card, fold.name) for found in find_masks(segmenter, bright, tested)]
    metrics = {
        "data": task.dataset.card.name,
        "target": task.target.name,
        "class": task.target.classes[0],
        "modality": task.target.of,
        "figures": summary(rows, task.settings.seed),
        "warnings": list(warned),
        "welds": rows,
        "settings": as_plain(asdict(task.settings)),
        "made_with": environment(),
    }
    of_fold = {fold.name: made for fold, made in zip(folds, fitted, strict=True)}
    ranked = sorted(rows, key=lambda row: row["iou U-Net"])
    examples = []
    for place in dict.fromkeys((0, len(ranked) // 2, len(ranked) - 1)):
        weld = task.welds[ranked[place]["weld"]]
        one = [read_example(task.dataset, task.target, weld)]
        found = next(find_masks(*of_fold[ranked[place]["fold"]], one))
        title = f"{weld.id}, IoU {ranked[place]['iou U-Net']:.2f}"
        examples.append((title, one[0].picture, {TRUTH: one[0].mask, **found.masks}))
    write_text(task.folder / METRICS, json.dumps(metrics, indent=1) + "\n")
    title = f"{task.target.name} of {task.dataset.card.name}: segmentation"
    write_page(task.folder / REPORT, title, segmentation_report(metrics, examples))
    return metrics
