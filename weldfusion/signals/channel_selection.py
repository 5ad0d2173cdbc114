"""Channels that are worth keeping: relevant to the class, and not the copy of one that is kept."""

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.feature_selection import f_classif
from sklearn.utils.validation import check_is_fitted

from weldfusion.errors import SignalError
from weldfusion.signals.selection import Selection

CONSTANT = 1e-12


class ChannelSelection(TransformerMixin, Selection, BaseEstimator):
    """Keeps channels in order of relevance, each only if it correlates little with all that are kept.

    Relevance is the F value of the analysis of variance of the channel's mean over time between the classes
    (without classes, its variance); correlation is Pearson's over all windows and samples. Constant channels
    go first. Fit it on the training part only. (The systems with spectra select by Pearson's r; the order is
    our choice.)

    Args:
        most: largest absolute correlation between two channels that stay.
        count: at most this many stay; all by default.

    Attributes:
        kept_: indices of the channels that stay, in rising order.
        relevance_: (channels,) by which they were ordered; NaN for constant ones.

    >>> r = np.random.default_rng(0).normal(size=(20, 1, 50))
    >>> windows = np.concatenate([r, 2 * r + 1, np.zeros_like(r), r[::-1]], axis=1)
    >>> ChannelSelection().fit(windows).kept_.tolist()
    [1, 3]
    """

    def __init__(self, most: float = 0.95, count: int | None = None) -> None:
        self.most = most
        self.count = count

    def fit(self, windows: np.ndarray, classes: np.ndarray | None = None) -> Self:
        """
        Args:
            windows: (windows, channels, time), finite.
            classes: (windows,) class of each.
        """
        array = _checked(windows)
        if not 0 < self.most <= 1:
            raise SignalError(f"most must be above 0 and at most 1, is {self.most}")
        rows = np.moveaxis(array, 1, 0).reshape(array.shape[1], -1)
        rows = rows - rows.mean(axis=1, keepdims=True)
        spread = np.sqrt(np.mean(np.square(rows), axis=1))
        varies = spread > CONSTANT * np.abs(array).max(axis=(0, 2), initial=0.0)
        if not varies.any():
            raise SignalError("every channel is constant; there is none to keep")
        rows = rows / np.where(varies, spread, 1.0)[:, None]
        correlation = np.abs(rows @ rows.T) / rows.shape[1]
        self.relevance_ = np.full(len(varies), np.nan)
        self.relevance_[varies] = _relevance(array[:, varies], spread[varies], classes)
        kept: list[int] = []
        for channel in np.argsort(-np.where(varies, self.relevance_, -np.inf), kind="stable"):
            full = self.count is not None and len(kept) >= self.count
            if varies[channel] and not full and (correlation[channel, kept] < self.most).all():
                kept.append(int(channel))
        self.kept_ = np.array(sorted(kept))
        self.n_features_in_ = array.shape[1]
        return self

    def transform(self, windows: np.ndarray) -> np.ndarray:
        """(windows, kept channels, time)."""
        check_is_fitted(self, "kept_")
        array = _checked(windows)
        if array.shape[1] != self.n_features_in_:
            raise SignalError(f"windows have {array.shape[1]} channels, fitted were {self.n_features_in_}")
        return array[:, self.kept_]

    def kept_of(self, windows: np.ndarray, classes: np.ndarray | None) -> np.ndarray:
        kept: np.ndarray = clone(self).fit(windows, classes).kept_
        return kept


def _checked(windows: np.ndarray) -> np.ndarray:
    array = np.asarray(windows)
    if array.ndim != 3 or 0 in array.shape:
        raise SignalError(f"windows must be (windows, channels, time), none of them 0, are {array.shape}")
    if not np.isfinite(array).all():
        raise SignalError("windows hold NaN or infinity; fill or mask them first")
    return array.astype(np.float64, copy=False)


def _relevance(array: np.ndarray, spread: np.ndarray, classes: np.ndarray | None) -> np.ndarray:
    if classes is None:
        return np.square(spread)
    labels = np.asarray(classes)
    if len(labels) != len(array) or len(set(labels.tolist())) < 2:
        raise SignalError(
            f"classes must be one for each of {len(array)} windows, at least two different ones"
        )
    return f_classif(array.mean(axis=2), labels)[0]
