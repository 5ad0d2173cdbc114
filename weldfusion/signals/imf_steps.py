"""Decompositions as preprocessing of a modality (`data.inputs.<modality>.steps`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from weldfusion.errors import SignalError, did_you_mean
from weldfusion.signals.ceemdan import ceemdan
from weldfusion.signals.eemd import Ensemble, eemd
from weldfusion.signals.emd import LEAST_SAMPLES, Decomposition, emd
from weldfusion.signals.imf_selection import in_band, reconstruct

Method = Literal["emd", "eemd", "ceemdan"]

_METHODS: Mapping[str, Callable[[np.ndarray, Ensemble], Decomposition]] = {
    "emd": lambda values, ensemble: emd(values),
    "eemd": eemd,
    "ceemdan": ceemdan,
}


def _ensemble(method: str, trials: int, noise: float, seed: int) -> Ensemble:
    if method not in _METHODS:
        raise SignalError(f"method: {method!r} is not known; {did_you_mean(method, _METHODS)}")
    return Ensemble(trials, noise, complementary=True, seed=seed)


def _check_length(length: int) -> None:
    if length < LEAST_SAMPLES:
        raise SignalError(f"a recording of {length} samples is too short; needed are {LEAST_SAMPLES}")


@dataclass(frozen=True)
class ImfBand:
    """Keeps of each channel the IMFs whose mean frequency lies in a band.

    Args:
        low_hz: lower edge of the band.
        high_hz: upper edge.
        residue: also keep what is left after all IMFs (offset and trend).
        method: emd, eemd or ceemdan.
        trials: noisy copies in eemd and ceemdan, in complementary pairs, so an even number.
        noise: their noise, in standard deviations of the channel.
        seed: key of the noise.

    >>> t = np.arange(1000) / 1000
    >>> fast, slow = np.sin(2 * np.pi * 50 * t), np.sin(2 * np.pi * 5 * t)
    >>> kept, _ = ImfBand(low_hz=20, high_hz=100, method="emd")((fast + slow)[None], Fraction(1000))
    >>> bool(np.abs(kept[0] - fast)[100:-100].max() < 0.05)
    True
    """

    low_hz: float
    high_hz: float
    residue: bool = False
    method: Method = "eemd"
    trials: int = 100
    noise: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        _ensemble(self.method, self.trials, self.noise, self.seed)
        if not 0 <= self.low_hz < self.high_hz:
            raise SignalError(
                f"low_hz: is {self.low_hz}, must be 0 or more and below high_hz ({self.high_hz})"
            )

    def shape_after(
        self, channels: int, length: int, rate: Fraction | None
    ) -> tuple[int, int, Fraction | None]:
        """Channels, length and rate stay. Raises as the call would."""
        if rate is None:
            raise SignalError("a band in Hz needs a fixed rate; set `rate` of the input, not `samples`")
        _check_length(length)
        return channels, length, rate

    def __call__(self, values: np.ndarray, rate: Fraction | None) -> tuple[np.ndarray, Fraction | None]:
        if rate is None:
            raise SignalError("a band in Hz needs a fixed rate; set `rate` of the input, not `samples`")
        ensemble = _ensemble(self.method, self.trials, self.noise, self.seed)
        found = _METHODS[self.method](values, ensemble)
        kept = reconstruct(found, in_band(found, float(rate), self.low_hz, self.high_hz), self.residue)
        return kept.astype(np.float32), rate


@dataclass(frozen=True)
class ImfChannels:
    """Each channel becomes its first `count` IMFs and the rest: `count + 1` channels that add up to it.

    Args:
        count: number of IMFs; zeros where a recording has fewer.
        method: emd, eemd or ceemdan.
        trials: noisy copies in eemd and ceemdan, in complementary pairs, so an even number.
        noise: their noise, in standard deviations of the channel.
        seed: key of the noise.

    >>> parts, _ = ImfChannels(count=3, method="emd")(np.random.default_rng(0).normal(size=(2, 99)), None)
    >>> parts.shape
    (8, 99)
    """

    count: int
    method: Method = "eemd"
    trials: int = 100
    noise: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        _ensemble(self.method, self.trials, self.noise, self.seed)
        if self.count < 1:
            raise SignalError(f"count: is {self.count}, must be at least 1")

    def shape_after(
        self, channels: int, length: int, rate: Fraction | None
    ) -> tuple[int, int, Fraction | None]:
        """`count + 1` channels for each. Raises as the call would."""
        _check_length(length)
        return channels * (self.count + 1), length, rate

    def __call__(self, values: np.ndarray, rate: Fraction | None) -> tuple[np.ndarray, Fraction | None]:
        ensemble = _ensemble(self.method, self.trials, self.noise, self.seed)
        found = _METHODS[self.method](values, ensemble)
        channels, modes, time = found.imfs.shape
        parts = np.zeros((channels, self.count + 1, time))
        kept = min(self.count, modes)
        parts[:, :kept] = found.imfs[:, :kept]
        parts[:, self.count] = found.imfs[:, kept:].sum(axis=1) + found.residue
        return parts.reshape(-1, time).astype(np.float32), rate
