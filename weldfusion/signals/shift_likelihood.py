"""How well one recording, shifted, explains another: log-likelihood of each shift, piece by piece of time."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, resample_poly, sosfiltfilt

from weldfusion.signals.step_denoise import denoised_steps

FINER = 4
LOW_PASS = 0.2  # of the slower rate: what remains is smooth between samples


@dataclass(frozen=True)
class Recording:
    """Samples (time,) at a rate in Hz."""

    values: np.ndarray
    rate: float

    @property
    def duration_s(self) -> float:
        return len(self.values) / self.rate


@dataclass(frozen=True)
class Shifts:
    """Log-likelihood of shifts in pieces of the recording that is explained.

    Args:
        shifts_s: (shifts,) evenly spaced seconds.
        pieces: (pieces, shifts) log-likelihood up to a constant.
        times_s: (pieces,) middle of each piece on the clock of the explained recording.
        explained: share of the variance that the best shift explains.
    """

    shifts_s: np.ndarray
    pieces: np.ndarray
    times_s: np.ndarray
    explained: float


def shift_likelihood(
    template: Recording, recording: Recording, shifts_s: np.ndarray, pieces: int, drift: float = 0.0
) -> Shifts:
    """`recording(t) = gain * template(t - shift - drift * t) + offset + white noise`.

    Gain and offset are fitted, for each shift, to the part that all shifts leave in common; the noise's
    variance is that of the best shift.
    """
    times = np.arange(len(recording.values)) / recording.rate
    places = times * (1 - drift)
    last = (len(template.values) - 1) / template.rate
    inside = (places - shifts_s.max() >= 0) & (places - shifts_s.min() <= last)
    times, places, seen = times[inside], places[inside], recording.values[inside]
    edges = np.linspace(0, len(times), pieces + 1).astype(int)[:-1]
    samples = np.arange(len(template.values)) / template.rate
    centred = seen - seen.mean()
    errors = np.empty((pieces, len(shifts_s)))
    for number, shift in enumerate(shifts_s):
        model = np.interp(places - shift, samples, template.values)
        model -= model.mean()
        gain = (model @ centred) / max(model @ model, np.finfo(float).tiny)
        errors[:, number] = np.add.reduceat(np.square(centred - gain * model), edges)
    smallest = np.finfo(float).eps * max(float(centred.var()), np.finfo(float).tiny)
    noise = max(float(errors.sum(axis=0).min()) / len(times), smallest)
    middles = times[edges] + len(times) / pieces / 2 / recording.rate
    return Shifts(shifts_s, -errors / (2 * noise), middles, 1 - noise / max(float(centred.var()), smallest))


def best_template(template: Recording, recording: Recording, shift_s: float, reach_s: float) -> Recording:
    """The template with its noise thresholded away, which keeps steps, or low-passed, which keeps all that
    is slow: whichever explains the recording better. (Taking the one that gives the smaller deviation was
    tried: the rms error at 10 dB is up to 1.3 times as large for steps, 3 times where sensors lag.)

    The low-passed one gets four times the samples: interpolation between few smooths noise by an amount that
    depends on the shift, and makes shifts likely that are not.
    """
    edge = LOW_PASS * min(template.rate, recording.rate)
    slow = sosfiltfilt(butter(4, edge, fs=template.rate, output="sos"), template.values)
    tried = (
        Recording(denoised_steps(template.values), template.rate),
        Recording(resample_poly(slow, FINER, 1, padtype="line"), FINER * template.rate),
    )
    shifts = np.linspace(shift_s - reach_s, shift_s + reach_s, 41)
    return max(tried, key=lambda one: shift_likelihood(one, recording, shifts, 1).explained)
