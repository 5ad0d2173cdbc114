"""Which feature map of a fusion model explains each of its sensors, and what its axes mean."""

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np

from weldfusion.data.flow import Flow
from weldfusion.explain.explanation import Axis
from weldfusion.explain.places import Passed, Place, survey
from weldfusion.explain.raw_axis import band_centres, between, cell_centres, pixel_centres
from weldfusion.fusion.fusion import Exchange
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.image_set import ImageSet


@dataclass(frozen=True)
class Source:
    """The map of one sensor.

    `within`: in the stem encoder, in the trunk, or the tokens that come out of stem and exchanges; `place`
    is set for the first two. `passed` are the layers from the recording to the map, `tokens` those to the
    stem's output. `channels` are set where the cells are no times but channels.
    """

    flow: Flow
    within: Literal["stem", "trunk", "tokens"]
    cells: tuple[int, ...]
    passed: Passed
    place: Place | None = None
    channels: Axis | None = None

    @property
    def over_time(self) -> bool:
        """Whether the last axis of the map is time."""
        return self.flow.kind == "waveform" and self.channels is None

    def samples(self) -> np.ndarray:
        """Centre of each cell in samples of the window, for a map over time."""
        return cell_centres(self.passed.time, self.flow.length or 0, self.cells[-1])

    def axes(self, window_s: float) -> tuple[Axis, ...]:
        """One axis per axis of the map, for windows of this length in seconds."""
        if self.channels is not None:
            return (self.channels,)
        if not self.over_time:
            return self._picture_axes(window_s)
        rate = self.flow.rate or (self.flow.length or 1) / window_s
        time = Axis("time", "s", self.samples() / rate)
        if len(self.cells) == 1:
            return (time,)
        if self.passed.bands is None:
            return (Axis("row", "px", np.arange(self.cells[0]) + 0.5), time)
        hertz = band_centres(self.passed.bands.weights.cpu().double().numpy(), rate)
        bands = cell_centres(self.passed.frequency, len(hertz), self.cells[0])
        return (Axis("frequency", "Hz", between(bands, hertz)), time)

    def _picture_axes(self, window_s: float) -> tuple[Axis, ...]:
        several = () if self.flow.count is None else (picture_axis(self.flow, window_s),)
        if len(self.cells) < 2 or self.flow.size is None:
            return several or (Axis("step", "", np.arange(float(self.cells[-1]))),)
        sides = zip(("row", "column"), self.flow.size, self.cells[-2:], strict=True)
        return (*several, *(Axis(name, "px", pixel_centres(px, cells)) for name, px, cells in sides))


def sources(model: FusionModel) -> dict[str, Source | None]:
    """The map of each sensor; None where its encoder makes none (tables, plain statistics).

    A map over two axes (picture, spectrogram) inside the stem goes first; else the last map of the trunk;
    else the tokens that are pooled; else the last map inside the stem.
    """
    return {name: _source(model, name) for name in model.flows}


def token_axis(model: FusionModel, name: str, tokens: int, window_s: float) -> Axis:
    """The axis of the tokens that a sensor's stem gives to the exchanges."""
    flow, stem = model.inner_flows[name], model.encoders[name]
    if flow.kind == "image" and flow.count == tokens:
        return picture_axis(flow, window_s)
    if stem.channel_tokens and model.stem_flows[name].length == tokens:
        return channel_axis(model, name)
    if flow.kind != "waveform" or model.stem_flows[name].length != tokens:
        return Axis("step", "", np.arange(float(tokens)))
    return Source(flow, "tokens", (tokens,), survey(stem, flow)[1]).axes(window_s)[-1]


def picture_axis(flow: Flow, window_s: float) -> Axis:
    """Frames of a sequence in seconds, photos of a set by number."""
    count = flow.count or 1
    if flow.rate is None:
        return Axis("picture", "", np.arange(float(count)))
    return Axis("time", "s", (np.arange(count) + 0.5) / count * window_s)


def channel_axis(model: FusionModel, name: str) -> Axis:
    """The channels that a sensor's stem takes, by their numbers in the recording; NaN where a selection kept
    fewer than go on."""
    numbers = np.arange(float(model.inner_flows[name].channels))
    if name in model.selected:
        layer = model.selected[name]
        numbers = np.where(layer.used.cpu().numpy(), layer.index.cpu().numpy(), np.nan)
    return Axis("channel", "", numbers)


def _source(model: FusionModel, name: str) -> Source | None:
    flow, stem = model.inner_flows[name], model.encoders[name]
    each_alone = isinstance(stem, ImageSet)
    place, passed = survey(stem.encoder, flow.single) if isinstance(stem, ImageSet) else survey(stem, flow)
    shown = flow if each_alone else flow.single
    one_a_picture = not each_alone and flow.count is not None and stem.out.length == flow.count
    if place is not None and len(place.cells) == 2 and not one_a_picture:
        return Source(shown, "stem", place.cells, place.passed, place)
    between_flow = _before_trunk(model, name)
    if name in model.trunks and not stem.channel_tokens:
        later, _ = survey(model.trunks[name], between_flow)
        if later is not None:
            along = Passed((*passed.time, *later.passed.time), (), passed.bands)
            return Source(flow, "trunk", later.cells[-1:], along, later)
    if between_flow.kind == "tokens":
        channels = channel_axis(model, name) if stem.channel_tokens else None
        return Source(flow, "tokens", (between_flow.length or 0,), passed, channels=channels)
    if place is None or stem.channel_tokens:
        return None
    return Source(shown, "stem", place.cells, place.passed, place)


def _before_trunk(model: FusionModel, name: str) -> Flow:
    if model.exchanges:
        return cast(Exchange, model.exchanges[-1]).out[name]
    return model.stem_flows[name]
