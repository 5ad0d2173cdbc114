"""Figures of an explanation with intervals over groups, as plain values (`Explanation.figures`).

- `completeness`: largest |base + sum of shares − full|.
- `shares`: for every target, class and modality `size`, the mean |share| over welds (of each weld the mean
  over its windows and networks), `portion`, its part of all sensors' size, and `mean_when_predicted`, the
  mean share over windows in which the class is the predicted one (of a number or events over all windows).
- `pointing`: for every output and sensor with a map over time `windows` with an event, `hits`, `rate` and
  `chance` (hits of a random cell).
- `false_attribution`: for every target the `portion` of each sensor that is pure noise.

A figure is `{value, lower, upper, reason}`; edges are null with the reason where no interval can be given.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from weldfusion.evaluation.intervals import RESAMPLES, group_counts, percentile_interval
from weldfusion.explain.explanation import completeness_error

OUTPUT = ["target", "class"]
Plain = dict[str, Any]


def figures(shares: pd.DataFrame, pointing: pd.DataFrame, noise: Collection[str], seed: int) -> Plain:
    """All figures; `noise` names the sensors that are known to see nothing of the weld."""
    names = np.unique(shares["group"].to_numpy(dtype=object).astype(str))
    draw = Draw(names, seed)
    return {
        "completeness": completeness_error(shares),
        "shares": share_figures(shares, draw),
        "pointing": pointing_figures(pointing, draw),
        "false_attribution": noise_figures(shares, noise, draw),
    }


class Draw:
    """Resamples of whole groups, drawn once for all figures.

    Args:
        names: (G,) groups, ascending.
        seed: key of the resampling.
    """

    def __init__(self, names: np.ndarray, seed: int) -> None:
        self.names = names
        self.counts = group_counts(len(names), RESAMPLES, seed)

    def ratio(self, group: np.ndarray, above: np.ndarray, below: np.ndarray) -> Plain:
        """Σ above / Σ below of rows (N,) with an interval from resampling their groups."""
        place = np.searchsorted(self.names, group.astype(str))
        totals = [np.bincount(place, weights=part, minlength=len(self.names)) for part in (above, below)]
        if not totals[1].any():
            return {"value": None, "lower": None, "upper": None, "reason": "nothing to measure"}
        with np.errstate(invalid="ignore", divide="ignore"):
            resampled = (self.counts @ totals[0]) / (self.counts @ totals[1])
        interval = percentile_interval(resampled, int((totals[1] > 0).sum()))
        value = float(totals[0].sum() / totals[1].sum())
        return {"value": value, "lower": interval.lower, "upper": interval.upper, "reason": interval.reason}


def share_figures(shares: pd.DataFrame, draw: Draw) -> list[Plain]:
    """See the module."""
    welds = sizes(shares)
    chosen = shares[predicted(shares)]
    rows = []
    for output, part in welds.groupby(OUTPUT, sort=False, dropna=False):
        whole = part.groupby("weld", sort=False)["size"].transform("sum").to_numpy(dtype=float)
        told = chosen[(chosen["target"] == output[0]) & (chosen["class"] == output[1])]
        for modality in part["modality"].unique():
            own = (part["modality"] == modality).to_numpy(dtype=bool)
            group, size = part["group"].to_numpy(dtype=object)[own], part["size"].to_numpy(dtype=float)[own]
            here = told[told["modality"] == modality]
            share = here["share"].to_numpy(dtype=float)
            rows.append(
                {
                    "target": output[0],
                    "class": output[1],
                    "modality": modality,
                    "welds": int(own.sum()),
                    "groups": len(np.unique(group.astype(str))),
                    "size": draw.ratio(group, size, np.ones(len(size))),
                    "portion": draw.ratio(group, size, whole[own]),
                    "mean_when_predicted": draw.ratio(
                        here["group"].to_numpy(dtype=object), share, np.ones(len(share))
                    ),
                }
            )
    return rows


def sizes(shares: pd.DataFrame) -> pd.DataFrame:
    """One row per weld, output and modality: `size`, the mean |share| over windows and networks."""
    keys = [*OUTPUT, "weld", "modality"]
    table = shares[[*keys, "group"]].assign(size=np.abs(shares["share"].to_numpy(dtype=float)))
    return table.groupby(keys, sort=False, dropna=False).agg({"group": "first", "size": "mean"}).reset_index()


def predicted(shares: pd.DataFrame) -> np.ndarray:
    """bool (N,): rows whose class is the likeliest of its target in this window (of flags: at least 0.5);
    all rows of a number and of events, whose values are means over the window's steps."""
    keys = ["fold", "seed", "weld", "window", "target"]
    full = shares["full"].to_numpy(dtype=float)
    kind = shares["kind"].to_numpy(dtype=object)
    most = shares.groupby(keys, sort=False)["full"].transform("max").to_numpy(dtype=float)
    return np.where(kind == "class", full == most, np.where(kind == "multilabel", full >= 0.5, True))


def pointing_figures(pointing: pd.DataFrame, draw: Draw) -> list[Plain]:
    """See the module."""
    rows = []
    for (target, label, modality), part in pointing.groupby([*OUTPUT, "modality"], sort=False, dropna=False):
        hit = part["hit"].to_numpy(dtype=float)
        rows.append(
            {
                "target": target,
                "class": label,
                "modality": modality,
                "windows": len(part),
                "hits": int(hit.sum()),
                "rate": draw.ratio(part["group"].to_numpy(dtype=object), hit, np.ones(len(hit))),
                "chance": float(part["chance"].mean()),
            }
        )
    return rows


def noise_figures(shares: pd.DataFrame, noise: Collection[str], draw: Draw) -> list[Plain]:
    """See the module."""
    welds = sizes(shares[shares["modality"].isin(sorted(noise))]) if noise else shares.iloc[:0]
    if welds.empty:
        return []
    everything = sizes(shares)
    rows = []
    for (target, modality), part in welds.groupby(["target", "modality"], sort=False):
        of_weld = part.groupby("weld", sort=False).agg({"group": "first", "size": "sum"})
        of_target = everything[everything["target"] == target].groupby("weld", sort=False)["size"].sum()
        whole = of_target.reindex(of_weld.index).to_numpy(dtype=float)
        group, size = of_weld["group"].to_numpy(dtype=object), of_weld["size"].to_numpy(dtype=float)
        rows.append({"target": target, "modality": modality, "portion": draw.ratio(group, size, whole)})
    return rows
