"""Recordings of one weld, checked against the card: signals, spectra, photos, frames, tables in files."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.data.readers.find import frames, read
from weldfusion.data.reading import Reading
from weldfusion.data.wavelengths import wavelengths_in
from weldfusion.errors import ReadError

# How far the rate that a file states may be from the card's: what lies within is a clock's error or rounding.
RATE_TOLERANCE = 0.01
SHOWN = 8
SAME_NM = 0.05


def read_signal(modality: Modality, path: Path) -> Reading:
    """A waveform, a timed table or a spectrum sequence as float32 (channels, time) at the card's rate.

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


def frames_of(modality: Modality, paths: Sequence[Path]) -> Iterator[tuple[Path, np.ndarray]]:
    """An image sequence in pieces (frames, height, width, channels), each with its file: videos, stacks or
    single images, one after the other. No more than some MiB are in memory at a time where the format is read
    piece by piece.

    Raises ReadError where a file cannot be read to its end, holds no frame, or its frames differ in size or
    depth from those before.
    """
    first: np.ndarray | None = None
    for path in paths:
        count = 0
        for piece in frames(path, modality.reader):
            if piece.ndim not in (3, 4):
                raise ReadError(f"{path}: has shape {piece.shape}; needs (frames, height, width, channels)")
            if not piece.size:
                continue
            _check_colour(modality, path, piece)
            several = piece if piece.ndim == 4 else piece[None]
            first = several[:1] if first is None else first
            _check_alike(path, several, paths[0], first)
            count += len(several)
            yield path, several
        if not count:
            raise ReadError(f"{path}: holds no frame; leave the cell empty or repair the file")


def _check_alike(path: Path, frames: np.ndarray, first_path: Path, first: np.ndarray) -> None:
    if frames.shape[1:] != first.shape[1:]:
        raise ReadError(
            f"{path}: is {frames.shape[1:]}, {first_path.name} is {first.shape[1:]}; frames must be equal"
        )
    if frames.dtype != first.dtype:
        raise ReadError(
            f"{path}: holds {frames.dtype}, {first_path.name} {first.dtype}; frames must be of equal depth"
        )


def check_rate(modality: Modality, path: Path, rate: Fraction) -> None:
    """Raise ReadError where a file's own rate is more than 1 % from the card's."""
    if modality.rate is not None and abs(rate / modality.rate - 1) > RATE_TOLERANCE:
        right = "correct the card or the file"
        if modality.kind == "image_sequence":
            right += ", or set reader.rate: card where the video only plays back at that rate"
        raise ReadError(f"{path}: is sampled at {float(rate):g} Hz, modalities.{modality.name}.rate says "
                        f"{float(modality.rate):g} Hz; {right}")  # fmt: skip


def _chosen(modality: Modality, path: Path, reading: Reading) -> np.ndarray:
    """The card's channels of a reading: by name where the file names them, else all in their order."""
    wanted, values = modality.given or modality.channels, reading.values
    if modality.wavelengths_nm and reading.channels:
        return _of_wavelengths(modality, path, reading)
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
    if modality.wavelengths_nm and not turned:
        right = f"correct modalities.{modality.name}.wavelengths_nm or the file"
    names = ", ".join(wanted) if len(wanted) <= SHOWN else f"{wanted[0]}, {wanted[1]} … {wanted[-1]}"
    raise ReadError(f"{path}: has {len(values)} channels, the card has {len(wanted)} ({names}); {right}")


def _of_wavelengths(modality: Modality, path: Path, reading: Reading) -> np.ndarray:
    """The channels of a table at the card's wavelengths, where its header names wavelengths."""
    found = wavelengths_in(reading.channels)
    if not found:
        return _chosen(modality, path, replace(reading, channels=()))
    axis = np.array(found)
    wanted = np.array([float(name.removesuffix(" nm")) for name in modality.channels])
    nearest = np.abs(axis[:, None] - wanted).argmin(0)
    off = np.abs(axis[nearest] - wanted)
    if off.max() > SAME_NM * max(1.0, wanted.max() / 1000):
        place = int(off.argmax())
        raise ReadError(
            f"{path}: has no channel at {wanted[place]:g} nm (the nearest is {axis[nearest[place]]:g} nm), "
            f"correct modalities.{modality.name}.wavelengths_nm or the file"
        )
    return reading.values[nearest]


def _check_colour(modality: Modality, path: Path, values: np.ndarray) -> None:
    """Grey and colour with transparency are brought to colour later; everything else must agree."""
    found, expected = values.shape[-1], len(modality.channels) or min(values.shape[-1], 4)
    if found == expected or (found in (1, 4) and expected == 3):
        return
    right = f"correct modalities.{modality.name}.channels or the file"
    if found == 3 and expected == 1:
        right += ", or set reader.colour: grey for a video of a grey camera"
    elif found > 4:
        right = "set reader.images: grey if the array has no axis of channels, or reader.axes"
    raise ReadError(f"{path}: has shape {values.shape}, so {found} channels, expected {expected}; {right}")
