"""Selections fitted on the fit part: which channels of each modality go on, and how that is told."""

from collections.abc import Mapping, Sequence

import numpy as np

from weldfusion.data.batch import Batch
from weldfusion.data.card import TargetSpec
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.flow import Flow
from weldfusion.data.modality import Modality
from weldfusion.errors import RunError, SignalError
from weldfusion.systems.graph import FusionModel
from weldfusion.training.bar import bar

MOST_WINDOWS = 512
"""A selection is fitted on so many windows, evenly spread over the fit part."""
MOST_VALUES = 1 << 25
"""Numbers of one modality that it is fitted on (256 MB): of long windows every second, third … sample."""
SHOWN = 8


def fit_selections(model: FusionModel, fit: WeldWindows, untimed: frozenset[str], batch_size: int) -> None:
    """Fits `model.select` on the windows of the fit part.

    Modalities in `untimed` count once for each weld. Where the first class target knows at least two classes,
    only its windows of known class are used, with their classes.

    Raises RunError naming the modality if nothing can be learned from its windows.
    """
    classes = first_classes(fit)
    for name, selection in model.selections.items():
        flow, layer = model.flows[name], model.selected[name]
        chosen, known = chosen_windows(fit, name, classes, name in untimed, MOST_WINDOWS)
        if not len(chosen):
            raise RunError(f"model.select.{name}: no weld of the fit part has it; leave it out")
        every = stride(len(chosen), flow)
        parts = [
            values_of(fit.__getitems__(chosen[start : start + batch_size].tolist()), name, every)
            for start in bar(range(0, len(chosen), batch_size), f"select {name}")
        ]
        values, valid = (np.concatenate(part) for part in zip(*parts, strict=True))
        try:
            layer.fit(selection.kept_of(filled(values, valid, flow), known).tolist())
        except SignalError as error:
            raise RunError(f"model.select.{name}: {error}") from None


def first_classes(windows: WeldWindows) -> np.ndarray | None:
    """Class number (N,) of each window for the first class target, -1 where unknown; None without one."""
    name = first_class_target(windows.targets)
    if name is None:
        return None
    value, known = windows.truth(name)
    return np.where(known, value, -1).astype(np.int64)


def first_class_target(targets: Mapping[str, TargetSpec]) -> str | None:
    """Name of the first target that is a class; None without one."""
    return next((name for name, target in targets.items() if target.kind == "class"), None)


def chosen_windows(
    windows: WeldWindows, name: str, classes: np.ndarray | None, once_per_weld: bool, most: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Numbers of the windows to fit a selection of a modality on, at most `most`, and their classes."""
    there = {weld.id for weld in windows.dataset.welds if weld.has(name)}
    welds = np.array([window.weld for window in windows.windows], dtype=object)
    usable = np.array([weld in there for weld in welds], dtype=bool)
    if once_per_weld:
        first = np.zeros(len(welds), dtype=bool)
        first[np.unique(welds.astype(str), return_index=True)[1]] = True
        usable &= first
    if classes is not None and len(np.unique(classes[usable & (classes >= 0)])) > 1:
        usable &= classes >= 0
    else:
        classes = None
    rows = np.flatnonzero(usable)
    if len(rows) > most:
        rows = rows[np.linspace(0, len(rows) - 1, most).round().astype(np.int64)]
    told = None if classes is None else classes[rows]
    return rows, told if told is not None and len(np.unique(told)) > 1 else None


def stride(windows: int, flow: Flow) -> int:
    """Which every n-th sample of so many windows keeps their numbers below `MOST_VALUES`; 1 for a table.

    >>> stride(512, Flow("waveform", 2048, length=560)), stride(512, Flow("table", 2048))
    (18, 1)
    """
    return max(1, min(flow.length or 1, -(-windows * int(np.prod(flow.shape)) // MOST_VALUES)))


def values_of(batch: Batch, name: str, every: int) -> tuple[np.ndarray, np.ndarray]:
    """Every n-th sample of one modality, and which of the values are valid."""
    values = batch.inputs[name].numpy()
    valid = batch.valid[name].numpy() if name in batch.valid else np.ones((len(values), 1), dtype=bool)
    if values.ndim == 2:
        return values, np.broadcast_to(valid, values.shape)
    return values[:, :, ::every], np.broadcast_to(valid[:, None, :], values.shape)[:, :, ::every]


def filled(values: np.ndarray, valid: np.ndarray, flow: Flow) -> np.ndarray:
    """Windows (N, channels, time) float64 in which what is not valid is the mean of what is: of the same
    window and channel, or of the same column of a table (0 where nothing is).

    >>> table = np.array([[1.0, 4.0], [0.0, 6.0]])
    >>> filled(table, np.array([[True, True], [False, True]]), Flow("table", 2))[:, :, 0].tolist()
    [[1.0, 4.0], [1.0, 6.0]]
    """
    axis = 0 if flow.kind == "table" else 2
    exact = values.astype(np.float64)
    count = valid.sum(axis=axis, keepdims=True)
    mean = np.where(valid, exact, 0.0).sum(axis=axis, keepdims=True) / np.maximum(count, 1)
    whole = np.where(valid, exact, mean)
    return whole[:, :, None] if flow.kind == "table" else whole


def kept_names(model: FusionModel, modalities: Mapping[str, Modality]) -> dict[str, dict[str, list[str]]]:
    """Names of the channels kept and dropped by modality; their numbers where the card names none of them."""
    found = {}
    for name in model.selections:
        count = model.flows[name].channels
        named = modalities[name].columns or modalities[name].channels or ()
        names = list(named) if len(named) == count else [str(number) for number in range(count)]
        kept = set(model.selected[name].kept)
        found[name] = {
            "kept": [names[number] for number in sorted(kept)],
            "dropped": [names[number] for number in range(count) if number not in kept],
        }
    return found


def selection_line(name: str, kept: Sequence[str], dropped: Sequence[str]) -> str:
    """What a selection did, in words.

    >>> selection_line("settings", ["current"], ["voltage", "speed"])
    'settings: 1 of 3 channels kept (current), dropped voltage, speed'
    """
    gone = f"dropped {shown(dropped)}" if dropped else "none dropped"
    return f"{name}: {len(kept)} of {len(kept) + len(dropped)} channels kept ({shown(kept)}), {gone}"


def rounded(name: str) -> str:
    """A wavelength to one decimal; any other name as it is.

    >>> rounded("345.411764706 nm"), rounded("350 nm"), rounded("current")
    ('345.4 nm', '350 nm', 'current')
    """
    try:
        return f"{round(float(name.removesuffix(' nm')), 1):.10g} nm" if name.endswith(" nm") else name
    except ValueError:
        return name


def shown(names: Sequence[str]) -> str:
    """
    >>> shown([str(number) for number in range(10)])
    '0, 1, 2, 3, 4, 5, 6, 7 and 2 more'
    """
    names = [rounded(name) for name in names]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
