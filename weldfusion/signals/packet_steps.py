"""Wavelet packets as preprocessing of a modality (`data.inputs.<modality>.steps`)."""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from weldfusion.errors import ConfigError, SignalError
from weldfusion.signals.finite import check_signal
from weldfusion.signals.loudness import Decibels, Loudness
from weldfusion.signals.wavelet_filters import Mode
from weldfusion.signals.wavelet_packets import PacketTree, energies_of_rows


@dataclass(frozen=True)
class EnergyShares(Loudness):
    """Share of each band in the energy of all bands at that time; equal shares where there is none.

    Independent of the recording's gain, and blind to how loud the weld was.

    >>> EnergyShares().of(np.array([[3.0, 0.0], [1.0, 0.0]]), 100.0).tolist()
    [[0.75, 0.5], [0.25, 0.5]]
    """

    def of(self, powers: np.ndarray, frame_rate: float) -> np.ndarray:
        total = powers.sum(axis=-2, keepdims=True)
        return np.where(total > 0, powers / np.where(total > 0, total, 1), 1 / powers.shape[-2]).astype(
            powers.dtype, copy=False
        )


@dataclass(frozen=True)
class PacketEnergies:
    """Step of a config: each channel becomes the energies of its wavelet packets in windows over time.

    The energy is of a window that is centred on each `hop`-th sample, divided by the samples of the window;
    at its ends the recording goes on as its mirror image. Bands ascend in frequency.

    Args:
        window: samples of a window; 2^level or more.
        hop: samples from one window to the next.
        wavelet: one of `pywt.wavelist(kind="discrete")`.
        level: a channel becomes 2^level bands.
        mode: how a window goes on beyond its ends, see `pywt.Modes`.
        loudness: `Decibels`, `EnergyShares`, `ClipDecibels` or `PerChannelEnergy`.

    >>> values, rate = PacketEnergies(window=20, hop=10, level=2)(np.ones((1, 100)), Fraction(1000))
    >>> values.shape, rate
    ((4, 11), Fraction(100, 1))
    """

    window: int = 256
    hop: int = 64
    wavelet: str = "db4"
    level: int = 3
    mode: Mode = "symmetric"
    loudness: Loudness = field(default_factory=Decibels)

    def __post_init__(self) -> None:
        bands = self._tree().bands
        if self.window < bands:
            raise SignalError(f"window: is {self.window}, level {self.level} needs at least {bands} samples")
        if self.hop < 1:
            raise SignalError(f"hop: is {self.hop}, must be at least 1")

    def shape_after(self, channels: int, length: int, rate: Fraction | None) -> tuple[int, int, Fraction]:
        """2^level channels for each, at the rate of the windows. Raises as the call would."""
        if rate is None:
            raise ConfigError("PacketEnergies: needs a signal of known rate")
        if length <= self.window // 2:
            raise SignalError(
                f"the signal has {length} samples; a window of {self.window} needs over half of it"
            )
        return channels * self._tree().bands, length // self.hop + 1, rate / self.hop

    def __call__(self, values: np.ndarray, rate: Fraction | None) -> tuple[np.ndarray, Fraction]:
        """(channels, time) at `rate` Hz → (channels * bands, windows) at rate / hop.

        Raises ConfigError without a rate, SignalError where the signal is too short or not finite.
        """
        checked = check_signal(values, shortest=1)
        channels, count, window_rate = self.shape_after(len(checked), checked.shape[-1], rate)
        before = self.window // 2
        padded = np.pad(checked, ((0, 0), (before, self.window - before)), mode="symmetric")
        tree = self._tree()
        powers = np.empty((len(checked), tree.bands, count), padded.dtype)
        for signal, found in zip(padded, powers, strict=True):
            windows = np.lib.stride_tricks.sliding_window_view(signal, self.window)[:: self.hop][:count]
            found[...] = energies_of_rows(windows, tree).T / self.window
        return self.loudness.of(powers, float(window_rate)).reshape(channels, count), window_rate

    def _tree(self) -> PacketTree:
        return PacketTree(self.wavelet, self.level, self.mode)
