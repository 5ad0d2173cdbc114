"""TIFF images, 8-bit, 16-bit and float; several pages are frames of a sequence. No options."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from weldfusion.data.reading import Probe, Reading, options_of
from weldfusion.errors import ReadError

SUFFIXES = (".tif", ".tiff")
# tifffile logs a line for every odd tag of a damaged file; what matters is raised.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)


def read(path: Path, options: Mapping[str, Any]) -> Reading:
    """Pixels (height, width, channels), or (frames, height, width, channels) of several pages."""
    options_of(path, options).close()
    try:
        with tifffile.TiffFile(path) as file:
            axes, values = file.series[0].axes, file.series[0].asarray()
            _check_whole(file, path)
    except FileNotFoundError:
        raise ReadError(f"{path}: no such file") from None
    except ReadError:
        raise
    except Exception as problem:
        # tifffile raises many types (struct.error, IndexError, zlib.error …) on damaged files.
        raise ReadError(f"{path}: is no readable TIFF image: {problem}") from None
    if values.dtype not in (np.uint8, np.uint16, np.float32):
        values = values.astype(np.float32)
    return Reading(np.ascontiguousarray(_channels_last(path, values, axes)))


def probe(path: Path, options: Mapping[str, Any]) -> Probe:
    """Shape from the header."""
    options_of(path, options).close()
    try:
        with tifffile.TiffFile(path) as file:
            axes, shape = file.series[0].axes, file.series[0].shape
    except FileNotFoundError:
        raise ReadError(f"{path}: no such file") from None
    except Exception as problem:
        raise ReadError(f"{path}: is no readable TIFF image: {problem}") from None
    blank = np.broadcast_to(np.uint8(0), shape)
    return Probe(None, _channels_last(path, blank, axes).shape)


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


def _check_whole(file: tifffile.TiffFile, path: Path) -> None:
    """tifffile fills strips beyond the end of a truncated file with zeros."""
    size = path.stat().st_size
    for page in file.series[0].pages:
        if page is None:
            continue
        ends = [a + b for a, b in zip(page.dataoffsets, page.databytecounts, strict=False)]
        if ends and max(ends) > size:
            raise ReadError(f"{path}: holds {size} of {max(ends)} bytes; the file is truncated")
