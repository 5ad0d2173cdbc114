"""WAV, FLAC and other sound files that libsndfile reads. Option: `channels`, numbers from 1 to pick."""

import struct
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from weldfusion.data.fields import Fields
from weldfusion.data.reading import Probe, Reading, options_of
from weldfusion.errors import ReadError

SUFFIXES = (".wav", ".flac", ".ogg", ".aiff", ".aif")


def read(path: Path, options: Mapping[str, Any]) -> Reading:
    """Samples as float32 (channels, time), integers scaled to [-1, 1)."""
    picked = _channels(options_of(path, options))
    probe = _header(path)
    _check_whole(path)
    try:
        values, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError, RuntimeError) as problem:
        raise ReadError(f"{path}: cannot be read to its end: {problem}; is the file truncated?") from None
    if len(values) != probe.shape[1]:
        raise ReadError(f"{path}: holds {len(values)} of {probe.shape[1]} samples; the file is truncated")
    return Reading(np.ascontiguousarray(_pick(path, values.T, picked)), Fraction(rate))


def probe(path: Path, options: Mapping[str, Any]) -> Probe:
    """Rate and (channels, time) from the header."""
    picked = _channels(options_of(path, options))
    header = _header(path)
    return Probe(header.rate, (len(picked) or header.shape[0], header.shape[1]))


def _channels(fields: Fields) -> tuple[int, ...]:
    found = fields.value("channels", ())
    fields.close()
    numbers = [found] if isinstance(found, int) else found
    if not isinstance(numbers, list | tuple) or not all(isinstance(n, int) and n >= 1 for n in numbers):
        fields.note("channels", f"must be channel numbers from 1, such as [1, 2], is {found!r}")
    return tuple(numbers)


def _pick(path: Path, values: np.ndarray, picked: tuple[int, ...]) -> np.ndarray:
    for number in picked:
        if number > len(values):
            raise ReadError(f"{path}: reader.channels: has no channel {number}; it has {len(values)}")
    return values[[number - 1 for number in picked]] if picked else values


def _header(path: Path) -> Probe:
    try:
        info = soundfile.info(path)
    except (soundfile.SoundFileError, OSError, RuntimeError) as problem:
        raise ReadError(f"{path}: is no readable sound file: {problem}") from None
    return Probe(Fraction(info.samplerate), (info.channels, info.frames))


def _check_whole(path: Path) -> None:
    """A WAV whose data chunk promises more bytes than the file holds is read short in silence."""
    with path.open("rb") as file:
        if file.read(4) != b"RIFF":
            return
        size = path.stat().st_size
        place = 12
        while place + 8 <= size:
            file.seek(place)
            name, length = struct.unpack("<4sI", file.read(8))
            if name == b"data":
                held = size - place - 8
                if held < length < 0xFFFFFF00:
                    raise ReadError(f"{path}: holds {held} of {length} bytes of sound; the file is truncated")
                return
            place += 8 + length + length % 2
