"""What is about to be trained and on what, told before it starts."""

from collections.abc import Mapping
from pathlib import Path

from weldfusion.data.dealing import PARTS, Fold, groups_of_card, shared_groups
from weldfusion.systems.graph import FusionModel
from weldfusion.training.outlook import counted_as, inner_outlook, outlook, outlook_lines
from weldfusion.training.pretrain.stage import pretraining_lines
from weldfusion.training.settings import FitSettings
from weldfusion.training.speed import asked_speed, speed_line
from weldfusion.training.stages import FoldData
from weldfusion.training.trainer import check_trainer
from weldfusion.training.window_length import window_length


def introduction(
    settings: FitSettings, fold: Fold, seed: int, data: FoldData, model: FusionModel, folder: Path
) -> list[str]:
    """What is about to be trained, on what, and what it will take."""
    named = {"fit": data.fit, "select": data.select, "calibrate": data.calibrate}
    windows = {name: len(part) for name, part in named.items() if part is not None}
    dataset = data.fit.dataset
    lines = parts_lines(fold, windows, groups_of_card(dataset.welds, dataset.card))
    if told := window_length(settings.data, dataset.card):
        lines.append(f"  {told}")
    if data.select is None:
        lines.append("  no select part: the best epoch is chosen by the training loss")
    inner = None
    if (settings.training.calibrate or model.learns_after) and data.calibrate is None:
        inner = inner_outlook(settings, data, fold, seed)
        lines.append(f"  calibrated by {inner.networks} more trainings, each without a part of the groups")
    lines += averaged_lines(model)
    lines += pretraining_lines(settings.training.pretrain, data)
    lines += [*own_epochs(settings), f"  {speed_line(asked_speed(settings.trainer))}"]
    return [*lines, *outlook_lines(model, outlook(settings, data, model), inner, folder)]


def parts_lines(fold: Fold, windows: Mapping[str, int], card_groups: Mapping[str, str]) -> list[str]:
    """One line per part: welds, groups, windows; and how many groups training and test share.

    `windows` counts the windows of a part where they are known; `card_groups` is weld id → group of the
    card, whatever the fold kept together.

    >>> fold = Fold("f", {"a": "fit", "b": "test"}, {"a": "a", "b": "b"})
    >>> for line in parts_lines(fold, {"fit": 7}, {"a": "monday", "b": "monday"}):
    ...     print(line)
      fit       1 weld, 1 group, 7 windows
      test      1 weld, 1 group
      0 welds and 1 group shared between training and test
    """
    named = fold.groups or {}
    lines = []
    for part in PARTS:
        if not (welds := fold.welds(part)):
            continue
        groups = {named.get(weld, weld) for weld in welds}
        counted = f", {counted_as(windows[part], 'window')}" if part in windows else ""
        of_part = f"{counted_as(len(welds), 'weld')}, {counted_as(len(groups), 'group')}"
        lines.append(f"  {part:<9} {of_part}{counted}")
    shared = counted_as(len(shared_groups(fold, card_groups)), "group")
    return [*lines, f"  0 welds and {shared} shared between training and test"]


def averaged_lines(model: FusionModel) -> list[str]:
    """Whose tokens the last join sees only as their mean."""
    names = [name for name, flow in model.late.items() if flow.kind == "tokens"]
    if not names:
        return []
    return [
        f"  tokens of {', '.join(names)} are averaged before the last join, which does not see their order; "
        "exchanges and trunks do"
    ]


def own_epochs(settings: FitSettings) -> list[str]:
    """Which gradient stages have a length of their own, which `trainer.max_epochs` does not change.

    >>> from weldfusion.training.settings import GradientStage, TrainingSettings
    >>> stages = [GradientStage(["sound"], max_epochs=20), GradientStage(["photos"])]
    >>> own_epochs(FitSettings(training=TrainingSettings(stages=stages), trainer={"max_epochs": 2}))
    ['  stage 1 (sound) has its own max_epochs, 20: trainer.max_epochs (2) does not count for it']
    """
    common = check_trainer(settings.trainer)["max_epochs"]
    return [
        f"  stage {number} ({', '.join(stage.modalities)}) has its own max_epochs, {stage.max_epochs}: "
        f"trainer.max_epochs ({common}) does not count for it"
        for number, stage in enumerate(settings.training.stages or (), start=1)
        if stage.max_epochs is not None and stage.max_epochs != common
    ]
