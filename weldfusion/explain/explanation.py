"""Everything that was found out about a run's predictions: shares, maps, attention, figures, truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from weldfusion.errors import RunError

SHARE_COLUMNS = (
    "weld",
    "group",
    "window",
    "t0_s",
    "t1_s",
    "x_mm",
    "target",
    "kind",
    "class",
    "truth",
    "base",
    "full",
    "modality",
    "present",
    "share",
    "fold",
    "seed",
)
POINTING_COLUMNS = (
    "weld",
    "group",
    "window",
    "target",
    "class",
    "modality",
    "hit",
    "chance",
    "fold",
    "seed",
)
WELD_COLUMNS = tuple(name for name in SHARE_COLUMNS if name not in ("window", "t0_s", "t1_s", "x_mm"))

Background = Literal["absent", "training mean"]


@dataclass(frozen=True)
class Axis:
    """One axis of a map: its name, its unit and the centres of its cells.

    | name | unit | meaning of a centre |
    |---|---|---|
    | time | s | after the start of the window, on the weld's own clock |
    | frequency | Hz | |
    | row, column | px | of the picture as the model gets it, 0 at the top left corner |
    | picture | | number of a photo of a set, from 0; of a frame sequence the axis is `time` |
    | column | | number of a column of a table (unit ``), from 0 |
    | channel | | number of a channel of a waveform or spectrum as recorded, from 0; of joined ones the mean |
    | step | | number of a token that has no place in time, from 0 |
    """

    name: str
    unit: str
    centres: np.ndarray


@dataclass(frozen=True)
class AttributionMap:
    """Grad-CAM of one modality for one output of one network, all windows of one weld.

    Args:
        weld, fold, seed: which weld, explained by which network.
        modality, target, label: which sensor, and for which output (class; "" for a number).
        window: (W,) numbers of the windows in the weld.
        start_s: (W,) start of each window on the weld's own clock; `start_s[w] + time` is a time in the weld.
        axes: one per further axis of `values`.
        values: float32 (W, *cells); positive where the sensor speaks for the class (for a larger value),
            negative where it speaks against it; NaN where there is nothing (padding, absent photo). In units
            of the raw output: logit for a class, standard deviations of the truth for a number. Windows of
            which the sensor is absent are all NaN.
        size_px: height and width of the picture for maps over pictures.
    """

    weld: str
    fold: str
    seed: int
    modality: str
    target: str
    label: str
    window: np.ndarray
    start_s: np.ndarray
    axes: tuple[Axis, ...]
    values: np.ndarray
    size_px: tuple[int, int] | None = None


@dataclass(frozen=True)
class AttentionMap:
    """To what one sensor listened in another, mean over the heads of one attention, windows of one weld.

    Args:
        exchange: which exchange of the model, from 0.
        listener: modality whose tokens are changed; `query` gives the queries (the same, unless the
            exchange takes queries from the other modality), `key` is the modality that is listened to.
        query_axis, key_axis: cells; each holds one token or several.
        weights: float32 (W, cells of query, cells of key); summed over the tokens of a key cell, mean over
            the valid tokens of a query cell, so that a row sums to 1; rows of padding and of windows
            where a sensor is absent are NaN.
    """

    weld: str
    fold: str
    seed: int
    exchange: int
    listener: str
    query: str
    key: str
    window: np.ndarray
    start_s: np.ndarray
    query_axis: Axis
    key_axis: Axis
    weights: np.ndarray


@dataclass(frozen=True)
class WeldTruth:
    """What really happened in a simulated weld: events, such as collapses of the keyhole, and pores.

    `event_s` (E,) seconds on the weld's own clock with `event_kind` (E,) in words; `pore_s` (P,) when the
    beam was where the pore lies, `pore_um` (P,) diameters; only pores that stayed in the weld.
    """

    weld: str
    event_s: np.ndarray
    event_kind: tuple[str, ...]
    pore_s: np.ndarray
    pore_um: np.ndarray


@dataclass(frozen=True)
class TargetInfo:
    """A target as a report names it; `classes` is empty for a number."""

    name: str
    kind: str
    unit: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """Everything a report about explanations needs; numbers only.

    Args:
        targets: what was predicted, in order.
        modalities: names of the sensors, sorted.
        background: what "without this sensor" means: `absent` where the network was trained with
            absent sensors, else `training mean` (the sensor is there and reads its mean in training).
        shares: one row per network, window, target, class and modality (`SHARE_COLUMNS`). `share` is
            the Shapley value: how far this sensor moves the prediction of this window from `base` (no
            sensor) to `full` (all sensors), as a probability for a class, in the target's unit for a
            number. `base + sum of shares = full`. Exactly 0 for a sensor that is not `present`.
            `truth` is 1/0 for a class, the value for a number, NaN if unknown.
        detailed: welds that were asked for in detail, in order; they need not have maps.
        maps: Grad-CAM of these welds.
        attention: attention between sensors, of the same welds; empty without attention.
        truths: by weld, of simulated welds.
        figures: plain values for `explanation.json`; see `explain.figures`.
        pointing: of simulated welds, one row per network, window with an event, output and sensor with a map
            over time (`POINTING_COLUMNS`): whether the map's maximum lies at a true event, and the chance
            that a random cell of the map does.
        notes: plain sentences that a report must repeat (what could not be explained, and why).
    """

    targets: tuple[TargetInfo, ...]
    modalities: tuple[str, ...]
    background: Background
    shares: pd.DataFrame
    detailed: tuple[str, ...] = ()
    maps: tuple[AttributionMap, ...] = ()
    attention: tuple[AttentionMap, ...] = ()
    truths: Mapping[str, WeldTruth] = field(default_factory=dict)
    figures: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    pointing: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(POINTING_COLUMNS)))

    def target(self, name: str) -> TargetInfo:
        """Raises RunError at an unknown name."""
        for target in self.targets:
            if target.name == name:
                return target
        raise RunError(f"no target {name!r} was explained; valid: {', '.join(t.name for t in self.targets)}")

    @property
    def welds(self) -> list[str]:
        """Ids of all welds with shares, in order of first appearance."""
        return [str(weld) for weld in self.shares["weld"].unique()]

    def by_weld(self) -> pd.DataFrame:
        """Shares per weld (`WELD_COLUMNS`): the mean over the weld's windows, for each network."""
        return mean_over_windows(self.shares)

    def maps_of(self, weld: str, modality: str, target: str, label: str) -> list[AttributionMap]:
        """Maps of one weld, sensor and output, one per network."""
        wanted = (weld, modality, target, label)
        return [m for m in self.maps if (m.weld, m.modality, m.target, m.label) == wanted]


