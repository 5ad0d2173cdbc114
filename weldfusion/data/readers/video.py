"""AVI, MP4, MOV and MKV videos through OpenCV, 8 bits a pixel.

Options: `colour` (`rgb`, or `grey` for the recording of a grey camera), `rate` (`container`, or `card` where
the file states the rate of playing back, as high-speed cameras do).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from weldfusion.data.arrays import frames_at_once
from weldfusion.data.opencv import opencv
from weldfusion.data.reading import Probe, Reading, options_of
from weldfusion.errors import ReadError

SUFFIXES = (".avi", ".mp4", ".m4v", ".mov", ".mkv", ".webm")
COUNTED = (".mkv", ".webm")
"""Containers that state a length in seconds and no number of frames; their frames are counted."""
MOST_FPS = 1e7
DEEP = (9, 10, 12, 14, 16)
STAMP_S = 1e-3
"""Resolution of the time stamps of some containers."""


@dataclass(frozen=True)
class Form:
    """How the frames are wanted."""

    grey: bool
    rate_of_card: bool


@dataclass(frozen=True)
class Header:
    """What the container says: frames per second (None: nothing), frames (None: nothing), height, width."""

    fps: Fraction | None
    count: int | None
    height: int
    width: int


def read(path: Path, options: Mapping[str, Any]) -> Reading:
    """All frames (frames, height, width, channels) uint8; `frames` gives a long video piece by piece."""
    found = probe(path, options)
    return Reading(np.concatenate(list(frames(path, options))), found.rate)


def probe(path: Path, options: Mapping[str, Any]) -> Probe:
    """Rate and shape from the header; the frames of a container that states no number are counted."""
    form = _form(path, options)
    with _opened(path) as capture:
        header = _header(path, capture)
        count = header.count
        if path.suffix.lower() in COUNTED:
            count = 0
            while capture.grab():
                count += 1
        elif count is None:
            raise ReadError(
                f"{path}: its header states no number of frames; was the recording ended properly? Repair "
                "it, for example by ffmpeg -i old.avi -c copy new.avi"
            )
    shape = (count, header.height, header.width, 1 if form.grey else 3)
    return Probe(_rate(path, header, form), shape)


def frames(path: Path, options: Mapping[str, Any]) -> Iterator[np.ndarray]:
    """Pieces (frames, height, width, channels) uint8 in the order of recording, red first; a frame of another
    size than the first is brought to that by the decoder.

    Raises ReadError where the frames are fewer or more than the header says, or not evenly spaced in time.
    """
    cv2 = opencv()
    form = _form(path, options)
    with _opened(path) as capture:
        header = _header(path, capture)
        at_once = frames_at_once((header.height, header.width, 3), 1)
        held: list[np.ndarray] = []
        number = 0
        while True:
            there, frame = capture.read()
            if not there:
                break
            _check_stamp(path, number, capture.get(cv2.CAP_PROP_POS_MSEC) / 1000, header.fps)
            held.append(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)[..., None] if form.grey else frame[..., ::-1])
            number += 1
            if len(held) == at_once:
                whole, held = np.stack(held), []
                yield whole
        _check_count(path, number, header)
        if held:
            yield np.stack(held)


def _form(path: Path, options: Mapping[str, Any]) -> Form:
    fields = options_of(path, options)
    form = Form(
        fields.choice("colour", ("rgb", "grey"), "rgb") == "grey",
        fields.choice("rate", ("container", "card"), "container") == "card",
    )
    fields.close()
    return form


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    cv2 = opencv()
    # One thread a video: the recordings of several welds are prepared at once.
    capture = cv2.VideoCapture(str(path.absolute()), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    try:
        if not capture.isOpened():
            raise ReadError(
                f"{path}: is no video that can be opened: it is damaged, holds no frame or has an unknown "
                "codec; FFV1 or MJPG in .avi, H.264 in .mp4 can be read"
            )
        yield capture
    finally:
        capture.release()


def _header(path: Path, capture: Any) -> Header:
    cv2 = opencv()
    fps, count = capture.get(cv2.CAP_PROP_FPS), capture.get(cv2.CAP_PROP_FRAME_COUNT)
    height, width = (int(capture.get(p)) for p in (cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FRAME_WIDTH))
    if height < 1 or width < 1:
        raise ReadError(f"{path}: states no size of its frames; is it damaged?")
    pixels = int(capture.get(cv2.CAP_PROP_CODEC_PIXEL_FORMAT)) & 0xFFFFFFFF
    kind = pixels.to_bytes(4, "little")
    if kind[:1].isalpha() and kind[2] < 32 and kind[3] in DEEP:
        raise ReadError(
            f"{path}: holds {kind[3]} bits a pixel, of which 8 would be read; save the frames as 16-bit TIFF"
        )
    rate = Fraction(fps).limit_denominator(1001) if isfinite(fps) and 0 < fps <= MOST_FPS else None
    known = isfinite(count) and 0 < count < 1e12
    return Header(rate or None, round(count) if known else None, height, width)


def _rate(path: Path, header: Header, form: Form) -> Fraction | None:
    if form.rate_of_card:
        return None
    if header.fps is None:
        raise ReadError(f"{path}: states no frame rate; set reader.rate: card to use the card's")
    return header.fps


def _check_stamp(path: Path, number: int, time_s: float, fps: Fraction | None) -> None:
    if fps is None or not isfinite(time_s) or time_s <= 0:
        return
    due = float(number / fps)
    if abs(time_s - due) > 0.75 / float(fps) + STAMP_S:
        raise ReadError(
            f"{path}: frame {number + 1} was taken at {time_s:.4g} s, at {float(fps):g} frames per second it "
            f"is due at {due:.4g} s; convert the video to a constant frame rate"
        )


def _check_count(path: Path, number: int, header: Header) -> None:
    """A length in seconds may round to one frame more or less."""
    rounding = 1 if path.suffix.lower() in COUNTED else 0
    if header.count is not None and abs(number - header.count) > rounding:
        raise ReadError(
            f"{path}: {number} frames can be read, its header says {header.count}; is the file truncated?"
        )
    if not number:
        raise ReadError(f"{path}: holds no frame; is the file truncated?")
