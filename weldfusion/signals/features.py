"""Plain features of windows, photos and settings: what a simple baseline looks at."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
BANDS = 8
MOST_PIXELS = 10_000
MOST_CHANNELS = 32
CHANNEL_BANDS = 16


def plain_features(
    kind: str,
    array: np.ndarray,
    rate: float | None = None,
    valid: np.ndarray | None = None,
    channels: Sequence[str] | None = None,
) -> tuple[np.ndarray, list[str]]:
    """Features (N, F) of N windows and their F names.

    | kind | array | valid |
    |---|---|---|
    | waveform | (N, C, L) at `rate` Hz | (N, L) |
    | image, image_sequence | (N, C, H, W) or (N, S, C, H, W) | (N, S) |
    | table | (N, C) | (N, C) |

    Each channel of a waveform gives mean, sd, min, max, five quantiles, slope (per s), RMS, log10 energy
    of eight octave bands and zero crossings of the mean-free signal (per s); with `valid` also the
    duration (s), once. Each channel of an image gives mean, sd, five quantiles and mean squared gradient,
    averaged over the valid images. A table gives its values. A waveform of more than 32 channels (a spectrum
    sequence) is first averaged over 16 bands of neighbouring channels.

    Rows without any valid entry, and invalid table values, are NaN. Raises ValueError for another kind
    or shape.

    >>> values, names = plain_features("table", np.array([[1.0, 2.0]]), channels=["feed", "gas"])
    >>> names, values.tolist()
    (['feed', 'gas'], [[1.0, 2.0]])
    """
    array = np.asarray(array)
    if kind == "waveform" and array.ndim == 3:
        if rate is None or rate <= 0:
            raise ValueError(f"features of a waveform need its rate in Hz, got {rate}")
        array, channels = _banded(array.astype(float), channels)
        return _waveform(array, float(rate), valid, channels)
    if kind in ("image", "image_sequence") and array.ndim in (4, 5):
        return _images(array if array.ndim == 5 else array[:, None], valid, channels)
    if kind == "table" and array.ndim == 2:
        values = array.astype(float)
        values = values if valid is None else np.where(valid, values, np.nan)
        return values, _names(channels, array.shape[1])
    raise ValueError(f"no plain features for kind '{kind}' with an array of shape {array.shape}")


def _banded(array: np.ndarray, channels: Sequence[str] | None) -> tuple[np.ndarray, Sequence[str] | None]:
    """More than 32 channels (a spectrum) as the means of 16 bands of neighbours, to keep features few."""
    count = array.shape[1]
    if count <= MOST_CHANNELS:
        return array, channels
    names = _names(channels, count)
    parts = np.array_split(np.arange(count), CHANNEL_BANDS)
    means = np.stack([array[:, part].mean(axis=1) for part in parts], axis=1)
    return means, [f"{names[part[0]]} to {names[part[-1]]}" for part in parts]


def _names(channels: Sequence[str] | None, count: int) -> list[str]:
    return list(channels) if channels else [f"channel {i}" for i in range(count)]


def masked_quantiles(values: np.ndarray, valid: np.ndarray, quantiles: Sequence[float]) -> np.ndarray:
    """(..., Q) quantiles along the last axis of the valid entries, linear between order statistics, NaN
    where none is valid; `valid` broadcasts to `values`.

    >>> masked_quantiles(np.array([[3.0, 1.0, 9.0]]), np.array([[True, True, False]]), [0.5])
    array([[2.]])
    """
    ordered = np.sort(np.where(valid, values, np.inf), axis=-1)
    count = np.broadcast_to(valid, values.shape).sum(axis=-1, keepdims=True)
    place = np.maximum(count - 1, 0) * np.asarray(quantiles)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    below = np.take_along_axis(ordered, low, axis=-1)
    above = np.take_along_axis(ordered, high, axis=-1)
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, below + (above - below) * (place - low), np.nan)


def octave_energies(centred: np.ndarray, rate: float) -> tuple[np.ndarray, list[str]]:
    """Energy (..., 8) of octave bands, and the bands' names; the uppermost ends at half the rate, the
    lowest begins at 0. Their sum is the sum of squares of the signal (Parseval), its mean left out.

    >>> _, names = octave_energies(np.zeros((1, 64)), 256.0)
    >>> names[0], names[-1]
    ('0-1 Hz', '64-128 Hz')
    """
    length = centred.shape[-1]
    spectrum = np.fft.rfft(centred, axis=-1)
    power = (spectrum.real**2 + spectrum.imag**2) / length
    power[..., 1 : (length + 1) // 2] *= 2
    frequency = np.fft.rfftfreq(length, 1 / rate)
    edges = np.concatenate([[0.0], rate / 2 * 2.0 ** -np.arange(BANDS - 1, -1, -1)])
    band = np.clip(np.searchsorted(edges, frequency, side="left") - 1, 0, BANDS - 1)
    energy = np.stack([power[..., band == b].sum(axis=-1) for b in range(BANDS)], axis=-1)
    return energy, [f"{a:g}-{b:g} Hz" for a, b in pairwise(edges)]


def _waveform(
    array: np.ndarray, rate: float, valid: np.ndarray | None, channels: Sequence[str] | None
) -> tuple[np.ndarray, list[str]]:
    mask = np.ones((len(array), 1, array.shape[2]), bool) if valid is None else valid[:, None, :]
    count = mask.sum(axis=-1)
    some = np.maximum(count, 1)
    values = np.where(mask, array, 0.0)
    mean = values.sum(axis=-1) / some
    centred = np.where(mask, values - mean[..., None], 0.0)
    quantiles = masked_quantiles(array, mask, (0.0, *QUANTILES, 1.0))
    energy, bands = octave_energies(centred, rate)
    square = (values**2).sum(axis=-1) / some
    floor = 1e-12 * square[..., None] + 1e-30
    columns = {
        "mean": mean,
        "sd": np.sqrt((centred**2).sum(axis=-1) / some),
        "min": quantiles[..., 0],
        **{f"quantile {q:g}": quantiles[..., 1 + i] for i, q in enumerate(QUANTILES)},
        "max": quantiles[..., -1],
        "slope": _slope(centred, mask, rate),
        "rms": np.sqrt(square),
        **{
            f"log energy {name}": np.log10(energy[..., b] / some + floor[..., 0])
            for b, name in enumerate(bands)
        },
        "zero crossings": _crossings(centred, mask) * rate / some,
    }
    stacked = np.stack(list(columns.values()), axis=-1)
    features = np.where(count[..., None] > 0, stacked, np.nan).reshape(len(array), -1)
    names = [f"{channel} {name}" for channel in _names(channels, array.shape[1]) for name in columns]
    if valid is None:
        return features, names
    duration = np.where(count > 0, count / rate, np.nan)
    return np.concatenate([features, duration], axis=1), [*names, "duration"]


def _slope(centred: np.ndarray, mask: np.ndarray, rate: float) -> np.ndarray:
    """(N, C) least-squares slope per second over the valid samples; 0 for fewer than two."""
    time = np.arange(centred.shape[-1]) / rate
    mean = (mask * time).sum(axis=-1, keepdims=True) / np.maximum(mask.sum(axis=-1, keepdims=True), 1)
    lag = np.where(mask, time - mean, 0.0)
    spread = (lag**2).sum(axis=-1)
    return (lag * centred).sum(axis=-1) / np.where(spread > 0, spread, 1.0)


def _crossings(centred: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(N, C) changes of sign between neighbouring valid samples."""
    above = centred > 0
    both = mask[..., 1:] & mask[..., :-1]
    return ((above[..., 1:] != above[..., :-1]) & both).sum(axis=-1)


