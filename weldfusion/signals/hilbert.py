"""Hilbert spectrum: instantaneous amplitude and frequency of intrinsic mode functions (IMFs).

Source: Huang et al. 1998, doi:10.1098/rspa.1998.0193.
"""

from dataclasses import dataclass

import numpy as np

from weldfusion.errors import SignalError
from weldfusion.signals.finite import check_signal


@dataclass(frozen=True)
class HilbertSpectrum:
    """Amplitude and frequency at every sample.

    Args:
        amplitude: (..., time) in the signal's unit.
        frequency_hz: (..., time); negative where the phase runs backwards.
        rate: samples per second.
    """

    amplitude: np.ndarray
    frequency_hz: np.ndarray
    rate: float


def hilbert_spectrum(imfs: np.ndarray, rate: float) -> HilbertSpectrum:
    """Instantaneous amplitude and frequency of each IMF (..., time), sampled at `rate` Hz.

    The frequency is the central difference of the unwrapped phase of the analytic signal. Both are less sure
    in the first and last periods, because the analytic signal takes the IMF as periodic.

    Raises SignalError at fewer than 4 samples, NaN or infinity, or a rate that is not above 0.

    >>> t = np.arange(1000) / 1000
    >>> found = hilbert_spectrum(3 * np.sin(2 * np.pi * 50 * t), rate=1000)
    >>> float(found.amplitude[500].round(6)), float(found.frequency_hz[500].round(6))
    (3.0, 50.0)
    """
    from scipy.signal import hilbert

    if not rate > 0:
        raise SignalError(f"rate: is {rate}, must be above 0 Hz")
    values = check_signal(imfs, 4, "imfs").astype(np.float64)
    analytic = hilbert(values, axis=-1)
    phase = np.unwrap(np.angle(analytic), axis=-1)
    return HilbertSpectrum(np.abs(analytic), np.gradient(phase, axis=-1) * (rate / (2 * np.pi)), rate)


def energy_map(spectrum: HilbertSpectrum, edges_hz: np.ndarray, samples: int = 1) -> np.ndarray:
    """Energy over frequency and time: (bands, columns), the squared amplitudes of all IMFs summed.

    Args:
        spectrum: of IMFs (K, time).
        edges_hz: increasing edges of the bands, at least two; what lies outside is left out.
        samples: so many samples make a column; the last may have fewer.

    The sum over all is the sum of squared amplitudes inside the edges, that is twice the signal's energy in
    IMFs of constant amplitude.
    """
    edges = np.asarray(edges_hz, np.float64)
    if edges.ndim != 1 or len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise SignalError(f"edges_hz: {edges.tolist()} must be two or more increasing frequencies")
    if samples < 1:
        raise SignalError(f"samples: is {samples}, must be at least 1")
    time = spectrum.amplitude.shape[-1]
    bands, columns = len(edges) - 1, -(-time // samples)
    band = np.searchsorted(edges, spectrum.frequency_hz, side="right") - 1
    inside = (band >= 0) & (band < bands)
    column = np.broadcast_to(np.arange(time) // samples, band.shape)
    place = band[inside] * columns + column[inside]
    total = np.bincount(place, spectrum.amplitude[inside] ** 2, minlength=bands * columns)
    return total.reshape(bands, columns)
