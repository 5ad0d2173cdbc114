"""Offset and clock drift between two recordings of one weld, from the events that both saw."""

from dataclasses import dataclass
from math import ceil, hypot, sqrt

import numpy as np
from scipy import signal
from scipy.interpolate import CubicSpline

from weldfusion.errors import SignalError
from weldfusion.signals.correlation_peak import Peak, correlation_peak
from weldfusion.signals.finite import check_signal
from weldfusion.signals.shift_likelihood import Recording, best_template, shift_likelihood
from weldfusion.signals.shift_posterior import Line, line

SHORTEST = 64
MOST_CHANCE = 0.01
MOST_SHARE, MOST_SHARE_OF_TWO = 0.75, 0.6  # of the evidence, in the strongest event
PIECES = 20
FEWEST_PIECES = 3
COARSE, FINE = 0.25, 0.05  # samples of the slower recording
NEAR = 4.0


class NotSignificant(SignalError):
    """Two recordings share no event that stands out of chance."""


@dataclass(frozen=True)
class Offset:
    """What happens at `t` in the first recording is at `t + offset_s` in the second.

    Args:
        offset_s: seconds.
        sd_s: standard deviation of it.
        chance: probability of a correlation peak as high where the two have nothing in common.
    """

    offset_s: float
    sd_s: float
    chance: float


@dataclass(frozen=True)
class Drift:
    """What happens at `t` in the first recording is at `t + offset_s + rate_ppm * 1e-6 * t` in the second.

    Args:
        offset_s, offset_sd_s: seconds, at t = 0.
        rate_ppm, rate_sd_ppm: parts in a million by which the second's clock runs faster.
        pieces: number of pieces of the recording that show a common event clearly.
    """

    offset_s: float
    offset_sd_s: float
    rate_ppm: float
    rate_sd_ppm: float
    pieces: int


def find_offset(
    first: np.ndarray, first_hz: float, second: np.ndarray, second_hz: float, most_s: float = 1.0
) -> Offset:
    """Offset of two recordings, found by generalised cross-correlation and refined between samples.

    The peak of the correlation must stand out of its other maxima. Around it, the offset is the mean of the
    likelihood that one recording, freed of noise, shifted and scaled, explains the other; so events count
    in proportion to their height over the noise, and the sign of the gain does not matter.

    The recordings should show the same events in like form: take levels and envelopes (arc current, laser
    power, sound level in dB), not oscillations.

    Args:
        first, second: (time,), at least 64 samples, finite, not constant.
        first_hz, second_hz: sampling rates.
        most_s: largest offset looked for, in either direction; at least half of the shorter recording must
            overlap.

    Raises:
        SignalError: a signal or rate cannot be used.
        NotSignificant: no common event stands out (chance over 1 %), or only a single one, which any two
            recordings with one event each would have.

    >>> r = np.random.default_rng(0)
    >>> power = np.repeat(r.uniform(1, 3, 200), 50)
    >>> found = find_offset(power[100:], 1000, power[:-100], 1000)
    >>> bool(abs(found.offset_s - 0.1) < 1e-3)
    True
    """
    pair = _pair(first, first_hz, second, second_hz)
    peak = _peak(pair, most_s)
    template, near = _near(pair, peak, 0.0)
    shifts = near + np.arange(-NEAR, NEAR + FINE / 2, FINE) * pair.sample_s
    found = shift_likelihood(template, pair.explained, shifts, PIECES)
    fit = line(found, shifts, np.zeros(1), pair.jitter_s)
    _check_several(fit)
    return Offset(-fit.shift_s if pair.swapped else fit.shift_s, fit.shift_sd_s, peak.chance)


def find_drift(
    first: np.ndarray,
    first_hz: float,
    second: np.ndarray,
    second_hz: float,
    most_s: float = 1.0,
    most_ppm: float = 200.0,
) -> Drift:
    """Offset and drift of the clocks together, by the likelihood of `find_offset` over both.

    Its precision is that of the events: a step is placed to within a fraction of a sample, so that five parts
    in a million over 30 s (0.15 ms) need tens of clear steps and rates of some kHz; `rate_sd_ppm` tells.

    Args:
        most_ppm: largest drift looked for, in either direction; the others as in `find_offset`.

    Raises as `find_offset`; NotSignificant also where fewer than three pieces show a common event.
    """
    pair = _pair(first, first_hz, second, second_hz)
    if not most_ppm > 0:
        raise SignalError(f"most_ppm must be above 0, is {most_ppm}")
    half_way = pair.explained.duration_s / 2
    template, near = _near(pair, _peak(pair, most_s), most_ppm * 1e-6 * half_way)
    pieces = max(PIECES, round(2 * half_way))
    begin, rate = _coarse_line(pair, template, near, most_ppm * 1e-6, pieces)
    fine = np.arange(-NEAR, NEAR + FINE / 2, FINE / 2) * pair.sample_s
    inner = fine[np.abs(fine) <= fine[-1] / 2]
    found = shift_likelihood(template, pair.explained, begin + fine, pieces, rate)
    fit = line(found, begin + inner, inner / half_way, pair.jitter_s)
    _check_several(fit)
    if fit.informative < FEWEST_PIECES:
        raise NotSignificant(
            f"only {fit.informative} pieces of the recordings show a common event, a drift needs "
            f"{FEWEST_PIECES}; take longer recordings with more events"
        )
    return _on_first_clock(pair, fit, rate)