def _images(
    array: np.ndarray, valid: np.ndarray | None, channels: Sequence[str] | None
) -> tuple[np.ndarray, list[str]]:
    mask = np.ones(array.shape[:2], bool) if valid is None else valid
    step = max(1, int(np.ceil(np.sqrt(array.shape[3] * array.shape[4] / MOST_PIXELS))))
    total = np.zeros((len(array), array.shape[2], 3 + len(QUANTILES)))
    for s in range(array.shape[1]):
        image = array[:, s].astype(np.float32)
        sampled = image[..., ::step, ::step].reshape(*image.shape[:2], -1)
        quantiles = np.moveaxis(np.quantile(sampled, QUANTILES, axis=-1), 0, -1)
        gradient = sum(np.square(np.diff(image, axis=axis)).mean(axis=(2, 3)) for axis in (2, 3))
        moments = np.stack([image.mean(axis=(2, 3)), image.std(axis=(2, 3)), gradient], axis=-1)
        total += np.where(mask[:, s, None, None], np.concatenate([moments, quantiles], axis=-1), 0.0)
    count = mask.sum(axis=1)[:, None, None]
    features = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    columns = ["mean", "sd", "gradient energy", *(f"quantile {q:g}" for q in QUANTILES)]
    names = [f"{channel} {name}" for channel in _names(channels, array.shape[2]) for name in columns]
    return features.reshape(len(array), -1), names
