"""One modality as windows are cut from it: where each window lies in each prepared recording."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from weldfusion.data.clock import Clock
from weldfusion.data.cuts import Clocks, Cuts
from weldfusion.data.flow import Flow
from weldfusion.data.folder import Dataset
from weldfusion.data.inputs import kind_of, samples_of_window
from weldfusion.data.manifest import Weld
from weldfusion.data.prepare import Recipe, Recording
from weldfusion.data.step_shapes import MOST_NOISE, after_steps
from weldfusion.data.windows import Pace
from weldfusion.errors import WeldfusionWarning


@dataclass(frozen=True)
class Source:
    """One modality of the data set as windows are cut from it.

    `starts` and `lengths` are (windows,): first sample and number of real samples of a window in the
    prepared recording (timed modalities); `masked` says whether the batch has a mask for it.
    """

    recipe: Recipe
    flow: Flow
    masked: bool
    recordings: Mapping[int, Recording]
    rate: Fraction | None = None
    starts: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    lengths: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))


def source_of(
    dataset: Dataset, recipe: Recipe, cuts: Cuts, pace: Pace, clocks: Clocks, like: Flow | None
) -> Source:
    """How windows are cut from the recordings of one modality; `like` is what a trained model takes."""
    modality = recipe.modality
    kind = kind_of(modality, recipe.settings)
    if kind == "table":
        return _table_source(dataset, recipe)
    if kind == "image":
        return _image_source(dataset, recipe, like)
    if kind == "image_sequence":
        return _sequence_source(recipe, cuts, pace, clocks, dataset.welds)
    return _waveform_source(recipe, cuts, pace, clocks, dataset.welds, like)


def _table_source(dataset: Dataset, recipe: Recipe) -> Source:
    name = recipe.modality.name
    recordings = {n: Recording(weld) for n, weld in enumerate(dataset.welds) if weld.has(name)}
    gaps = any(np.isnan(dataset.welds[n].values.get(name, ())).any() for n in recordings)
    masked = gaps or recipe.modality.missing == "nan"
    return Source(recipe, Flow("table", recipe.channels), masked, recordings)


def _image_source(dataset: Dataset, recipe: Recipe, like: Flow | None) -> Source:
    name = recipe.modality.name
    recordings = {n: Recording(weld) for n, weld in enumerate(dataset.welds) if weld.has(name)}
    counts = [min(len(dataset.welds[n].files[name]), recipe.count or 1) for n in recordings]
    count = recipe.count if recipe.count != 1 or (like is not None and like.count) else None
    flow = Flow("image", recipe.channels, size=recipe.size, count=count)
    return Source(recipe, flow, count is not None and min(counts, default=0) < count, recordings)


def _waveform_source(
    recipe: Recipe, cuts: Cuts, pace: Pace, clocks: Clocks, welds: tuple[Weld, ...], like: Flow | None
) -> Source:
    """Every window has the same number of samples; whole welds are padded to the longest."""
    name = recipe.modality.name
    whole_resampled = recipe.rate is None
    spans = {int(w): (float(a), float(b)) for w, a, b in zip(cuts.weld, cuts.t0_s, cuts.t1_s, strict=True)}
    numbers = [n for n, of_weld in enumerate(clocks) if name in of_weld and n in spans]
    recordings = {
        n: Recording(welds[n], clocks[n][name][0], spans[n] if whole_resampled else None) for n in numbers
    }
    channels, rate = _after_steps(recipe, clocks, name)
    starts = np.zeros(len(cuts), np.int64)
    lengths = np.zeros(len(cuts), np.int64)
    fixed = None if pace.length is None or rate is None else samples_of_window(recipe, rate, pace.length)
    if whole_resampled:
        fixed = recipe.settings.samples
        lengths[np.isin(cuts.weld, numbers)] = fixed or 0
    else:
        assert rate is not None
        for n in numbers:
            own = recordings[n].clock
            assert own is not None
            clock = Clock(rate, own.offset_s, own.ppm)
            rows = cuts.rows(n)
            starts[rows] = clock.index(cuts.t0_s[rows])
            lengths[rows] = fixed or np.maximum(clock.index(cuts.t1_s[rows]) - starts[rows], 1)
    length = fixed or int(lengths.max(initial=1))
    if like is not None and like.length is not None:
        length = like.length
        _warn_of_cut(name, lengths, length)
    lengths = np.minimum(lengths, length)
    padded = bool((lengths[np.isin(cuts.weld, numbers)] < length).any())
    flow = Flow("waveform", channels, length=length, rate=None if rate is None else float(rate))
    masked = padded or recipe.gaps or (like is not None and pace.length is None)
    return Source(recipe, flow, masked, recordings, rate, starts, lengths)


def _warn_of_cut(name: str, lengths: np.ndarray, length: int) -> None:
    if (longer := int((lengths > length).sum())) > 0:
        warnings.warn(
            f"windows: {name} of {longer} windows is longer than the {length} samples that the model takes; "
            "their rest is not seen",
            WeldfusionWarning,
            stacklevel=2,
        )


def _after_steps(recipe: Recipe, clocks: Clocks, name: str) -> tuple[int, Fraction | None]:
    """Channels and rate after the steps, of a recording as long as the first."""
    if not recipe.settings.steps:
        return recipe.channels, recipe.rate
    first = next((of_weld[name] for of_weld in clocks if name in of_weld), None)
    clock, time = first or (Clock(recipe.rate or Fraction(1)), MOST_NOISE)
    length = recipe.settings.samples if recipe.rate is None else int(time * recipe.rate / clock.rate)
    channels, _, rate = after_steps(recipe, max(1, length or 1), recipe.rate or clock.rate)
    return channels, None if recipe.rate is None else rate


def _sequence_source(
    recipe: Recipe, cuts: Cuts, pace: Pace, clocks: Clocks, welds: tuple[Weld, ...]
) -> Source:
    """Frames evenly spaced in time; their number is asked for, or that of the window's length."""
    modality = recipe.modality
    name, rate = modality.name, modality.rate
    assert rate is not None
    recordings = {n: Recording(welds[n], own[name][0]) for n, own in enumerate(clocks) if name in own}
    lasts = pace.length or Fraction(float((cuts.t1_s - cuts.t0_s).max(initial=0.0)))
    count = recipe.settings.frames or max(1, int(lasts * rate + Fraction(1, 2)))
    flow = Flow("image", recipe.channels, size=recipe.size, count=count, rate=float(rate))
    starts = np.zeros((len(cuts), count), np.int64)
    for n, recording in recordings.items():
        rows = cuts.rows(n)
        span = (cuts.t1_s - cuts.t0_s)[rows, None]
        times = cuts.t0_s[rows, None] + (np.arange(count) + 0.5) / count * span
        assert recording.clock is not None
        # A frame stands for the period that begins with it.
        period = 0.5 / float(recording.clock.hertz)
        starts[rows] = np.clip(recording.clock.index(times - period), 0, clocks[n][name][1] - 1)
    return Source(recipe, flow, False, recordings, rate, starts)
