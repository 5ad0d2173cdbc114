"""Figures and differences in words, for the notes of rows on real recordings."""

from weldfusion.evaluation.compare import Difference
from weldfusion.evaluation.intervals import Interval


def bounded(value: float, interval: Interval) -> str:
    """A figure with its 95 % interval, or why it has none.

    >>> bounded(0.93, Interval(0.88, 0.97)), bounded(0.93, Interval(None, None, "only 3 groups"))
    ('0.930 [0.880, 0.970]', '0.930 (only 3 groups)')
    """
    if interval.lower is None or interval.upper is None:
        return f"{thousandths(value)} ({interval.reason})"
    return f"{thousandths(value)} [{thousandths(interval.lower)}, {thousandths(interval.upper)}]"


def thousandths(value: float) -> str:
    """
    >>> thousandths(-0.0001), thousandths(1.0)
    ('0.000', '1.000')
    """
    return f"{round(value, 3) + 0.0:.3f}"


def apart(gain: Difference) -> str:
    """A difference, told from the side on which it is not negative.

    >>> apart(Difference(0.05, Interval(-0.01, 0.09))), apart(Difference(-0.07, Interval(-0.1, 0.02)))
    ('better by 0.050 [-0.010, 0.090]', 'worse by 0.070 [-0.020, 0.100]')
    """
    word, size = gain.in_words()
    return f"{word} by {bounded(size.value, size.interval)}"
