"""Where every window of a data set lies in every recording, known before a recording is decoded."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from tqdm import tqdm

from weldfusion.data.cache import FOLDER
from weldfusion.data.card import Modality, TargetSpec
from weldfusion.data.cuts import Clocks, Cuts, cuts_of
from weldfusion.data.flow import Flow
from weldfusion.data.folder import Dataset
from weldfusion.data.headers import Headers, Probes
from weldfusion.data.inputs import chosen_inputs, chosen_targets, clock_and_length, recipe_of
from weldfusion.data.settings import DataSettings
from weldfusion.data.source import Source, source_of
from weldfusion.data.steps import with_steps
from weldfusion.data.windows import Pace, pace_of


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
        cuts = cuts_of(dataset.welds, pace, clocks)
        sources = {
            name: source_of(dataset, recipe, cuts, pace, clocks, like.get(name))
            for name, recipe in recipes.items()
        }
    finally:
        headers.save()
    return Layout(cache, cuts, sources, targets, tuple(_lines(cuts, sources, pace)))


def _clocks(dataset: Dataset, timed: Mapping[str, Modality], headers: Probes) -> Clocks:
    bar = tqdm(dataset.welds, desc="reading headers", delay=2, leave=False, disable=None)
    return [
        {
            name: clock_and_length(modality, weld, headers)
            for name, modality in timed.items()
            if weld.files.get(name)
        }
        for weld in bar
    ]


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
