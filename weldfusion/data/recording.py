"""Recordings of one weld, checked against the card: signals, photos, frames, tables in files."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.data.readers.find import read
from weldfusion.data.reading import Reading
from weldfusion.errors import ReadError

# How far the rate that a file states may be from the card's: what lies within is a clock's error or rounding.
RATE_TOLERANCE = 0.01


def read_signal(modality: Modality, path: Path) -> Reading:
    """A waveform or a timed table as float32 (channels, time) at the card's rate.

    Raises:
        ReadError: the file cannot be read, has another number of channels, no samples, or states a rate
            that is more than 1 % from the card's.
    """
    reading = read(path, modality.reader)
    values = reading.values
    if values.ndim != 2:
        raise ReadError(f"{path}: has shape {values.shape}; {modality.name} needs (channels, time)")
    values = _chosen(modality, path, reading)
    if values.shape[1] == 0:
        raise ReadError(f"{path}: has no samples")
    if reading.rate is not None and modality.rate is not None:
        check_rate(modality, path, reading.rate)
    return Reading(values.astype(np.float32, copy=False), modality.rate, modality.channels)


def read_row(modality: Modality, path: Path) -> np.ndarray:
    """A table that is not timed, in a file of its own: float32 (channels,)."""
    reading = read(path, modality.reader)
    values = reading.values
    if values.ndim != 2 or values.shape[1] != 1:
        raise ReadError(
            f"{path}: has shape {values.shape}; a table per weld needs one row (or `timed: true`)"
        )
    return _chosen(modality, path, reading)[:, 0].astype(np.float32, copy=False)


def read_photo(modality: Modality, path: Path) -> np.ndarray:
    """One photo (height, width, channels) in uint8, uint16 or float32."""
    values = read(path, modality.reader).values
    if values.ndim != 3 or not values.size:
        raise ReadError(f"{path}: has shape {values.shape}; a photo needs (height, width, channels)")
    _check_colour(modality, path, values)
    return values


def read_frames(modality: Modality, paths: Sequence[Path]) -> Reading:
    """An image sequence (frames, height, width, channels): stacks or single photos, one after the other."""
    stacks: list[np.ndarray] = []
    for path in paths:
        values = read(path, modality.reader).values
        if values.ndim not in (3, 4) or not values.size:
            raise ReadError(f"{path}: has shape {values.shape}; needs (frames, height, width, channels)")
        _check_colour(modality, path, values)
        stacks.append(values if values.ndim == 4 else values[None])
        if stacks[-1].shape[1:] != stacks[0].shape[1:]:
            first, this = stacks[0].shape[1:], stacks[-1].shape[1:]
            raise ReadError(f"{path}: is {this}, {paths[0].name} is {first}; frames must be equal")
    return Reading(np.concatenate(stacks), modality.rate, modality.channels)


def check_rate(modality: Modality, path: Path, rate: Fraction) -> None:
    """Raise ReadError where a file's own rate is more than 1 % from the card's."""
    if modality.rate is not None and abs(rate / modality.rate - 1) > RATE_TOLERANCE:
        raise ReadError(f"{path}: is sampled at {float(rate):g} Hz, modalities.{modality.name}.rate says "
                        f"{float(modality.rate):g} Hz; correct the card or the file")  # fmt: skip


def _chosen(modality: Modality, path: Path, reading: Reading) -> np.ndarray:
    """The card's channels of a reading: by name where the file names them, else all in their order."""
    wanted, values = modality.given or modality.channels, reading.values
    if reading.channels and reading.channels == modality.channels:
        return values
    if wanted and set(wanted) <= set(reading.channels):
        return values[[reading.channels.index(name) for name in modality.channels]]
    if not wanted or len(values) == len(wanted):
        return values[[wanted.index(name) for name in modality.channels]] if modality.given else values
    turned = values.ndim == 2 and values.shape[1] == len(wanted)
    right = (
        "set reader.time_axis: 0" if turned else f"correct modalities.{modality.name}.channels or the file"
    )
    names = ", ".join(wanted)
    raise ReadError(f"{path}: has {len(values)} channels, the card has {len(wanted)} ({names}); {right}")


def _check_colour(modality: Modality, path: Path, values: np.ndarray) -> None:
    """Grey and colour with transparency are brought to colour later; everything else must agree."""
    found, expected = values.shape[-1], len(modality.channels) or min(values.shape[-1], 4)
    if found == expected or (found in (1, 4) and expected == 3):
        return
    right = f"correct modalities.{modality.name}.channels or the file"
    if values.ndim == 3 and found > 4:
        right = "set reader.images: grey if the array has no axis of channels"
    raise ReadError(f"{path}: has shape {values.shape}, so {found} channels, expected {expected}; {right}")
