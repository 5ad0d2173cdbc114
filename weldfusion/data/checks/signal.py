"""What is odd about one channel of a recording: dead, constant, clipped, not finite."""

import numpy as np

CLIPPED_RUNS = 5
CLIPPED_LENGTH = 3
CLIPPED_SHARE = 0.001
ODD = {
    "dead": "is 0 throughout; is the sensor connected?",
    "constant": "never changes; is the sensor connected?",
    "clipped": "is cut off at its largest or smallest value; lower the gain",
}


def oddity(channel: np.ndarray) -> str | None:
    """What is odd about the finite samples of a channel (time,); None where nothing is.

    >>> oddity(np.zeros(100)), oddity(np.ones(100)), oddity(np.sin(np.arange(1000)))
    ('dead', 'constant', None)
    >>> oddity(np.clip(1.5 * np.sin(np.arange(10_000) / 20), -1, 1))
    'clipped'
    """
    finite = channel[np.isfinite(channel)]
    if len(finite) < 2:
        return None
    low, high = finite.min(), finite.max()
    if low == high:
        return "constant" if low else "dead"
    if is_clipped(finite, float(high)) or is_clipped(-finite, float(-low)):
        return "clipped"
    return None


def is_clipped(values: np.ndarray, limit: float) -> bool:
    """Whether a signal is cut off at `limit`, its largest value.

    Clipping shows as many separate plateaus of equal samples at the limit that the signal reaches while
    it moves; a slow or coarsely stepped signal that rests at its top has few plateaus or reaches them by
    its smallest step.
    """
    at_limit = values >= limit
    if at_limit.mean() < CLIPPED_SHARE or at_limit.mean() > 0.9:
        return False
    edges = np.diff(at_limit.astype(np.int8), prepend=0, append=0)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    starts = starts[ends - starts >= CLIPPED_LENGTH]
    starts = starts[starts > 1]
    if len(starts) < CLIPPED_RUNS:
        return False
    steps = np.abs(np.diff(values))
    moving = steps[steps > 0]
    slope = np.median(values[starts - 1] - values[starts - 2])
    return bool(slope > 1.5 * moving.min() and len(np.unique(values)) > 32)


def share_missing(values: np.ndarray) -> tuple[float, int]:
    """Share of NaN and count of infinite values.

    >>> share_missing(np.array([1.0, np.nan, np.inf, 2.0]))
    (0.25, 1)
    """
    return float(np.isnan(values).mean()), int(np.isinf(values).sum())
