"""Intervals from resampling whole groups: welds of one day or workpiece stand or fall together."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtrit

LEVEL = 0.95
RESAMPLES = 2000
MOST_UNDEFINED = 0.01
ROUNDING = 1e-9
FEWEST_GROUPS = 5
NOT_ESTIMABLE = "not estimable: "
UNDEFINED = "undefined in"
NO_SPREAD = "no spread in the resamples"
IN_WORDS = {NO_SPREAD: "the same in every resample of the groups"}


def reason_in_words(reason: str) -> str:
    """Why there is no interval, for readers of pages and tables (files keep the reason itself).

    >>> reason_in_words("not estimable: only 3 groups"), reason_in_words(NO_SPREAD)
    ('only 3 groups', 'the same in every resample of the groups')
    """
    return IN_WORDS.get(reason, reason.removeprefix(NOT_ESTIMABLE))


@dataclass(frozen=True)
class Interval:
    """Edges of a 95 % interval, or the reason why there are none."""

    lower: float | None
    upper: float | None
    reason: str = ""

    @property
    def estimable(self) -> bool:
        return self.lower is not None


def group_counts(groups: int, resamples: int, seed: int) -> np.ndarray:
    """(R, G) how often each group is drawn when `groups` are drawn with replacement, `resamples` times.

    Keyed by `seed`; every row sums to the number of groups.

    >>> group_counts(4, 2, seed=0).sum(axis=1)
    array([4., 4.])
    """
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, groups])))
    return generator.multinomial(groups, np.full(groups, 1 / groups), size=resamples).astype(float)


def expanded_tail(groups: int, level: float = LEVEL) -> float:
    """Share of the resamples of `groups` groups to leave out at each end.

    With few groups the middle 95 % of the resamples are too narrow: their spread is too small by
    √((n − 1) / n), and it is itself an estimate of n groups (the normal distribution for Student's t).
    The expanded percentile interval (Hesterberg 2015, doi:10.1080/00031305.2015.1089789) goes further out
    by both: Φ(−√(n / (n − 1)) t) in place of Φ(−z).

    >>> [round(expanded_tail(groups), 4) for groups in (5, 12, 20, 1000)]
    [0.001, 0.0108, 0.0159, 0.0248]
    """
    t = stdtrit(groups - 1, (1 + level) / 2)
    return float(ndtr(-np.sqrt(groups / (groups - 1)) * t))


def percentile_interval(resampled: np.ndarray, groups: int, level: float = LEVEL) -> Interval:
    """The 95 % interval from a figure's values (R,) over resamples of whole groups: the expanded percentile
    interval (`expanded_tail`; clusters: Field & Welsh 2007, doi:10.1111/j.1467-9868.2007.00593.x).

    Not estimable when there are fewer than 5 groups: then over 1 % of the resamples consist of one single
    group; or when over 1 % of the resamples leave the figure undefined (NaN), as where few groups hold a
    class. Where the edges are equal (but for rounding) there is no interval either: its width of 0 would
    claim certainty.

    >>> percentile_interval(np.array([0.1, 0.2]), groups=4).reason
    'not estimable: only 4 groups'
    >>> percentile_interval(np.array([0.1, np.nan]), groups=6).reason
    'not estimable: undefined in 50 % of the resamples'
    """
    if groups < FEWEST_GROUPS:
        return Interval(None, None, f"{NOT_ESTIMABLE}only {groups} group{'s' if groups != 1 else ''}")
    undefined = float(np.isnan(resampled).mean())
    if undefined > MOST_UNDEFINED:
        return Interval(None, None, f"{NOT_ESTIMABLE}{UNDEFINED} {100 * undefined:.3g} % of the resamples")
    tail = expanded_tail(groups, level)
    lower, upper = np.nanquantile(resampled, [tail, 1 - tail])
    if upper - lower <= ROUNDING * max(abs(lower), abs(upper)):
        return Interval(None, None, NO_SPREAD)
    return Interval(float(lower), float(upper))
