"""A data set as a run sees it: classes, table columns and channels matched by name to the run's card."""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from weldfusion.data.card import Card, Modality, TargetSpec
from weldfusion.data.folder import CARD_FILE, Dataset
from weldfusion.data.leave_out import reason_to_leave_out
from weldfusion.data.settings import DataSettings
from weldfusion.data.weld import Weld
from weldfusion.errors import RunError, WeldfusionWarning, did_you_mean

IMAGES = ("image", "image_sequence")
BROUGHT_TO_COLOUR = (1, 4)


def aligned(dataset: Dataset, card: Card, settings: DataSettings) -> Dataset:
    """The data set with the classes, table columns and channels of `card` in the order of `card`.

    Only the modalities and targets that `settings` uses stay. How they are stored (files, columns of the
    manifest, rate, clock) remains that of the data set's own card; further columns, channels and classes
    without a weld are dropped. A target that the data set lacks has no truth. Welds that
    `settings.leave_out` names are left out with a `WeldfusionWarning` that counts them.

    Raises RunError naming file, field and what would be right: a modality, column or channel is missing,
    is of another kind or unit, or a weld has a class that the run does not know.
    """
    place = str(dataset.root / CARD_FILE)
    inputs = card.modalities if settings.inputs is None else settings.inputs
    modalities = {name: _modality(card.modalities[name], dataset.card, place) for name in inputs}
    names = card.targets if settings.targets is None else settings.targets
    targets = {name: _target(card.targets[name], dataset.card, place) for name in names}
    kept = _without_left_out(dataset, settings.leave_out or {})
    for weld in kept:
        _check_classes(weld, targets, str(dataset.root))
    welds = tuple(_reordered(weld, dataset.card, modalities) for weld in kept)
    return replace(dataset, card=replace(dataset.card, modalities=modalities, targets=targets), welds=welds)


def _modality(ours: Modality, card: Card, place: str) -> Modality:
    """The data set's modality with the run's channels in the run's order."""
    key = f"{place}: modalities.{ours.name}"
    theirs = card.modalities.get(ours.name)
    if theirs is None:
        near = did_you_mean(ours.name, card.modalities)
        raise RunError(f"{key}: is missing, but the run was trained with it; {near}")
    for field in ("kind", "timed", "unit"):
        _check_same(f"{key}.{field}", getattr(theirs, field), getattr(ours, field))
    if not ours.channels or theirs.channels == ours.channels:
        return theirs
    wanted = ", ".join(ours.channels)
    if not theirs.channels:
        if len(ours.channels) == 1 or ours.kind in IMAGES:
            return theirs
        raise RunError(f"{key}.channels: are not named; name them, the run needs {wanted}")
    if ours.kind in IMAGES:
        if len(theirs.channels) in BROUGHT_TO_COLOUR and len(ours.channels) == 3:
            return theirs
        raise RunError(f"{key}.channels: must be {wanted} as in the run, are {', '.join(theirs.channels)}")
    for name in ours.channels:
        if name not in theirs.channels:
            near = did_you_mean(name, theirs.channels)
            raise RunError(f"{key}.channels: has no {name!r}, the run needs {wanted}; {near}")
    if theirs.columns:
        columns = tuple(theirs.columns[theirs.channels.index(name)] for name in ours.channels)
        return replace(theirs, channels=ours.channels, columns=columns)
    return replace(theirs, channels=ours.channels, given=theirs.channels, wavelengths_nm=ours.wavelengths_nm)


def _check_same(key: str, found: Any, wanted: Any) -> None:
    """Raises RunError where two entries differ; a unit that one card does not state differs from none."""
    if found != wanted and "" not in (found, wanted):
        raise RunError(f"{key}: is {found!r}, must be {wanted!r} as in the run; convert the data")


def _target(ours: TargetSpec, card: Card, place: str) -> TargetSpec:
    """The data set's target with the run's classes in the run's order."""
    theirs = card.targets.get(ours.name)
    if theirs is None:
        return ours
    key = f"{place}: targets.{ours.name}"
    for field in ("kind", "unit"):
        _check_same(f"{key}.{field}", getattr(theirs, field), getattr(ours, field))
    shared = min(len(ours.classes), len(theirs.classes))
    if theirs.level == "sample" and theirs.classes[:shared] != ours.classes[:shared]:
        wanted = ", ".join(ours.classes)
        raise RunError(f"{key}.classes: must be {wanted} as in the run, as the files hold their numbers")
    return replace(theirs, classes=ours.classes, codes=ours.codes, unit=ours.unit, step_s=ours.step_s)


def _without_left_out(dataset: Dataset, values: Mapping[str, Any]) -> list[Weld]:
    kept = [weld for weld in dataset.welds if reason_to_leave_out(weld, values) is None]
    gone = len(dataset.welds) - len(kept)
    named = "; ".join(f"{name} {', '.join(unwanted)}" for name, unwanted in values.items())
    if not kept:
        raise RunError(f"{dataset.root}: the run leaves out {named}, so no weld stays")
    if gone:
        warnings.warn(
            f"{gone} of {len(dataset.welds)} welds are left out, as the run was trained without {named}",
            WeldfusionWarning,
            stacklevel=3,
        )
    return kept


def _check_classes(weld: Weld, targets: Mapping[str, TargetSpec], root: str) -> None:
    for name, target in targets.items():
        value = weld.targets.get(name)
        if target.level != "weld" or target.kind == "real" or value is None:
            continue
        for label in value if isinstance(value, tuple) else (str(value),):
            if label not in target.classes:
                near = did_you_mean(label, target.classes)
                raise RunError(
                    f"{root}: manifest row {weld.row}: {target.column}: {label!r} is no class of the run; "
                    f"{near} (an empty cell: not known)"
                )


def _reordered(weld: Weld, card: Card, modalities: Mapping[str, Modality]) -> Weld:
    """The weld with the inline numbers of each table in the run's order."""
    values = {
        name: tuple(numbers[card.modalities[name].columns.index(c)] for c in modalities[name].columns)
        for name, numbers in weld.values.items()
        if name in modalities
    }
    return weld if values == weld.values else replace(weld, values=values)
