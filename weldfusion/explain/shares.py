"""How much each sensor contributes to each prediction: Shapley values over all coalitions of sensors."""

import numpy as np
import pandas as pd

from weldfusion.data.batch import Batch, Truth, Where
from weldfusion.data.card import TargetSpec
from weldfusion.explain.coalitions import coalition_values
from weldfusion.explain.explanation import SHARE_COLUMNS, Background
from weldfusion.explain.shapley import shapley
from weldfusion.training.predictor import Predictor


def batch_shares(predictor: Predictor, batch: Batch, background: Background) -> pd.DataFrame:
    """Shares of all sensors in the predictions of a batch (`SHARE_COLUMNS`).

    Windows in order, for each target, class and sensor in order. Raises RunError for more than 12 sensors.
    """
    assert batch.where is not None
    here = predictor.model.presence(batch, {})
    present = np.array([mask.numpy() for mask in here.values()])
    values = coalition_values(predictor, batch, background)
    tables = [
        _table(
            batch.where, target, truth_of(target, batch.targets.get(name), len(batch)), values[name], present
        )
        for name, target in predictor.model.targets.items()
    ]
    frame = pd.concat(tables, ignore_index=True)
    sensors = np.array(list(here), dtype=object)
    frame["modality"] = np.tile(sensors, len(frame) // len(sensors))
    return frame.assign(fold=predictor.fold, seed=predictor.seed)[list(SHARE_COLUMNS)]


def _table(
    where: Where, target: TargetSpec, truth: np.ndarray, values: np.ndarray, present: np.ndarray
) -> pd.DataFrame:
    """Rows of one target from coalition values (2^M, B, K) and presence (M, B)."""
    share = shapley(values)
    sensor, window, output = (index.ravel() for index in np.indices(share.shape).transpose(0, 2, 3, 1))
    return pd.DataFrame(
        {
            "weld": where.weld.astype(object)[window],
            "group": where.group.astype(object)[window],
            "window": where.index[window],
            "t0_s": where.t0_s[window],
            "t1_s": where.t1_s[window],
            "x_mm": where.x_mm[window],
            "target": target.name,
            "kind": target.kind,
            "class": np.array(target.labels, dtype=object)[output],
            "truth": truth[window, output],
            "base": values[0, window, output],
            "full": values[-1, window, output],
            "present": present[sensor, window],
            "share": share[sensor, window, output],
        }
    )


def truth_of(target: TargetSpec, truth: Truth | None, count: int) -> np.ndarray:
    """Truth (B, K) as a prediction is told: flags of classes or the value, NaN where unknown.

    Of a dense target the mean over the known steps of the window.
    """
    labels = len(target.labels)
    if truth is None:
        return np.full((count, labels), np.nan)
    value = truth.value.cpu().numpy()
    if target.kind == "class":
        table = (value[:, None] == np.arange(labels)).astype(float)
    elif target.dense:
        table = mean_known(value.reshape(count, labels, -1).astype(float))
    else:
        table = value.reshape(count, labels).astype(float)
    table[~truth.known.cpu().numpy()] = np.nan
    return table


def mean_known(values: np.ndarray) -> np.ndarray:
    """Mean over the last axis of what is not NaN; NaN where nothing is known.

    >>> mean_known(np.array([[1.0, np.nan, 2.0], [np.nan] * 3])).tolist()
    [1.5, nan]
    """
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0).sum(axis=-1)
    return np.where(known.any(axis=-1), total / np.maximum(known.sum(axis=-1), 1), np.nan)
