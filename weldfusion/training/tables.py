"""From decoded batches to the two prediction frames, per window and per weld."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from weldfusion.data.batch import Truth, Where
from weldfusion.heads.head import Head


@dataclass(frozen=True)
class Decoded:
    """One batch after decoding: values (B,) by target and class, truths, places, present modalities (B,)."""

    values: Mapping[str, Mapping[str, np.ndarray]]
    truths: Mapping[str, Truth]
    where: Where
    present: np.ndarray


def window_table(head: Head, target: str, batches: Sequence[Decoded]) -> pd.DataFrame:
    """Rows of one target: windows in order, for each its classes in order."""
    labels = list(batches[0].values[target])
    value = np.concatenate([np.stack([b.values[target][k] for k in labels], axis=1) for b in batches])
    truth = np.concatenate(
        [truths(head.kind, b.truths.get(target), len(labels), len(b.present)) for b in batches]
    )

    def column(parts: list[np.ndarray]) -> np.ndarray:
        return np.repeat(np.concatenate(parts), len(labels))

    return pd.DataFrame(
        {
            "weld": column([b.where.weld for b in batches]).astype(str),
            "group": column([b.where.group for b in batches]).astype(str),
            "window": column([b.where.index for b in batches]).astype(np.int64),
            "t0_s": column([b.where.t0_s for b in batches]).astype(float),
            "t1_s": column([b.where.t1_s for b in batches]).astype(float),
            "x_mm": column([b.where.x_mm for b in batches]).astype(float),
            "target": target,
            "kind": head.kind,
            "class": np.tile(np.array(labels, dtype=str), len(value)),
            "truth": truth.ravel(),
            "value": value.ravel().astype(float),
            "lower": np.nan,
            "upper": np.nan,
            "present": column([b.present for b in batches]).astype(str),
        }
    )


def truths(kind: str, truth: Truth | None, labels: int, count: int) -> np.ndarray:
    """Truth (count, labels) as in the frame: flags of classes or the value, NaN where unknown."""
    if truth is None:
        return np.full((count, labels), np.nan)
    value = truth.value.numpy()
    if kind == "class":
        table = (value[:, None] == np.arange(labels)).astype(float)
    else:
        table = value.reshape(count, labels).astype(float)
    table[~truth.known.numpy()] = np.nan
    return table


def weld_table(head: Head, target: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of one target per weld, welds in order of first appearance in the window frame.

    Values are joined by the head's rule. The truth of a weld is the mean of a real target's known
    windows, the class of most of them (at a tie the first), a label that any of them has.
    """
    part = frame[frame["target"] == target]
    labels = [str(label) for label in part["class"].unique()]
    rows = part.iloc[:: len(labels)]
    number, welds = pd.factorize(rows["weld"].to_numpy(dtype=object))
    value = part["value"].to_numpy(dtype=float).reshape(-1, len(labels))
    joined = head.join_windows({label: value[:, k] for k, label in enumerate(labels)}, number)
    truth = _weld_truth(head.kind, part["truth"].to_numpy(dtype=float).reshape(value.shape), number)
    first = np.unique(number, return_index=True)[1]
    count, many = len(welds), len(labels)
    return pd.DataFrame(
        {
            "weld": np.repeat(welds, many).astype(str),
            "group": np.repeat(rows["group"].to_numpy(dtype=object)[first], many).astype(str),
            "target": target,
            "kind": head.kind,
            "class": np.tile(np.array(labels, dtype=str), count),
            "truth": truth.ravel(),
            "value": np.stack([joined[label] for label in labels], axis=1).ravel().astype(float),
            "lower": np.nan,
            "upper": np.nan,
            "present": np.repeat(_union(rows["present"].to_numpy(dtype=object), number, count), many),
        }
    )


def _weld_truth(kind: str, truth: np.ndarray, number: np.ndarray) -> np.ndarray:
    known = ~np.isnan(truth).any(axis=1)
    count = np.bincount(number, weights=known.astype(float))
    total = np.zeros((len(count), truth.shape[1]))
    np.add.at(total, number[known], truth[known])
    with np.errstate(invalid="ignore"):
        mean = np.where(count[:, None] > 0, total / count[:, None], np.nan)
    if kind == "real":
        return mean
    flags = np.eye(mean.shape[1])[mean.argmax(axis=1)] if kind == "class" else (mean > 0).astype(float)
    return np.where(np.isnan(mean), np.nan, flags)


def _union(present: np.ndarray, number: np.ndarray, count: int) -> np.ndarray:
    sets: list[set[str]] = [set() for _ in range(count)]
    for names, weld in set(zip(present.tolist(), number.tolist(), strict=True)):
        sets[weld].update(name for name in names.split(",") if name)
    return np.array([",".join(sorted(names)) for names in sets], dtype=str)
