"""From band powers to loudness: decibels and per-channel energy normalisation."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np


class Loudness(ABC):
    """How band powers become numbers that a model can use."""

    @abstractmethod
    def of(self, powers: np.ndarray, frame_rate: float) -> np.ndarray:
        """Powers (..., bands, frames) at `frame_rate` frames per second → the same shape."""


@dataclass(frozen=True)
class Decibels(Loudness):
    """10·log10(power / reference), against a fixed reference.

    A fixed reference keeps how loud a weld was, which tells a lack of fusion from a sound weld; against each
    clip's own maximum (`ClipDecibels`) that is lost.

    Args:
        reference: power of 0 dB.
        floor_db: what is below counts as this.

    >>> Decibels().of(np.array([[1.0, 100.0, 0.0]]), 100.0).tolist()
    [[0.0, 20.0, -100.0]]
    """

    reference: float = 1.0
    floor_db: float = -100.0

    def of(self, powers: np.ndarray, frame_rate: float) -> np.ndarray:
        least = self.reference * 10.0 ** (self.floor_db / 10)
        return 10.0 * np.log10(np.maximum(powers, least) / self.reference).astype(powers.dtype, copy=False)


@dataclass(frozen=True)
class ClipDecibels(Loudness):
    """10·log10(power / maximum of that signal): as `librosa.power_to_db(ref=numpy.max)` of one clip.

    Independent of the recording's gain, and blind to how loud the weld was.

    Args:
        range_db: what is further below the maximum counts as this far below.
    """

    range_db: float = 80.0

    def of(self, powers: np.ndarray, frame_rate: float) -> np.ndarray:
        most = np.maximum(powers.max(axis=(-2, -1), keepdims=True), np.finfo(powers.dtype).tiny)
        least = most * 10.0 ** (-self.range_db / 10)
        return (10.0 * np.log10(np.maximum(powers, least) / most)).astype(powers.dtype, copy=False)


@dataclass(frozen=True)
class PerChannelEnergy(Loudness):
    """Per-channel energy normalisation: each band is divided by its own slow mean, then compressed.

    Wang et al. 2017 (arXiv:1607.05666), with the parameters of `librosa.pcen`. Steady noise is pushed
    down, what starts suddenly stands out.

    Args:
        time_s: time constant of the slow mean.
        gain: exponent of the division; 1 takes out the level wholly.
        bias, power: the compression (x + bias)^power - bias^power.
        scale: factor on the powers before; for signals in [-1, 1] it stands for 32-bit samples.
    """

    time_s: float = 0.4
    gain: float = 0.98
    bias: float = 2.0
    power: float = 0.5
    scale: float = 2.0**31

    def of(self, powers: np.ndarray, frame_rate: float) -> np.ndarray:
        from librosa import pcen

        found = pcen(
            powers * self.scale,
            sr=frame_rate,
            hop_length=1,
            gain=self.gain,
            bias=self.bias,
            power=self.power,
            time_constant=self.time_s,
        )
        return np.asarray(found).astype(powers.dtype, copy=False)
