"""Frame steps of a config applied to an image sequence, piece by piece."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from weldfusion.data.modality import Modality
from weldfusion.data.recording import frames_of
from weldfusion.data.settings import Input
from weldfusion.errors import ConfigError, ReadError
from weldfusion.signals.frame_step import FrameSeries, FrameStep

PROBED = 2


def stepped_frames(
    modality: Modality, settings: Input, paths: Sequence[Path]
) -> Iterator[tuple[Path, np.ndarray]]:
    """`frames_of` after all `frame_steps`: pieces (frames, height, width, channels), each with its file.

    Raises ReadError naming file and step where one refuses the frames or gives something unusable.
    """
    for path, frames in frames_of(modality, paths):
        for number, step in enumerate(settings.frame_steps):
            frames = _applied(step, frames, f"{path}: {_place(modality, number, step)}")
        yield path, frames


def series_of(modality: Modality, settings: Input, paths: Sequence[Path]) -> np.ndarray:
    """The series of an image sequence, (numbers, frames) float32; NaN where a frame has none.

    Raises ReadError as `stepped_frames`.
    """
    series = settings.series
    assert series is not None
    parts = [
        _measured(series, frames, f"{path}: data.inputs.{modality.name}.series {type(series).__name__}")
        for path, frames in stepped_frames(modality, settings, paths)
    ]
    return np.concatenate(parts, axis=1)


def shape_after(modality: Modality, settings: Input, shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Height, width and channels of frames of `shape` after all `frame_steps`, tried on made-up frames, as is
    the series. Raises ConfigError where the steps do not fit such frames."""
    noise = np.random.Generator(np.random.PCG64(0)).integers(0, 256, (PROBED, *shape))
    frames = noise.astype(np.uint8)
    try:
        for number, step in enumerate(settings.frame_steps):
            frames = _applied(step, frames, f"made-up frames: {_place(modality, number, step)}")
        if settings.series is not None:
            name = f"made-up frames: data.inputs.{modality.name}.series {type(settings.series).__name__}"
            _measured(settings.series, frames, name)
    except ReadError as problem:
        raise ConfigError(str(problem)) from None
    height, width, channels = frames.shape[1:]
    return height, width, channels


def _place(modality: Modality, number: int, step: FrameStep) -> str:
    return f"data.inputs.{modality.name}.frame_steps[{number}] {type(step).__name__}"


def _applied(step: FrameStep, frames: np.ndarray, place: str) -> np.ndarray:
    try:
        found = np.asarray(step.of_frames(frames))
    except ValueError as problem:
        raise ReadError(f"{place}: {' '.join(str(problem).split())}") from None
    if found.ndim == 3:
        found = found[..., None]
    if found.ndim != 4 or len(found) != len(frames) or not found.size:
        raise ReadError(
            f"{place}: gave shape {found.shape} for {len(frames)} frames; expected as many frames"
        )
    if found.dtype.kind == "f" and not np.isfinite(found).all():
        raise ReadError(f"{place}: gave NaN or infinity")
    return found


def _measured(series: FrameSeries, frames: np.ndarray, place: str) -> np.ndarray:
    try:
        found = np.asarray(series.of_frames(frames), np.float32)
    except ValueError as problem:
        raise ReadError(f"{place}: {' '.join(str(problem).split())}") from None
    if found.shape != (len(series.columns), len(frames)) or np.isinf(found).any():
        expected = (len(series.columns), len(frames))
        raise ReadError(
            f"{place}: gave shape {found.shape} or infinity; expected {expected}, NaN for missing"
        )
    return found
