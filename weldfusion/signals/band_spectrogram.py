"""Spectrograms in bands as preprocessing of a modality: a signal becomes the loudness of its bands."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np

from weldfusion.errors import ConfigError
from weldfusion.signals.filter_banks import FilterBank, Mel
from weldfusion.signals.loudness import Decibels, Loudness
from weldfusion.signals.spectrogram import band_powers, frame_count


@dataclass(frozen=True)
class BandSpectrogram:
    """Step of a config: each channel becomes its bands, at the rate of the frames.

    With the defaults the numbers are those of `librosa.feature.melspectrogram` in decibels against 1.

    Args:
        n_fft: samples per frame.
        hop: samples from one frame to the next.
        bank: `Mel`, `MelThenLinear`, `Octaves` or `Linear`.
        loudness: `Decibels`, `ClipDecibels` or `PerChannelEnergy`.
        padding: `zero` or `reflect`, see `power_spectrogram`; without, frame 0 would not lie at sample 0.

    >>> values, rate = BandSpectrogram(256, 80)(np.ones((1, 8000)), Fraction(8000))
    >>> values.shape, rate
    ((40, 101), Fraction(100, 1))
    """

    n_fft: int = 1024
    hop: int = 256
    bank: FilterBank = field(default_factory=Mel)
    loudness: Loudness = field(default_factory=Decibels)
    padding: Literal["zero", "reflect"] = "zero"

    def __post_init__(self) -> None:
        if self.padding not in ("zero", "reflect"):
            raise ConfigError(
                f"padding: is {self.padding!r}, must be 'zero' or 'reflect', so that frame 0 lies at sample 0"
            )

    def shape_after(self, channels: int, length: int, rate: Fraction | None) -> tuple[int, int, Fraction]:
        """`bands` channels for each, at the rate of the frames. Raises as the call would."""
        if rate is None:
            raise ConfigError("BandSpectrogram: needs a signal of known rate")
        bands = len(self.bank.weights(float(rate), self.n_fft))
        return channels * bands, frame_count(length, self.n_fft, self.hop, self.padding), rate / self.hop

    def __call__(self, values: np.ndarray, rate: Fraction | None) -> tuple[np.ndarray, Fraction]:
        """(channels, time) at `rate` Hz → (channels * bands, frames) at rate / hop.

        Raises ConfigError without a rate, or where the bank does not fit the frames.
        """
        if rate is None:
            raise ConfigError("BandSpectrogram: needs a signal of known rate")
        frame_rate = rate / self.hop
        weights = self.bank.weights(float(rate), self.n_fft)
        powers = band_powers(values, weights, self.n_fft, self.hop, self.padding)
        return self.loudness.of(powers, float(frame_rate)).reshape(-1, powers.shape[-1]), frame_rate


@dataclass(frozen=True)
class ConstantQSpectrogram:
    """Step of a config: constant-Q transform (`librosa.cqt`), whose low bands have long frames and high
    bands short ones, so that time is resolved as finely as each band allows.

    Args:
        hop: samples from one frame to the next.
        low_hz: centre of the lowest band.
        bands: how many.
        per_octave: bands in an octave.
        loudness: as in `BandSpectrogram`.
    """

    hop: int = 256
    low_hz: float = 65.0
    bands: int = 72
    per_octave: int = 12
    loudness: Loudness = field(default_factory=Decibels)

    def shape_after(self, channels: int, length: int, rate: Fraction | None) -> tuple[int, int, Fraction]:
        """`bands` channels for each, at the rate of the frames. Raises as the call would."""
        return channels * self.bands, 1 + length // self.hop, self._frame_rate(rate)

    def __call__(self, values: np.ndarray, rate: Fraction | None) -> tuple[np.ndarray, Fraction]:
        """(channels, time) at `rate` Hz → (channels * bands, frames) at rate / hop.

        Raises ConfigError without a rate, or where the highest band lies above half of it.
        """
        from librosa import cqt

        frame_rate = self._frame_rate(rate)
        transform = cqt(
            values,
            sr=float(frame_rate * self.hop),
            hop_length=self.hop,
            fmin=self.low_hz,
            n_bins=self.bands,
            bins_per_octave=self.per_octave,
        )
        powers = np.square(np.abs(transform)).astype(values.dtype, copy=False)
        return self.loudness.of(powers, float(frame_rate)).reshape(-1, powers.shape[-1]), frame_rate

    def _frame_rate(self, rate: Fraction | None) -> Fraction:
        if rate is None:
            raise ConfigError("ConstantQSpectrogram: needs a signal of known rate")
        highest = self.low_hz * 2 ** ((self.bands - 1) / self.per_octave)
        width = 2 ** (1 / self.per_octave)
        if highest * width > rate / 2:
            raise ConfigError(
                f"ConstantQSpectrogram: the highest band, {highest:.0f} Hz, is not below half the rate, "
                f"{float(rate) / 2:g} Hz; lower bands or low_hz"
            )
        return rate / self.hop
