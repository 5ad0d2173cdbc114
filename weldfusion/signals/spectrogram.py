"""Power spectrograms of many signals at once, whole or summed into bands."""

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from scipy import fft, sparse

from weldfusion.errors import SignalError
from weldfusion.signals.finite import check_signal
from weldfusion.signals.kernels.compiled import ready
from weldfusion.signals.kernels.spectral_power import power_by_bin

Padding = Literal["zero", "reflect", "none"]
BLOCK_SAMPLES = 1 << 17
"""Samples of frames that are worked on at a time, so that they stay in the processor's cache."""


def power_spectrogram(values: np.ndarray, n_fft: int, hop: int, padding: Padding = "zero") -> np.ndarray:
    """Squared magnitude of the short-time Fourier transform with a periodic Hann window.

    Args:
        values: (..., time), finite.
        n_fft: samples per frame.
        hop: samples from one frame to the next.
        padding: `zero` or `reflect` by n_fft // 2 at both ends, so that frame `i` is centred on sample
            `i * hop` (librosa's and torchaudio's default); `none`: only frames wholly inside the signal.

    Returns:
        (..., n_fft // 2 + 1, frames), float32 for float32 input, else float64.

    Raises SignalError naming the argument that is wrong; a signal shorter than a frame is refused with any
    padding, for its one frame would be mostly padding.

    >>> power_spectrogram(np.ones(8), n_fft=4, hop=4, padding="none")[:, 0].tolist()
    [4.0, 1.0, 0.0]
    """
    return _blocks(values, n_fft, hop, padding, None)


def band_powers(
    values: np.ndarray, weights: np.ndarray, n_fft: int, hop: int, padding: Padding = "zero"
) -> np.ndarray:
    """`weights @ power_spectrogram(values, …)`, without keeping the spectrogram.

    Args:
        weights: (bands, n_fft // 2 + 1), as `FilterBank.weights` gives them.

    Returns:
        (..., bands, frames).
    """
    if weights.shape[-1] != n_fft // 2 + 1:
        raise SignalError(f"weights have {weights.shape[-1]} bins, frames of {n_fft} have {n_fft // 2 + 1}")
    return _blocks(values, n_fft, hop, padding, weights)


def frame_count(time: int, n_fft: int, hop: int, padding: Padding = "zero") -> int:
    """Frames of a signal of `time` samples. Raises SignalError where there is none.

    >>> frame_count(8000, n_fft=256, hop=80), frame_count(8000, n_fft=256, hop=80, padding="none")
    (101, 97)
    """
    if n_fft < 2 or hop < 1:
        raise SignalError(f"n_fft must be at least 2 and hop 1, are {n_fft} and {hop}")
    if time < n_fft:
        raise SignalError(f"the signal has {time} samples, shorter than a frame of {n_fft}; lower n_fft")
    return (time + (0 if padding == "none" else 2 * (n_fft // 2)) - n_fft) // hop + 1


def frame_times_s(frames: int, rate: float, n_fft: int, hop: int, padding: Padding = "zero") -> np.ndarray:
    """Seconds (frames,) of the middle of each frame.

    >>> frame_times_s(2, 8000.0, n_fft=256, hop=80, padding="none").tolist()
    [0.016, 0.026]
    """
    return (np.arange(frames) * hop + (n_fft / 2 if padding == "none" else 0)) / rate


def energy_below_hz(
    values: np.ndarray, rate: float, shares: Sequence[float], n_fft: int = 1024
) -> np.ndarray:
    """Frequencies in Hz (shares, ...) below which these shares of the energy of signals (..., time) lie.

    The mean of each signal is left out. Spectrum: mean over half-overlapping frames (Welch).

    >>> tones = np.sin(np.arange(4096) * np.pi / 8) + 3 * np.sin(np.arange(4096) * np.pi / 2)
    >>> energy_below_hz(tones, 1000.0, [0.05, 0.5], n_fft=256).round(-1).tolist()
    [60.0, 250.0]
    """
    from scipy.signal import welch

    values = check_signal(values, shortest=2)
    values = values - values.mean(axis=-1, keepdims=True)
    hertz, power = welch(values, rate, nperseg=min(n_fft, values.shape[-1]), detrend=False)
    below = np.cumsum(power, axis=-1)
    wanted = [(below < share * below[..., -1:]).sum(axis=-1) for share in shares]
    return hertz[np.minimum(np.stack(wanted), len(hertz) - 1)]


def _blocks(
    values: np.ndarray, n_fft: int, hop: int, padding: Padding, weights: np.ndarray | None
) -> np.ndarray:
    values = check_signal(values, shortest=1)
    count = frame_count(values.shape[-1], n_fft, hop, padding)
    depth = np.float32 if values.dtype == np.float32 else np.float64
    padded = _padded(values.reshape(-1, values.shape[-1]).astype(depth, copy=False), n_fft, padding)
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)).astype(depth)
    bank = None if weights is None else sparse.csr_array(weights.astype(depth))
    bins = n_fft // 2 + 1
    out = np.empty((len(padded), bins if bank is None else bank.shape[0], count), depth)
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft, axis=-1)[:, ::hop]
    ready(power_by_bin, np.empty((1, 2 * bins), depth), np.empty((bins, 1), depth))
    for signals, part in _pieces(len(padded), count, max(1, BLOCK_SAMPLES // n_fft)):
        windowed = frames[signals, part] * window
        spectrum = fft.rfft(windowed, axis=-1, overwrite_x=True).reshape(-1, bins)
        power = np.empty((bins, len(spectrum)), depth)
        power_by_bin(spectrum.view(depth), power)
        summed = power if bank is None else bank @ power
        out[signals, :, part] = summed.reshape(len(summed), *windowed.shape[:2]).swapaxes(0, 1)
    return out.reshape(*values.shape[:-1], *out.shape[1:])


def _pieces(signals: int, frames: int, most: int) -> Iterator[tuple[slice, slice]]:
    """Ranges of signals and frames that hold at most `most` frames: several signals, or parts of one."""
    together = max(1, most // frames)
    for first in range(0, signals, together):
        for start in range(0, frames, most):
            yield slice(first, first + together), slice(start, start + most)


def _padded(values: np.ndarray, n_fft: int, padding: Padding) -> np.ndarray:
    if padding == "none":
        return values
    half = n_fft // 2
    mode: Literal["constant", "reflect"] = "reflect" if padding == "reflect" else "constant"
    return np.pad(values, ((0, 0), (half, half)), mode=mode)