@dataclass(frozen=True)
class _Pair:
    """The faster recording, as template, and the other; `swapped` where the second is the faster."""

    template: Recording
    explained: Recording
    swapped: bool

    @property
    def sample_s(self) -> float:
        """The longer sampling interval."""
        return 1 / self.explained.rate

    @property
    def jitter_s(self) -> float:
        """Deviation of a single event's place between two samples of each."""
        return hypot(1 / self.template.rate, self.sample_s) / sqrt(12)


def _pair(first: np.ndarray, first_hz: float, second: np.ndarray, second_hz: float) -> _Pair:
    made = [_recording(first, first_hz, "first"), _recording(second, second_hz, "second")]
    swapped = second_hz > first_hz
    return _Pair(made[swapped], made[not swapped], swapped)


def _recording(values: np.ndarray, rate: float, name: str) -> Recording:
    if not (rate > 0 and np.isfinite(rate)):
        raise SignalError(f"{name}_hz must be above 0, is {rate}")
    array = check_signal(values, SHORTEST, name).astype(np.float64)
    if array.ndim != 1:
        raise SignalError(f"{name} must be one channel (time,), has shape {array.shape}")
    if array.min() == array.max():
        raise SignalError(f"{name} is constant ({array[0]:g}); there is no event to synchronise by")
    return Recording((array - array.mean()) / array.std(), float(rate))


def _peak(pair: _Pair, most_s: float) -> Peak:
    """The significant peak of the correlation at the slower rate."""
    if not most_s > 0:
        raise SignalError(f"most_s must be above 0, is {most_s}")
    slow = _at(pair.template, pair.explained.rate), pair.explained.values
    most = min(ceil(most_s / pair.sample_s), min(len(x) for x in slow) // 2)
    peak = correlation_peak(*slow, most)
    if peak.chance > MOST_CHANCE:
        raise NotSignificant(
            f"no common event stands out within ±{most_s:g} s: a peak like this comes by chance with "
            f"probability {peak.chance:.2g}; take recordings with more arc on/off or power steps"
        )
    return peak


def _at(recording: Recording, rate: float) -> np.ndarray:
    """The samples at a rate not above its own: low-pass of zero phase, cubic spline."""
    values, own = recording.values, recording.rate
    if own == rate:
        return values
    length = min(2 * ceil(8 * own / rate) + 1, 2 * ((len(values) - 1) // 2) + 1)
    padded = np.pad(values, length // 2, mode="reflect", reflect_type="odd")
    smooth = signal.fftconvolve(padded, signal.firwin(length, 0.9 * rate / 2, fs=own), mode="valid")
    count = int((len(values) - 1) / own * rate) + 1
    return CubicSpline(np.arange(len(smooth)) / own, smooth)(np.arange(count) / rate)


def _near(pair: _Pair, peak: Peak, further_s: float) -> tuple[Recording, float]:
    """The template free of noise, and the likeliest shift about the peak."""
    reach = (2 * peak.half_width + 5) * pair.sample_s + further_s
    begin = peak.lag * pair.sample_s
    template = best_template(pair.template, pair.explained, begin, reach)
    shifts = begin + np.arange(-reach, reach, COARSE * pair.sample_s)
    found = shift_likelihood(template, pair.explained, shifts, 1)
    return template, float(shifts[found.pieces[0].argmax()])


def _coarse_line(
    pair: _Pair, template: Recording, near_s: float, most: float, pieces: int
) -> tuple[float, float]:
    """Shift at time 0 and drift that are likeliest on a coarse grid."""
    half_way, step = pair.explained.duration_s / 2, COARSE * pair.sample_s
    reach = most * half_way + NEAR * pair.sample_s
    shifts = near_s + np.arange(-2 * reach, 2 * reach, step)
    found = shift_likelihood(template, pair.explained, shifts, pieces)
    middle = found.times_s.mean()
    inner = shifts[np.abs(shifts - near_s) <= reach]
    best = (-np.inf, near_s, 0.0)
    for rate in np.linspace(-most, most, 2 * ceil(most * half_way / step) + 1):
        moved = [inner + rate * (time - middle) for time in found.times_s]
        total = np.sum(
            [np.interp(m, shifts, row) for m, row in zip(moved, found.pieces, strict=True)], axis=0
        )
        best = max(best, (float(total.max()), float(inner[total.argmax()] - rate * middle), float(rate)))
    return best[1], best[2]


def _check_several(fit: Line) -> None:
    if fit.share > (MOST_SHARE if fit.informative >= FEWEST_PIECES else MOST_SHARE_OF_TWO):
        raise NotSignificant(
            f"{fit.share:.0%} of the evidence comes from a single common event, which any two recordings "
            "with one event each would have; take recordings with both arc on and arc off, or power steps"
        )


def _on_first_clock(pair: _Pair, fit: Line, rate: float) -> Drift:
    """From `shift + fit.drift * (t - middle) + rate * t` on the clock of the explained recording."""
    total = rate + fit.drift
    begin = fit.shift_s - fit.drift * fit.middle_s
    offset, drift = (-begin, -total) if pair.swapped else (begin / (1 - total), total / (1 - total))
    spread = hypot(fit.shift_sd_s, fit.middle_s * fit.drift_sd)
    return Drift(offset, spread, 1e6 * drift, 1e6 * fit.drift_sd, fit.informative)
