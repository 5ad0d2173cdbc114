"""TIFF images, 8-bit, 16-bit and float (thermal cameras); several pages are frames. No options."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from weldfusion.data.arrays import frames_at_once, numbers
from weldfusion.data.reading import Probe, Reading, options_of
from weldfusion.errors import ReadError

SUFFIXES = (".tif", ".tiff")
# tifffile logs a line for every odd tag of a damaged file; what matters is raised.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)


def read(path: Path, options: Mapping[str, Any]) -> Reading:
    """Pixels (height, width, channels), or (frames, height, width, channels) of several pages."""
    options_of(path, options).close()
    with _opened(path) as file:
        series = file.series[0]
        _check_whole(path, series.pages)
        return Reading(numbers(str(path), _channels_last(path, series.asarray(), series.axes)))


def probe(path: Path, options: Mapping[str, Any]) -> Probe:
    """Shape from the header."""
    options_of(path, options).close()
    with _opened(path) as file:
        axes, shape = file.series[0].axes, file.series[0].shape
    return Probe(None, _channels_last(path, np.broadcast_to(np.uint8(0), shape), axes).shape)


def frames(path: Path, options: Mapping[str, Any]) -> Iterator[np.ndarray]:
    """Frames (frames, height, width, channels) page by page where each page is one, else all at once."""
    shape = probe(path, options).shape
    with _opened(path) as file:
        series = file.series[0]
        pages, axes = series.pages, series.keyframe.axes
        if len(shape) < 4 or len(pages) != shape[0]:
            yield read(path, options).values
            return
        _check_whole(path, pages)
        step = frames_at_once(shape[1:], series.dtype.itemsize)
        for start in range(0, len(pages), step):
            several = [page.asarray() for page in pages[start : start + step] if page is not None]
            yield numbers(str(path), np.stack([_channels_last(path, image, axes) for image in several]))


@contextmanager
def _opened(path: Path) -> Iterator[tifffile.TiffFile]:
    try:
        with tifffile.TiffFile(path) as file:
            yield file
    except FileNotFoundError:
        raise ReadError(f"{path}: no such file") from None
    except ReadError:
        raise
    except Exception as problem:
        # tifffile raises many types (struct.error, IndexError, zlib.error …) on damaged files.
        raise ReadError(f"{path}: is no readable TIFF image, is it truncated? ({problem})") from None


def _channels_last(path: Path, values: np.ndarray, axes: str) -> np.ndarray:
    """Axes by tifffile's letters: Y, X pixels; S samples (or C planes); any other one holds frames."""
    if "Y" not in axes or "X" not in axes or values.ndim > 4:
        raise ReadError(f"{path}: axes {axes} {values.shape}; expected one image or a stack of pages")
    colour = "S" if "S" in axes else "C" if "C" in axes else ""
    frames = [axis for axis in axes if axis not in ("Y", "X", colour)]
    if len(frames) > 1:
        raise ReadError(f"{path}: axes {axes} {values.shape}; expected one image or a stack of pages")
    order = [axes.index(axis) for axis in (*frames, "Y", "X", *colour)]
    values = values.transpose(order)
    return values if colour else values[..., None]


def _check_whole(path: Path, pages: Sequence[Any]) -> None:
    """tifffile fills strips beyond the end of a truncated file with zeros."""
    size = path.stat().st_size
    for number, page in enumerate(pages, start=1):
        if page is None:
            raise ReadError(f"{path}: page {number} of {len(pages)} is missing; the file is truncated")
        ends = [a + b for a, b in zip(page.dataoffsets, page.databytecounts, strict=False)]
        if ends and max(ends) > size:
            raise ReadError(f"{path}: holds {size} of {max(ends)} bytes; the file is truncated")
