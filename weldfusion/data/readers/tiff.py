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
        images = [_pixels(path, series) for series in _series(path, file)]
    if len(images) == 1:
        return Reading(images[0])
    return Reading(np.concatenate([image if image.ndim == 4 else image[None] for image in images]))


def probe(path: Path, options: Mapping[str, Any]) -> Probe:
    """Shape from the header."""
    options_of(path, options).close()
    with _opened(path) as file:
        several = _series(path, file)
        shape = _shape(path, several[0])
    if len(several) == 1:
        return Probe(None, shape)
    return Probe(None, (len(several) * (shape[0] if len(shape) == 4 else 1), *shape[-3:]))


def frames(path: Path, options: Mapping[str, Any]) -> Iterator[np.ndarray]:
    """Frames (frames, height, width, channels) page by page where each page is one, else all at once."""
    options_of(path, options).close()
    with _opened(path) as file:
        for series in _series(path, file):
            yield from _pieces(path, series)


def _series(path: Path, file: tifffile.TiffFile) -> list[tifffile.TiffPageSeries]:
    """The images of a file, without reduced copies: one series, or several alike (frames that tifffile wrote
    one by one). Raises ReadError where they differ."""
    first, *others = [one for one in file.series if not one.keyframe.is_reduced] or file.series
    for one in others:
        if (one.shape, one.dtype, one.axes) != (first.shape, first.dtype, first.axes):
            raise ReadError(
                f"{path}: holds images of {first.shape} {first.dtype} and of {one.shape} {one.dtype}; store "
                "unlike images in files of their own"
            )
    return [first, *others]


def _shape(path: Path, series: tifffile.TiffPageSeries) -> tuple[int, ...]:
    return _channels_last(path, np.broadcast_to(np.uint8(0), series.shape), series.axes).shape


def _pixels(path: Path, series: tifffile.TiffPageSeries) -> np.ndarray:
    _check_whole(path, series.pages)
    return numbers(str(path), _channels_last(path, series.asarray(), series.axes))


def _pieces(path: Path, series: tifffile.TiffPageSeries) -> Iterator[np.ndarray]:
    shape, pages = _shape(path, series), series.pages
    if len(shape) < 4 or len(pages) != shape[0]:
        yield _pixels(path, series)
        return
    _check_whole(path, pages)
    step = frames_at_once(shape[1:], series.dtype.itemsize)
    for start in range(0, len(pages), step):
        several = [page.asarray() for page in pages[start : start + step] if page is not None]
        axes = series.keyframe.axes
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
