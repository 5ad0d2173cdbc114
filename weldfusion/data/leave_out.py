"""Welds that a config leaves out by the value of a class target or group."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from weldfusion.data.card import Card
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.masks import without_masks
from weldfusion.data.settings import DataSettings
from weldfusion.data.weld import Weld
from weldfusion.errors import ConfigError, did_you_mean


def open_dataset(settings: DataSettings) -> Dataset:
    """The data set of `settings.root` less what `settings.leave_out` names, and less its masks, which
    `weldfusion segment` learns; no recording is opened."""
    dataset = read_dataset(settings.root)
    dataset = replace(dataset, card=without_masks(dataset.card, settings.targets))
    return leave_out(dataset, settings.leave_out or {})


def leave_out(dataset: Dataset, values: Mapping[str, Sequence[str]]) -> Dataset:
    """The data set without welds of some classes or groups, e.g. `{"class": ["terminal_offset"]}`.

    A class left out is no class of its target any more. Raises ConfigError at an unknown target,
    group, class or group value, or if no weld would stay.
    """
    for name, unwanted in values.items():
        known = _known(dataset, name)
        for value in unwanted:
            if value not in known:
                raise ConfigError(f"data.leave_out.{name}: no {value!r}; {did_you_mean(value, known)}")
    reasons = [reason_to_leave_out(weld, values) for weld in dataset.welds]
    kept = tuple(weld for weld, reason in zip(dataset.welds, reasons, strict=True) if not reason)
    gone = (replace(w, exclude=reason) for w, reason in zip(dataset.welds, reasons, strict=True) if reason)
    if not kept:
        raise ConfigError("data.leave_out: leaves no weld")
    return replace(
        dataset, card=_without(dataset.card, values), welds=kept, excluded=(*dataset.excluded, *gone)
    )


def _known(dataset: Dataset, name: str) -> set[str]:
    target = dataset.card.targets.get(name)
    if target is not None and target.kind == "class" and target.level == "weld":
        return set(target.classes)
    if name in dataset.card.groups:
        return {weld.groups[name] for weld in dataset.welds if name in weld.groups}
    choices = [t.name for t in dataset.card.targets.values() if t.kind == "class" and t.level == "weld"]
    nearest = did_you_mean(name, [*choices, *dataset.card.groups])
    raise ConfigError(f"data.leave_out: {name!r} is no class target of whole welds and no group; {nearest}")


def reason_to_leave_out(weld: Weld, values: Mapping[str, Sequence[str]]) -> str | None:
    """Why a weld is left out, or None where it stays."""
    for name, unwanted in values.items():
        if weld.targets.get(name) in unwanted or weld.groups.get(name) in unwanted:
            return f"the config leaves out {name} {', '.join(unwanted)}"
    return None


def _without(card: Card, values: Mapping[str, Sequence[str]]) -> Card:
    targets = dict(card.targets)
    for name, unwanted in values.items():
        if name in targets:
            old = targets[name]
            classes = tuple(c for c in old.classes if c not in unwanted)
            if len(classes) < 2:
                raise ConfigError(f"data.leave_out.{name}: leaves {len(classes)} class; two must stay")
            codes = {c: code for c, code in old.codes.items() if c in classes}
            targets[name] = replace(old, classes=classes, codes=codes)
    return replace(card, targets=targets)
