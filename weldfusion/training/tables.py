"""From decoded batches to the prediction frame per window."""

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
