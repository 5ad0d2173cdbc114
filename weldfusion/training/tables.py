"""From decoded batches to the prediction frame per window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from weldfusion.data.batch import Truth, Where
from weldfusion.data.steps import step_edges, step_places
from weldfusion.heads.head import Head


@dataclass(frozen=True)
class Decoded:
    """One batch after decoding: values (B,) or (B, steps) by target and class, truths, places, present
    modalities (B,), and by target, where the fusion tells it, how much these contradict each other (B,) and
    whether they leave nothing in common (B,), 1 or 0."""

    values: Mapping[str, Mapping[str, np.ndarray]]
    truths: Mapping[str, Truth]
    where: Where
    present: np.ndarray
    conflict: Mapping[str, np.ndarray] = field(default_factory=dict)
    total_conflict: Mapping[str, np.ndarray] = field(default_factory=dict)


def window_table(head: Head, target: str, batches: Sequence[Decoded]) -> pd.DataFrame:
    """Rows of one target: windows in order, for each its steps, for each of these its classes in order."""
    labels = list(batches[0].values[target])
    parts = [_rows(head, target, batch) for batch in batches]
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    rows = len(table["value"]) // len(labels)
    return pd.DataFrame(
        {
            **{name: table[name].astype(str) for name in ("weld", "group")},
            **{name: table[name].astype(np.int64) for name in ("window", "step")},
            **{name: table[name].astype(float) for name in ("t0_s", "t1_s", "x_mm")},
            "target": target,
            "kind": head.kind,
            "class": np.tile(np.array(labels, dtype=str), rows),
            "truth": table["truth"],
            "value": table["value"].astype(float),
            "lower": np.nan,
            "upper": np.nan,
            "present": table["present"].astype(str),
            **{name: table[name].astype(float) for name in ("conflict", "total_conflict")},
        }
    )


def _rows(head: Head, target: str, batch: Decoded) -> dict[str, np.ndarray]:
    """Columns of the rows of one batch, (B · steps · classes,) each."""
    values, truth = batch.values[target], batch.truths.get(target)
    count, labels, steps = len(batch.present), len(values), max(head.target.steps, 1)
    untold = np.full(count, np.nan)
    of_windows = {
        "present": batch.present,
        "conflict": batch.conflict.get(target, untold),
        "total_conflict": batch.total_conflict.get(target, untold),
    }
    places = _places(batch.where, steps) | {n: np.repeat(column, steps) for n, column in of_windows.items()}
    found = {name: np.repeat(column, labels) for name, column in places.items()}
    stacked = np.stack([value.reshape(count, steps) for value in values.values()], axis=2)
    found["value"] = stacked.ravel()
    found["truth"] = truths(head.kind, truth, (count, steps, labels)).ravel()
    return found


def _places(where: Where, steps: int) -> dict[str, np.ndarray]:
    """Weld, group, window, step, edges and place on the seam of every step (B · steps,)."""
    names = {"weld": "weld", "group": "group", "window": "index"}
    found = {ours: np.repeat(getattr(where, its), steps) for ours, its in names.items()}
    edges = np.stack([where.t0_s, where.t1_s], axis=1)
    unknown = np.full(len(edges), np.nan)
    speed = unknown if where.speed_mm_s is None else where.speed_mm_s
    ends = step_edges(edges, steps).reshape(-1, 2)
    x_mm = where.x_mm if steps == 1 else step_places(edges, where.x_mm, speed, steps).ravel()
    step = np.tile(np.arange(steps), len(edges))
    return found | {"step": step, "t0_s": ends[:, 0], "t1_s": ends[:, 1], "x_mm": x_mm}


def truths(kind: str, truth: Truth | None, shape: tuple[int, int, int]) -> np.ndarray:
    """Truth (windows, steps, classes) as in the frame: flags of classes or the value, NaN where unknown."""
    if truth is None:
        return np.full(shape, np.nan)
    value = truth.value.numpy()
    if kind == "class":
        table = (value[:, None] == np.arange(shape[2])).astype(float).reshape(shape)
    elif value.ndim == 3:
        table = value.transpose(0, 2, 1).astype(float)
    else:
        table = value.reshape(shape).astype(float)
    table[~truth.known.numpy()] = np.nan
    return table
