"""Filter banks: how the bins of a power spectrum are summed into bands."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

import numpy as np

from weldfusion.errors import ConfigError


class FilterBank(ABC):
    """Triangular bands on the axis of frequency; `weights` makes the matrix for a rate and frame length."""

    area: Literal["slaney", "peak"]

    @abstractmethod
    def edges_hz(self, rate: float) -> np.ndarray:
        """(bands + 2,) ascending: band `i` rises from edge `i` to `i + 1` and falls to `i + 2`."""

    def centres_hz(self, rate: float) -> np.ndarray:
        """(bands,) where each band has its peak."""
        return self.edges_hz(rate)[1:-1]

    def weights(self, rate: float, n_fft: int) -> np.ndarray:
        """(bands, n_fft // 2 + 1) float64.

        A band has area 1 Hz (`area: slaney`, as librosa by default) or peak 1 (`peak`, as torchaudio).

        Raises ConfigError if a band holds no bin of the spectrum or lies above half the rate.
        """
        edges = self.edges_hz(rate)
        if edges[0] < 0 or edges[-1] > rate / 2 * (1 + 1e-9):
            raise ConfigError(
                f"{type(self).__name__}: bands from {edges[0]:g} to {edges[-1]:g} Hz do not lie between 0 "
                f"and half the rate, {rate / 2:g} Hz; change low_hz or high_hz"
            )
        bins = np.arange(n_fft // 2 + 1) * (rate / n_fft)
        rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
        falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
        weights = np.maximum(0.0, np.minimum(rising, falling))
        empty = np.flatnonzero(~weights.any(axis=1))
        if len(empty):
            raise ConfigError(
                f"{type(self).__name__}: {len(empty)} of {len(weights)} bands, the first around "
                f"{edges[empty[0] + 1]:.0f} Hz, are narrower than the {rate / n_fft:.0f} Hz that frames of "
                f"{n_fft} samples resolve; take fewer bands or a larger n_fft"
            )
        return weights * (2.0 / (edges[2:] - edges[:-2]))[:, None] if self.area == "slaney" else weights


@dataclass(frozen=True)
class Mel(FilterBank):
    """Bands evenly spaced on the mel scale of pitch.

    Args:
        bands: how many.
        low_hz, high_hz: range; up to half the rate by default.
        scale: `slaney` (linear to 1 kHz, then logarithmic; librosa's) or `htk`
            (2595·log10(1 + f/700); torchaudio's).
        area: `slaney` or `peak`, see `FilterBank.weights`.

    >>> Mel(3, scale="htk").centres_hz(16000.0).round().tolist()
    [614.0, 1768.0, 3934.0]
    """

    bands: int = 40
    low_hz: float = 0.0
    high_hz: float | None = None
    scale: Literal["slaney", "htk"] = "slaney"
    area: Literal["slaney", "peak"] = "slaney"

    def edges_hz(self, rate: float) -> np.ndarray:
        from librosa import mel_frequencies

        high = rate / 2 if self.high_hz is None else self.high_hz
        return np.asarray(
            mel_frequencies(self.bands + 2, fmin=self.low_hz, fmax=high, htk=self.scale == "htk")
        )


@dataclass(frozen=True)
class MelThenLinear(FilterBank):
    """Mel bands (Slaney's scale) up to a corner, above it bands of one width.

    Mel bands widen with frequency, so what tells a defect in a narrow high band is averaged away; here
    the bands above `corner_hz` stay as wide as the last one below it.

    Args:
        corner_hz: where the mel scale ends.
        bands: how many up to the corner; those above follow from their width.
        low_hz, high_hz: range; up to half the rate by default.
        area: `slaney` or `peak`, see `FilterBank.weights`.
    """

    corner_hz: float = 2000.0
    bands: int = 24
    low_hz: float = 0.0
    high_hz: float | None = None
    area: Literal["slaney", "peak"] = "slaney"

    def edges_hz(self, rate: float) -> np.ndarray:
        from librosa import mel_frequencies

        high = rate / 2 if self.high_hz is None else self.high_hz
        if not self.low_hz < self.corner_hz < high:
            raise ConfigError(
                f"MelThenLinear: corner_hz {self.corner_hz:g} is not between {self.low_hz:g} and {high:g} Hz"
            )
        below = np.asarray(mel_frequencies(self.bands + 1, fmin=self.low_hz, fmax=self.corner_hz))
        above = round((high - self.corner_hz) / (below[-1] - below[-2]))
        return np.concatenate([below, np.linspace(self.corner_hz, high, max(above, 1) + 1)[1:]])


@dataclass(frozen=True)
class Octaves(FilterBank):
    """Bands of constant relative width (constant Q) from `low_hz` upwards.

    Args:
        per_octave: bands in an octave.
        low_hz, high_hz: range; up to half the rate by default.
        area: `slaney` or `peak`, see `FilterBank.weights`.

    >>> Octaves(1, low_hz=100.0, high_hz=1600.0, area="peak").centres_hz(16000.0).round(6).tolist()
    [200.0, 400.0, 800.0]
    """

    per_octave: int = 6
    low_hz: float = 250.0
    high_hz: float | None = None
    area: Literal["slaney", "peak"] = "slaney"

    def edges_hz(self, rate: float) -> np.ndarray:
        high = rate / 2 if self.high_hz is None else self.high_hz
        if not 0 < self.low_hz < high / 2 ** (2 / self.per_octave):
            raise ConfigError(
                f"Octaves: no band of 1/{self.per_octave} octave fits between {self.low_hz:g} and {high:g} Hz"
            )
        steps = int(np.floor(np.log2(high / self.low_hz) * self.per_octave + 1e-9))
        return self.low_hz * 2.0 ** (np.arange(steps + 1) / self.per_octave)


@dataclass(frozen=True)
class Linear(FilterBank):
    """Bands of one width over the whole range.

    Args:
        bands: how many.
        low_hz, high_hz: range; up to half the rate by default.
        area: `slaney` or `peak`, see `FilterBank.weights`.
    """

    bands: int = 64
    low_hz: float = 0.0
    high_hz: float | None = None
    area: Literal["slaney", "peak"] = "slaney"

    def edges_hz(self, rate: float) -> np.ndarray:
        return np.linspace(self.low_hz, rate / 2 if self.high_hz is None else self.high_hz, self.bands + 2)
