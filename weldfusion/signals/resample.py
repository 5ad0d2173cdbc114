"""Polyphase anti-aliased resampling at exact rational ratios."""

from fractions import Fraction

import numpy as np

DRIFT = 0.01  # samples by which a simplified ratio may be off at the end of a recording


def resample(values: np.ndarray, ratio: Fraction, length: int | None = None) -> np.ndarray:
    """A signal at `ratio` times its rate.

    Output sample `j` lies at input sample `j / ratio`. The filter is that of `scipy.signal.resample_poly`
    (windowed sinc with a Kaiser window, beta 5, ten zero crossings each side, zero phase); the line
    from the first to the last sample is taken out before and added after, so that an offset or a trend does
    not sag at the edges.

    Args:
        values: (..., time), finite.
        ratio: new rate / old rate; simplified as long as that shifts no sample by over 0.01.
        length: number of samples to give, at most ceil(time * ratio), which is the default.

    Returns:
        (..., length) float32.

    Raises ValueError naming the argument that is wrong.

    >>> resample(np.ones((1, 6)), Fraction(1, 2)).round(6).tolist()
    [[1.0, 1.0, 1.0]]
    """
    values = np.asarray(values)
    time = values.shape[-1] if values.ndim else 0
    if time == 0:
        raise ValueError("values hold no sample")
    if ratio <= 0:
        raise ValueError(f"ratio must be above 0, is {ratio}")
    if not np.isfinite(values).all():
        raise ValueError("values hold NaN or infinity; fill or mask them first")
    ratio = simple_ratio(ratio, time)
    most = resampled_length(time, ratio)
    length = most if length is None else length
    if not 0 < length <= most:
        raise ValueError(f"length must be 1 to {most}, is {length}")
    if ratio == 1:
        return values[..., :length].astype(np.float32)
    from scipy.signal import resample_poly

    wide = values.astype(np.float64)
    first, slope = wide[..., :1], (wide[..., -1:] - wide[..., :1]) / max(time - 1, 1)
    rest = wide - (first + slope * np.arange(time))
    out = resample_poly(rest, ratio.numerator, ratio.denominator, axis=-1)[..., :length]
    return (out + first + slope * (np.arange(length) / float(ratio))).astype(np.float32)


def resampled_length(time: int, ratio: Fraction) -> int:
    """Number of samples that `time` samples become: ceil(time * ratio).

    >>> resampled_length(44100, Fraction(16000, 44100))
    16000
    """
    return -(-time * ratio.numerator // ratio.denominator)


def simple_ratio(ratio: Fraction, time: int) -> Fraction:
    """The simplest fraction that shifts none of `time` samples by more than 0.01 of an output sample.

    >>> simple_ratio(Fraction(16000, 44100), 10**6), simple_ratio(Fraction(10**9 + 1, 10**9), 1000)
    (Fraction(160, 441), Fraction(1, 1))
    """
    most = 10
    while most < ratio.denominator:
        near = ratio.limit_denominator(most)
        if near > 0 and abs(near - ratio) * time <= DRIFT:
            return near
        most *= 10
    return ratio
