"""Variance inflation: which columns of a table the others say already."""

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted

from weldfusion.errors import SignalError
from weldfusion.signals.selection import Selection

SINGULAR = 1e-10


def variance_inflation(table: np.ndarray, intercept: bool = True) -> np.ndarray:
    """(columns,) variance inflation factors 1 / (1 - R²) of the regression of each column on the others.

    They are the diagonal of the inverse of the correlation matrix (Belsley, Kuh & Welsch 1980). A column that
    others make up exactly, and with `intercept` a constant one, has infinity; the rest are right beside it.

    Args:
        table: (rows, columns), finite, more rows than columns.
        intercept: regression with a constant. Without it (R² about zero, which is what statsmodels gives up
            to 0.14 unless a constant is added) independent columns have large values if their mean is large.

    Raises SignalError for a table that cannot be used.

    >>> a, b = np.array([1.0, -1.0, 1.0, -1.0]), np.array([1.0, 1.0, -1.0, -1.0])
    >>> variance_inflation(np.stack([a, 0.6 * a + 0.8 * b], axis=1)).round(4).tolist()
    [1.5625, 1.5625]
    """
    return _inflation(_correlation(table, intercept))


def _correlation(table: np.ndarray, intercept: bool) -> np.ndarray:
    """(columns, columns) correlation, about zero without `intercept`; 0 for a column without variation."""
    try:
        array = np.asarray(table, np.float64)
    except (TypeError, ValueError):
        raise SignalError("table must hold real numbers in every column") from None
    if array.ndim != 2 or array.shape[0] <= array.shape[1] or array.shape[1] == 0:
        raise SignalError(f"table must have more rows than columns, at least one column, is {array.shape}")
    with np.errstate(invalid="ignore", over="ignore"):
        mean = array.mean(axis=0) if intercept else np.zeros(array.shape[1])
        centred = array - mean if intercept else array
        products = centred.T @ centred
    if not np.isfinite(products).all():
        _refuse(array)
    length = np.sqrt(np.diag(products))
    varies = length > SINGULAR * np.sqrt(len(array)) * np.abs(mean)
    scale = np.where(varies, length, np.inf)
    return products / scale / scale[:, None]


def _refuse(array: np.ndarray) -> None:
    gone = np.argwhere(~np.isfinite(array))
    if not len(gone):
        raise SignalError("table holds values whose squares are too large; give it in other units")
    row, column = (int(i) for i in gone[0])
    raise SignalError(f"table[{row}, {column}] is {array[row, column]}; fill NaN and infinity first")


def _inflation(correlation: np.ndarray) -> np.ndarray:
    """Diagonal of the inverse; infinity for columns that take part in a null direction."""
    values, vectors = np.linalg.eigh(correlation)
    null = values < SINGULAR * len(values)
    within = np.square(vectors[:, null]).sum(axis=1)
    inverse = (np.square(vectors[:, ~null]) / values[~null]).sum(axis=1)
    return np.where(within > SINGULAR, np.inf, inverse)


class StepwiseVif(SelectorMixin, Selection, BaseEstimator):
    """Drops the column of the largest variance inflation until none is above a limit.

    Among columns of infinite inflation the last one goes first, so that of two copies the first stays. Fit it
    on the training part only, and leave out of the table what is a result of the weld.

    Args:
        most: largest variance inflation that may stay.
        intercept: as in `variance_inflation`.

    Attributes:
        support_: (columns,) whether a column stays.
        dropped_: (column, its variance inflation when it went), in order; names where the table had them.
        inflation_: (kept,) variance inflation of what stays.

    >>> r = np.random.default_rng(0).normal(size=(100, 2))
    >>> StepwiseVif().fit(np.c_[r, r.sum(axis=1)]).dropped_
    [(2, inf)]
    """

    def __init__(self, most: float = 10.0, intercept: bool = True) -> None:
        self.most = most
        self.intercept = intercept

    def fit(self, table: np.ndarray, target: object = None) -> Self:
        if not self.most >= 1:
            raise SignalError(f"most must be 1 or above, is {self.most}")
        correlation = _correlation(table, self.intercept)
        names = getattr(table, "columns", None)
        if names is not None:
            self.feature_names_in_ = np.asarray(names, dtype=object)
        self.n_features_in_ = len(correlation)
        kept = list(range(len(correlation)))
        self.dropped_: list[tuple[object, float]] = []
        inflation = _inflation(correlation)
        while len(kept) > 1 and inflation.max() > self.most:
            worst = len(kept) - 1 - int(inflation[::-1].argmax())
            column = kept.pop(worst)
            self.dropped_.append((column if names is None else names[column], float(inflation[worst])))
            inflation = _inflation(correlation[np.ix_(kept, kept)])
        self.support_ = np.isin(np.arange(len(correlation)), kept)
        self.inflation_ = inflation
        return self

    def _get_support_mask(self) -> np.ndarray:
        check_is_fitted(self, "support_")
        return self.support_

    def kept_of(self, windows: np.ndarray, classes: np.ndarray | None) -> np.ndarray:
        """Every time of every window is a row of the table; classes are not used."""
        rows = np.moveaxis(windows, 1, 2).reshape(-1, windows.shape[1])
        return np.flatnonzero(clone(self).fit(rows).get_support())
