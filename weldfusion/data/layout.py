"""Where every window of a data set lies in every recording, known before a recording is decoded."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from tqdm import tqdm

from weldfusion.data.cache import FOLDER
from weldfusion.data.card import Modality, TargetSpec
from weldfusion.data.clock import Clock
from weldfusion.data.flow import Flow
from weldfusion.data.folder import Dataset
from weldfusion.data.headers import Headers, Probes
from weldfusion.data.inputs import (
    chosen_inputs,
    chosen_targets,
    clock_and_length,
    kind_of,
    recipe_of,
    samples_of_window,
)
from weldfusion.data.manifest import Weld
from weldfusion.data.prepare import Recipe, Recording
from weldfusion.data.settings import DataSettings
from weldfusion.data.step_shapes import MOST_NOISE, after_steps
from weldfusion.data.steps import with_steps
from weldfusion.data.windows import Pace, Window, common_span, cut, pace_of, places
from weldfusion.errors import ConfigError, WeldfusionWarning


@dataclass(frozen=True)
class Cuts:
    """The windows of all welds, as columns of one length; `weld` numbers the welds of the data set."""

    weld: np.ndarray
    index: np.ndarray
    t0_s: np.ndarray
    t1_s: np.ndarray
    x_mm: np.ndarray

    def __len__(self) -> int:
        return len(self.weld)

    def rows(self, weld: int) -> slice:
        """Where the windows of one weld are; they follow each other."""
        first, after = np.searchsorted(self.weld, [weld, weld + 1])
        return slice(int(first), int(after))

    def window(self, number: int, welds: tuple[Weld, ...]) -> Window:
        """One of them as a record."""
        return Window(
            welds[self.weld[number]].id, int(self.index[number]), float(self.t0_s[number]),
            float(self.t1_s[number]), float(self.x_mm[number]),
        )  # fmt: skip


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


@dataclass(frozen=True)
class Layout:
    """All of a data set that is known without decoding a recording."""

    cache: Path
    cuts: Cuts
    sources: Mapping[str, Source]
    targets: Mapping[str, TargetSpec]
    lines: tuple[str, ...]


def lay_out(
    dataset: Dataset,
    settings: DataSettings,
    like: Mapping[str, Flow] | None = None,
    headers: Probes | None = None,
) -> Layout:
    """Windows and modalities of a data set.

    Args:
        like: flows of a trained model, to which sizes, rates and lengths are brought.
        headers: what tells rate and shape of the recordings; their headers by default.

    Raises:
        ConfigError: the `data:` section does not fit the card.
        ReadError: a header cannot be read or is not what the card says.
    """
    inputs = chosen_inputs(dataset.card, settings)
    targets = chosen_targets(dataset.card, settings)
    like = like or {}
    modalities = {name: dataset.card.modalities[name] for name in inputs}
    cache = Path(settings.cache) if settings.cache else dataset.root / FOLDER
    headers = headers or Headers(cache, dataset.root)
    try:
        timed = {name: modality for name, modality in modalities.items() if modality.timed}
        rates = {n: Fraction(str(inputs[n].rate)) if inputs[n].rate else m.rate for n, m in timed.items()}
        pace = pace_of(settings.windows, {name: rate for name, rate in rates.items() if rate})
        targets = with_steps(targets, pace.length, settings.targets is not None)
        recipes = {
            name: recipe_of(dataset, modality, inputs[name], pace.length, headers, like.get(name))
            for name, modality in modalities.items()
        }
        clocks = _clocks(dataset, timed, headers)
        spans = {
            number: common_span(weld, [_span(clock, n, pace) for clock, n in clocks[number].values()])
            for number, weld in enumerate(dataset.welds)
        }
        cuts = _cuts(dataset, spans, pace, clocks, bool(timed))
        sources = {
            name: _source(dataset, recipe, cuts, pace, clocks, like.get(name))
            for name, recipe in recipes.items()
        }
    finally:
        headers.save()
    return Layout(cache, cuts, sources, targets, tuple(_lines(cuts, sources, pace)))


def _clocks(
    dataset: Dataset, timed: Mapping[str, Modality], headers: Probes
) -> list[dict[str, tuple[Clock, int]]]:
    """For each weld: modality → clock and length of its recording."""
    bar = tqdm(dataset.welds, desc="reading headers", delay=2, leave=False, disable=None)
    return [
        {
            name: clock_and_length(modality, weld, headers)
            for name, modality in timed.items()
            if weld.files.get(name)
        }
        for weld in bar
    ]


def _span(clock: Clock, samples: int, pace: Pace) -> tuple[float, float]:
    """Start and end of a recording for windows. A window has as many samples as its length at the nominal
    rate, so with a slow clock it takes up a little more than its length, which must still be recorded."""
    start, end = clock.span(samples)
    more = 0.0 if pace.length is None else float(pace.length * (clock.rate / clock.hertz - 1))
    return start, end - max(0.0, more)


def _cuts(
    dataset: Dataset,
    spans: Mapping[int, tuple[float, float] | None],
    pace: Pace,
    clocks: list[dict[str, tuple[Clock, int]]],
    timed: bool,
) -> Cuts:
    """The windows of all welds; a weld without one is warned of."""
    columns: list[tuple[np.ndarray, ...]] = []
    bare = []
    for number, weld in enumerate(dataset.welds):
        span = spans[number]
        edges = np.zeros((0, 2)) if span is None else cut(span, pace, timed and bool(clocks[number]))
        if not len(edges):
            bare.append(weld.id)
        columns.append((
            np.full(len(edges), number), np.arange(len(edges)), edges[:, 0], edges[:, 1], places(weld, edges)
        ))  # fmt: skip
    if bare:
        shown = ", ".join(bare[:5]) + (" …" if len(bare) > 5 else "")
        warnings.warn(
            f"windows: {len(bare)} of {len(dataset.welds)} welds are shorter than a window or their sensors "
            f"do not overlap, so they give none: {shown}",
            WeldfusionWarning,
            stacklevel=2,
        )
    if len(bare) == len(dataset.welds):
        raise ConfigError("data.windows: no weld is as long as one window; take a shorter length_s")
    return Cuts(*(np.concatenate(column) for column in zip(*columns, strict=True)))


def _source(
    dataset: Dataset,
    recipe: Recipe,
    cuts: Cuts,
    pace: Pace,
    clocks: list[dict[str, tuple[Clock, int]]],
    like: Flow | None,
) -> Source:
    modality = recipe.modality
    kind = kind_of(modality, recipe.settings)
    if kind == "table":
        return _table_source(dataset, recipe)
    if kind == "image":
        recordings = {n: Recording(weld) for n, weld in enumerate(dataset.welds) if weld.has(modality.name)}
        counts = [min(len(dataset.welds[n].files[modality.name]), recipe.count or 1) for n in recordings]
        count = recipe.count if recipe.count != 1 or (like is not None and like.count) else None
        flow = Flow("image", recipe.channels, size=recipe.size, count=count)
        return Source(recipe, flow, count is not None and min(counts, default=0) < count, recordings)
    if kind == "image_sequence":
        return _sequence_source(recipe, cuts, pace, clocks, dataset.welds)
    return _waveform_source(recipe, cuts, pace, clocks, dataset.welds, like)


def _table_source(dataset: Dataset, recipe: Recipe) -> Source:
    name = recipe.modality.name
    recordings = {n: Recording(weld) for n, weld in enumerate(dataset.welds) if weld.has(name)}
    gaps = any(np.isnan(dataset.welds[n].values.get(name, ())).any() for n in recordings)
    masked = gaps or recipe.modality.missing == "nan"
    return Source(recipe, Flow("table", recipe.channels), masked, recordings)


def _waveform_source(
    recipe: Recipe,
    cuts: Cuts,
    pace: Pace,
    clocks: list[dict[str, tuple[Clock, int]]],
    welds: tuple[Weld, ...],
    like: Flow | None,
) -> Source:
    """Every window has the same number of samples; whole welds are padded to the longest."""
    name = recipe.modality.name
    numbers = [n for n, of_weld in enumerate(clocks) if name in of_weld]
    whole_resampled = recipe.rate is None
    spans = {int(w): (float(a), float(b)) for w, a, b in zip(cuts.weld, cuts.t0_s, cuts.t1_s, strict=True)}
    numbers = [n for n in numbers if n in spans]
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


def _after_steps(
    recipe: Recipe, clocks: list[dict[str, tuple[Clock, int]]], name: str
) -> tuple[int, Fraction | None]:
    """Channels and rate after the steps, of a recording as long as the first."""
    if not recipe.settings.steps:
        return recipe.channels, recipe.rate
    first = next((of_weld[name] for of_weld in clocks if name in of_weld), None)
    clock, time = first or (Clock(recipe.rate or Fraction(1)), MOST_NOISE)
    length = recipe.settings.samples if recipe.rate is None else int(time * recipe.rate / clock.rate)
    channels, _, rate = after_steps(recipe, max(1, length or 1), recipe.rate or clock.rate)
    return channels, None if recipe.rate is None else rate


def _sequence_source(
    recipe: Recipe,
    cuts: Cuts,
    pace: Pace,
    clocks: list[dict[str, tuple[Clock, int]]],
    welds: tuple[Weld, ...],
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


def _lines(cuts: Cuts, sources: Mapping[str, Source], pace: Pace) -> list[str]:
    """What was resolved, for the log."""
    welds = len(np.unique(cuts.weld))
    kind = "whole welds" if pace.length is None else f"windows of {float(pace.length):g} s"
    lines = [f"{len(cuts)} {kind} of {welds} welds"]
    for name, source in sources.items():
        flow = source.flow
        if flow.kind != "waveform":
            lines.append(f"{name}: {flow.kind} {'x'.join(map(str, flow.shape))}")
            continue
        card = source.recipe.modality.rate
        now = "resampled per weld" if source.rate is None else f"{float(source.rate):g} Hz"
        length = f"up to {flow.length}" if pace.length is None and source.rate else str(flow.length)
        exactly = "" if pace.length is None or source.rate is None else _rounded(pace.length, source, flow)
        lines.append(f"{name}: {float(card or 0):g} Hz → {now}, {length} samples{exactly}")
    return lines


def _rounded(window_s: Fraction, source: Source, flow: Flow) -> str:
    """Says so where a window is not a whole number of samples."""
    true = window_s * (source.rate or 0)
    return "" if true == flow.length else f" (rounded from {float(true):.3f})"
