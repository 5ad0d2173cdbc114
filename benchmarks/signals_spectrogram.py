"""Mel spectrograms beside librosa: one clip at a time and all at once, agreement."""

from functools import partial

import librosa
import numpy as np
from harness import Goal, Row, interleave, row, spread

from weldfusion.signals.filter_banks import Mel
from weldfusion.signals.spectrogram import band_powers

PEER = "librosa"
CASES = ((512, 8_000, 256, 80, 64), (64, 44_100, 2048, 512, 128))
"""One-second clips, rate in Hz, samples of a frame, hop, bands."""


def measure(quick: bool) -> list[Row]:
    return [found for case in CASES for found in _case(*case, repeats=2 if quick else 11)]


def _theirs(x: np.ndarray, rate: int, n_fft: int, hop: int, bands: int) -> np.ndarray:
    return np.asarray(librosa.feature.melspectrogram(y=x, sr=rate, n_fft=n_fft, hop_length=hop, n_mels=bands))


def _loop(x: np.ndarray, rate: int, n_fft: int, hop: int, bands: int) -> None:
    for clip in x:
        _theirs(clip, rate, n_fft, hop, bands)


def _ours(x: np.ndarray, rate: int, n_fft: int, hop: int, bands: int) -> np.ndarray:
    return band_powers(x, Mel(bands).weights(rate, n_fft), n_fft, hop)


def _case(clips: int, rate: int, n_fft: int, hop: int, bands: int, repeats: int) -> list[Row]:
    x = np.random.default_rng(rate).standard_normal((clips, rate)).astype(np.float32)
    sizes = (rate, n_fft, hop, bands)
    times = interleave(
        {
            "ours": partial(_ours, x, *sizes),
            "batch": partial(_theirs, x, *sizes),
            "loop": partial(_loop, x, *sizes),
        },
        repeats,
    )
    ours, batch, loop = (float(np.median(times[name])) for name in ("ours", "batch", "loop"))
    name = f"mel, {clips} clips of 1 s at {rate / 1000:g} kHz, n_fft {n_fft} hop {hop} bands {bands}"
    note = (
        f"{ours * 1e3:.3g} ms, loop {loop * 1e3:.3g} ms, batch {batch * 1e3:.3g} ms; {spread(times['ours'])}"
    )
    exact = _theirs(x[:4].astype(np.float64), *sizes)
    off = float(np.abs(_ours(x[:4], *sizes) / exact - 1).max())
    return [
        row(f"{name}, loop", loop / ours, "times faster", Goal(">=", 4.0), PEER, 1, note),
        row(f"{name}, batch", batch / ours, "times faster", Goal(">=", 1.5), PEER, 1, note),
        row(f"{name}, largest relative difference", off, "", Goal("<=", 1e-5), PEER, 1, "in float32"),
    ]
