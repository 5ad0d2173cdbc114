"""Band filters of zero phase: nothing moves in time."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.signal import butter, sosfiltfilt

from weldfusion.errors import SignalError
from weldfusion.signals.finite import check_signal


def band_filtered(
    values: np.ndarray, rate: float, low_hz: float | None, high_hz: float | None, order: int = 4
) -> np.ndarray:
    """The part of a signal between two frequencies: a Butterworth filter (second-order sections) run forwards
    and backwards, so that its phase is zero and its attenuation at the edges 6 dB.

    It looks into the future; a live system needs the one-way filter instead.

    Args:
        values: (..., time), finite.
        rate: samples per second.
        low_hz, high_hz: edges; None leaves that side open.
        order: of the one-way filter.

    Returns:
        (..., time) float64.

    Raises SignalError for edges outside 0 to half the rate, or a signal too short for the filter.

    >>> t = np.arange(2000) / 1000
    >>> slow, fast = np.sin(2 * np.pi * 5 * t), np.sin(2 * np.pi * 100 * t)
    >>> bool(np.abs(band_filtered(slow + fast, 1000, None, 30) - slow)[200:-200].max() < 1e-3)
    True
    """
    edges = [edge for edge in (low_hz, high_hz) if edge is not None]
    if not edges or any(not 0 < edge < rate / 2 for edge in edges) or edges != sorted(set(edges)):
        raise SignalError(
            f"low_hz {low_hz} and high_hz {high_hz}: give one or both, rising, between 0 and half the rate "
            f"({rate / 2:g} Hz)"
        )
    if order < 1:
        raise SignalError(f"order must be 1 or more, is {order}")
    kind = "bandpass" if len(edges) == 2 else "lowpass" if low_hz is None else "highpass"
    array = check_signal(values, shortest(order, len(edges)))
    sos = butter(order, edges if len(edges) == 2 else edges[0], kind, fs=rate, output="sos")
    return sosfiltfilt(sos, array.astype(np.float64), axis=-1)


def shortest(order: int, edges: int) -> int:
    """Samples that the filter needs: more than its own padding."""
    return 3 * (2 * -(-order * edges // 2) + 1) + 1


@dataclass(frozen=True)
class BandFilter:
    """Keeps of each channel what lies between two frequencies (`band_filtered`).

    Args:
        low_hz: lower edge; None for a low-pass.
        high_hz: upper edge; None for a high-pass.
        order: of the filter that is run forwards and backwards.
    """

    low_hz: float | None = None
    high_hz: float | None = None
    order: int = 4

    def __post_init__(self) -> None:
        if self.low_hz is None and self.high_hz is None:
            raise SignalError("low_hz, high_hz: at least one must be given")

    def shape_after(
        self, channels: int, length: int, rate: Fraction | None
    ) -> tuple[int, int, Fraction | None]:
        """Channels, length and rate stay. Raises as the call would."""
        if rate is None:
            raise SignalError("a band in Hz needs a fixed rate; set `rate` of the input, not `samples`")
        band_filtered(np.zeros(length), float(rate), self.low_hz, self.high_hz, self.order)
        return channels, length, rate

    def __call__(self, values: np.ndarray, rate: Fraction | None) -> tuple[np.ndarray, Fraction | None]:
        if rate is None:
            raise SignalError("a band in Hz needs a fixed rate; set `rate` of the input, not `samples`")
        found = band_filtered(values, float(rate), self.low_hz, self.high_hz, self.order)
        return found.astype(np.float32), rate
