"""One weld on one time axis: what happened, what the model said, every sensor with its attribution."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from weldfusion.explain.explanation import AttributionMap, Explanation, TargetInfo, WeldTruth
from weldfusion.report.draw import draw
from weldfusion.report.elements import Figure
from weldfusion.report.explanation import panels
from weldfusion.report.explanation.along import map_along
from weldfusion.report.explanation.attention import listened_panel
from weldfusion.report.explanation.panels import Panel
from weldfusion.report.explanation.pictures import frame_panel
from weldfusion.report.explanation.spectra import is_sound_like, sequence_panel, spectrum_panel
from weldfusion.report.signals import SignalView

WIDTH = 7.6
MOST_HEIGHT = 13.0


@dataclass(frozen=True)
class Scene:
    """One weld, as explained by one network for one output, with what its sensors recorded."""

    explanation: Explanation
    weld: str
    network: tuple[str, int]
    target: TargetInfo
    label: str
    signals: Mapping[str, SignalView]

    @property
    def rows(self) -> pd.DataFrame:
        """Shares of this weld, network and target, all classes."""
        shares = self.explanation.shares
        fold, seed = self.network
        of_network = (shares["fold"] == fold) & (shares["seed"] == seed)
        return shares[of_network & (shares["weld"] == self.weld) & (shares["target"] == self.target.name)]

    @property
    def truth(self) -> WeldTruth | None:
        """What really happened, of a simulated weld."""
        return self.explanation.truths.get(self.weld)

    def map_of(self, modality: str) -> AttributionMap | None:
        """The attribution of a sensor."""
        found = self.explanation.maps_of(self.weld, modality, self.target.name, self.label)
        return next((one for one in found if (one.fold, one.seed) == self.network), None)


def timeline(scene: Scene, alt: str) -> list[Figure]:
    """The weld's picture; of welds with very many sensors several, all over the same seconds."""
    rows = _panels(scene)
    ends = _ends(scene)
    return [_drawn(page, ends, scene.truth, alt) for page in _pages(rows)] if rows else []


def _panels(scene: Scene) -> list[Panel]:
    found = [panels.truth_panel(scene.truth)] if scene.truth is not None else []
    rows = scene.rows
    if rows["window"].nunique() > 1:
        first = rows[rows["modality"] == scene.explanation.modalities[0]]
        colours = panels.sensor_colours(scene.explanation.modalities)
        own = rows[rows["class"] == scene.label]
        found.append(panels.prediction_panel(first, scene.label, scene.target.unit))
        found.append(panels.share_panel(own, colours, scene.target.unit))
    for name in scene.explanation.modalities:
        if name in scene.signals:
            found += _of_sensor(scene, name, scene.signals[name])
    heard = [one for one in scene.explanation.attention if _is_of(one, scene)]
    return found + [listened_panel(one) for one in heard if one.key_axis.name == "time"]


def _is_of(one: Any, scene: Scene) -> bool:
    return (one.weld, (one.fold, one.seed)) == (scene.weld, scene.network)


def _of_sensor(scene: Scene, name: str, view: SignalView) -> list[Panel]:
    one = scene.map_of(name)
    if view.kind == "image" and len(view.times):
        return [frame_panel(name, view, one)]
    if view.kind not in ("waveform", "spectrum") or not view.rate:
        return []
    laid = map_along(one) if one is not None else None
    if view.kind == "spectrum":
        return [sequence_panel(name, view, laid)]
    if not is_sound_like(view):
        return [panels.wave_panel(name, view, laid)]
    frequency = next((axis for axis in one.axes if axis.name == "frequency"), None) if one else None
    return [panels.wave_panel(name, view, laid), spectrum_panel(name, view, laid, frequency)]


def _ends(scene: Scene) -> tuple[float, float]:
    """First and last second of what the model was given."""
    rows = scene.rows
    return float(rows["t0_s"].min()), float(rows["t1_s"].max())


def _pages(rows: Sequence[Panel]) -> list[list[Panel]]:
    pages: list[list[Panel]] = [[]]
    for row in rows:
        if pages[-1] and sum(one.height for one in pages[-1]) + row.height > MOST_HEIGHT:
            pages.append([])
        pages[-1].append(row)
    return pages


def _drawn(rows: Sequence[Panel], ends: tuple[float, float], truth: WeldTruth | None, alt: str) -> Figure:
    height = sum(row.height for row in rows) + 0.45

    def paint(canvas: Any) -> None:
        canvas.set_layout_engine(None)  # fixed margins are five times as fast for so many rows
        axes = canvas.subplots(
            len(rows), 1, sharex=True, squeeze=False, height_ratios=[row.height for row in rows]
        ).ravel()
        canvas.subplots_adjust(0.13, 0.42 / height, 0.915, 1 - 0.22 / height, hspace=0.42)
        for ax, row in zip(axes, rows, strict=True):
            ax.set_xlim(ends)
            row.paint(ax)
            ax.set_xlim(ends)
            ax.yaxis.set_label_coords(-0.115, 0.5)
            ax.yaxis.label.set_size(8)
            ax.tick_params(labelsize=7.5)
            if truth is not None:
                panels.mark_events(ax, truth)
        axes[-1].set_xlabel("time (s)")

    return draw((WIDTH, height), paint, alt, alt)
