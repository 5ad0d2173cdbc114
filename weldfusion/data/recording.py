"""Recordings of one weld, checked against the card: signals, photos, frames, tables in files."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.data.readers.find import read
from weldfusion.data.reading import Reading
from weldfusion.errors import ReadError

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
    _check_channels(modality, path, len(values), values.shape)
    if values.shape[1] == 0:
        raise ReadError(f"{path}: has no samples")
    if reading.rate is not None and modality.rate is not None:
        check_rate(modality, path, reading.rate)
    return Reading(values.astype(np.float32, copy=False), modality.rate, modality.channels)


def read_row(modality: Modality, path: Path) -> np.ndarray:
    """A table that is not timed, in a file of its own: float32 (channels,)."""
    values = read(path, modality.reader).values
    if values.ndim != 2 or values.shape[1] != 1:
        raise ReadError(
            f"{path}: has shape {values.shape}; a table per weld needs one row (or `timed: true`)"
        )
    _check_channels(modality, path, len(values), values.shape)
    return values[:, 0].astype(np.float32, copy=False)


def read_photo(modality: Modality, path: Path) -> np.ndarray:
    """One photo (height, width, channels) in uint8, uint16 or float32."""
    values = read(path, modality.reader).values
    values = values[..., None] if values.ndim == 2 else values
    if values.ndim != 3:
        raise ReadError(f"{path}: has shape {values.shape}; a photo needs (height, width, channels)")
    _check_channels(modality, path, values.shape[-1], values.shape)
    return values


def read_frames(modality: Modality, paths: Sequence[Path]) -> Reading:
    """An image sequence (frames, height, width, channels): one array or TIFF file, or one photo a frame."""
    if len(paths) > 1:
        photos = [read_photo(modality, path) for path in paths]
        for path, photo in zip(paths, photos, strict=True):
            if photo.shape != photos[0].shape:
                raise ReadError(
                    f"{path}: is {photo.shape}, {paths[0].name} is {photos[0].shape}; frames must be equal"
                )
        return Reading(np.stack(photos), modality.rate, modality.channels)
    values = read(paths[0], modality.reader).values
    values = values[..., None] if values.ndim == 3 else values
    if values.ndim != 4 or len(values) == 0:
        raise ReadError(f"{paths[0]}: has shape {values.shape}; needs (frames, height, width, channels)")
    _check_channels(modality, paths[0], values.shape[-1], values.shape)
    return Reading(values, modality.rate, modality.channels)


def check_rate(modality: Modality, path: Path, rate: Fraction) -> None:
    """Raise ReadError where a file's own rate is more than 1 % from the card's."""
    if modality.rate is not None and abs(rate / modality.rate - 1) > RATE_TOLERANCE:
        raise ReadError(f"{path}: is sampled at {float(rate):g} Hz, modalities.{modality.name}.rate says "
                        f"{float(modality.rate):g} Hz; correct the card or the file")  # fmt: skip


def _check_channels(modality: Modality, path: Path, found: int, shape: tuple[int, ...]) -> None:
    expected = modality.channel_count
    if found == expected:
        return
    turned = len(shape) == 2 and shape[1] == expected
    if found == 1 and modality.kind in ("image", "image_sequence"):
        raise ReadError(
            f"{path}: is grey, the card has {expected} channels; set channels: [grey] or save in colour"
        )
    right = (
        "set reader.time_axis: 0" if turned else f"correct modalities.{modality.name}.channels or the file"
    )
    names = f" ({', '.join(modality.channels)})" if modality.channels else ""
    raise ReadError(f"{path}: has {found} channels, the card has {expected}{names}; {right}")
