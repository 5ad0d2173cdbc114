"""Figures of merit as functions of sums that add over welds; every leading axis is kept.

A figure is computed from the pooled sums of all groups, or at once for thousands of resamples of whole
groups (`intervals`). Undefined figures are NaN here; `evaluate` turns them into "no value" with a reason.
"""

import numpy as np


def safe_ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Quotient, NaN where the denominator is 0.

    >>> safe_ratio(np.array([1.0, 2.0]), np.array([4.0, 0.0]))
    array([0.25,  nan])
    """
    out = np.full(np.broadcast_shapes(np.shape(numerator), np.shape(denominator)), np.nan)
    return np.divide(numerator, denominator, out=out, where=np.asarray(denominator) > 0)


def accuracy(confusion: np.ndarray) -> np.ndarray:
    """Share of right rows; `confusion` (..., K, K) has truth in rows, prediction in columns.

    >>> float(accuracy(np.array([[3, 1], [0, 4]])))
    0.875
    """
    return safe_ratio(np.trace(confusion, axis1=-2, axis2=-1), confusion.sum(axis=(-2, -1)))


def recalls(confusion: np.ndarray) -> np.ndarray:
    """(..., K) share of each class that is found; NaN for a class without truth."""
    return safe_ratio(_hits(confusion), confusion.sum(axis=-1))


def precisions(confusion: np.ndarray) -> np.ndarray:
    """(..., K) share of the calls of each class that are right; NaN for a class that is never called."""
    return safe_ratio(_hits(confusion), confusion.sum(axis=-2))


def f1s(confusion: np.ndarray) -> np.ndarray:
    """(..., K) harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); NaN without truth."""
    truth = confusion.sum(axis=-1)
    f1 = safe_ratio(2 * _hits(confusion), truth + confusion.sum(axis=-2))
    return np.where(truth > 0, f1, np.nan)


def _hits(confusion: np.ndarray) -> np.ndarray:
    return np.diagonal(confusion, axis1=-2, axis2=-1).astype(float)


def auc(positive: np.ndarray, negative: np.ndarray) -> np.ndarray:
    """Area under the ROC curve from counts (..., B) of positives and negatives at B ascending scores.

    The chance that a positive scores above a negative, ties counted one half (Hanley & McNeil 1982,
    doi:10.1148/radiology.143.1.7063747). NaN if either is absent.

    >>> float(auc(np.array([0, 1, 1]), np.array([1, 1, 0])))
    0.875
    """
    below = np.cumsum(negative, axis=-1) - negative / 2
    return safe_ratio((positive * below).sum(axis=-1), positive.sum(axis=-1) * negative.sum(axis=-1))


def average_precision(positive: np.ndarray, negative: np.ndarray) -> np.ndarray:
    """Mean over the positives of the precision among all that score as high or higher, from counts
    (..., B) of positives and negatives at B ascending scores. NaN without positives.

    >>> round(float(average_precision(np.array([0, 1, 1]), np.array([1, 1, 0]))), 3)
    0.833
    """
    hits = np.cumsum(positive[..., ::-1], axis=-1)
    calls = hits + np.cumsum(negative[..., ::-1], axis=-1)
    precision = np.nan_to_num(safe_ratio(hits, calls))
    return safe_ratio((precision * positive[..., ::-1]).sum(axis=-1), positive.sum(axis=-1))


def event_figures(sums: np.ndarray) -> dict[str, np.ndarray]:
    """Precision, recall and F1 of events from (..., 3) sums: hits, calls, true events; precision NaN where
    nothing was called, recall and F1 NaN where there is no true event.

    >>> {k: round(float(v), 3) for k, v in event_figures(np.array([2.0, 3.0, 4.0])).items()}
    {'event_precision': 0.667, 'event_recall': 0.5, 'event_f1': 0.571}
    """
    hits, calls, true = np.moveaxis(np.asarray(sums, dtype=float), -1, 0)
    f1 = np.where(true > 0, safe_ratio(2 * hits, calls + true), np.nan)
    return {
        "event_precision": safe_ratio(hits, calls),
        "event_recall": safe_ratio(hits, true),
        "event_f1": f1,
    }


def calibration_error(bins: np.ndarray) -> np.ndarray:
    """Expected calibration error from (..., B, 3) sums: rows, right rows, confidence.

    Mean over rows of |share right − mean confidence| of the row's bin (Guo et al. 2017,
    arXiv:1706.04599, eq. 3).

    >>> round(float(calibration_error(np.array([[4.0, 3.0, 2.4], [6.0, 6.0, 5.4]]))), 3)
    0.12
    """
    gap = np.abs(bins[..., 1] - bins[..., 2]).sum(axis=-1)
    return safe_ratio(gap, bins[..., 0].sum(axis=-1))


def real_figures(sums: np.ndarray) -> dict[str, np.ndarray]:
    """MAE, RMSE, R² and bias from (..., 6) sums: rows, |e|, e², e, y, y², with e = value − truth.

    R² = 1 − Σe² / Σ(y − ȳ)², ȳ the mean of these rows; NaN if all truths are equal. Give y with some
    constant near its mean taken off, so that nothing is lost to rounding.
    """
    count, absolute, square, error, y, y2 = np.moveaxis(np.asarray(sums, dtype=float), -1, 0)
    spread = y2 - safe_ratio(y**2, count)
    spread = np.where(spread > 1e-12 * np.maximum(y2, 1e-300), spread, 0.0)
    return {
        "mae": safe_ratio(absolute, count),
        "rmse": np.sqrt(safe_ratio(square, count)),
        "r2": 1 - safe_ratio(square, spread),
        "bias": safe_ratio(error, count),
    }


def log_losses(flags: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """(N,) minus log-probability of the true class; probabilities (N, K) are normalised and clipped to
    the smallest step of a float, as scikit-learn does.

    >>> log_losses(np.array([[1, 0]]), np.array([[0.5, 0.5]])).round(3)
    array([0.693])
    """
    eps = np.finfo(float).eps
    p = np.clip(probability / np.maximum(probability.sum(axis=1, keepdims=True), eps), eps, 1 - eps)
    return -np.log((p * flags).sum(axis=1))


def briers(flags: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """(N,) squared distance of probabilities and flags summed over classes, from 0 to 2 (Brier 1950).

    >>> briers(np.array([[1, 0]]), np.array([[0.5, 0.5]]))
    array([0.5])
    """
    return ((probability - flags) ** 2).sum(axis=1)