def mean_over_windows(shares: pd.DataFrame) -> pd.DataFrame:
    """Shares per weld; the mean over windows of `truth` (known ones), `base`, `full` and `share`.

    A sensor is `present` in the weld if it is in any of its windows.
    """
    keys = ["fold", "seed", "weld", "target", "class", "modality"]
    grouped = shares.groupby(keys, sort=False, dropna=False)
    how = {"group": "first", "kind": "first", "present": "any"}
    how |= dict.fromkeys(("truth", "base", "full", "share"), "mean")
    return grouped.agg(how).reset_index()[list(WELD_COLUMNS)]


def completeness_error(shares: pd.DataFrame) -> float:
    """Largest |base + sum of shares − full| over networks, windows and outputs."""
    keys = ["fold", "seed", "weld", "window", "target", "class"]
    of = shares.groupby(keys, sort=False, dropna=False)
    ends = of[["base", "full"]].first()
    gap = (
        ends["base"].to_numpy(dtype=float) + of["share"].sum().to_numpy(dtype=float) - ends["full"].to_numpy()
    )
    return float(np.abs(gap).max(initial=0.0))


def check_same(parts: Sequence[Explanation]) -> None:
    """Raises RunError if explanations are not of the same targets and sensors."""
    for part in parts[1:]:
        if (part.targets, part.modalities) != (parts[0].targets, parts[0].modalities):
            raise RunError("explanations of different targets or sensors cannot be joined")
