"""The intermediate pictures of frame processing, kept as files: one each, and all side by side."""

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from weldfusion.data.files import write_bytes
from weldfusion.evaluation.minus import minus
from weldfusion.report.drawing import Drawing, picture_bytes

STRIP = "strip.png"
COLUMNS = 5
CELL_INCH = 2.0


def save_steps(pictures: Mapping[str, np.ndarray], folder: Path) -> list[Path]:
    """Writes each picture as `01-frame.png`, `02-…` in its own pixels, and all of them as `strip.png`.

    Args:
        pictures: name → picture (height, width) or (height, width, 3), in order, as the `pictures` of a frame
            step gives them.
        folder: made if it is not there.

    8-bit pictures keep their values, masks become black and white, others are stretched from their least to
    their largest value. Returns the files written, the strip last.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number, (name, picture) in enumerate(pictures.items(), start=1):
        file = folder / f"{number:02d}-{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.png"
        write_bytes(file, _png(shown(picture)))
        files.append(file)
    write_bytes(folder / STRIP, picture_bytes(steps_strip(pictures), ".png"))
    return [*files, folder / STRIP]


def steps_strip(pictures: Mapping[str, np.ndarray]) -> Drawing:
    """All pictures side by side, each with its name and range of values."""
    across = min(len(pictures), COLUMNS)
    down = -(-len(pictures) // across)

    def paint(canvas: Any) -> None:
        axes = canvas.subplots(down, across, squeeze=False).ravel()
        for ax in axes:
            ax.set_axis_off()
        for number, (ax, (name, picture)) in enumerate(zip(axes, pictures.items(), strict=False), start=1):
            ax.imshow(shown(picture), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
            ax.set_title(f"{number} {name}{_range(picture)}", fontsize=8)

    names = ", ".join(pictures)
    tallest = max(picture.shape[0] / picture.shape[1] for picture in pictures.values())
    size = (CELL_INCH * across, (CELL_INCH * min(tallest, 2.0) + 0.4) * down)
    return Drawing(size, paint, f"Steps of one frame: {names}.")


def shown(picture: np.ndarray) -> np.ndarray:
    """As 8 bits: uint8 as it is, except masks (values up to 1), which become 0 and 255; others stretched.

    >>> shown(np.array([[0.5, 1.5]])).tolist(), shown(np.array([[True, False]])).tolist()
    ([[0, 255]], [[255, 0]])
    """
    if is_mask(picture):
        return picture.astype(np.uint8) * np.uint8(255)
    if picture.dtype == np.uint8:
        return picture
    values = picture.astype(np.float64)
    low, high = values.min(), values.max()
    return np.rint((values - low) * (255 / (high - low) if high > low else 0)).astype(np.uint8)


def is_mask(picture: np.ndarray) -> bool:
    return picture.dtype == bool or (picture.dtype == np.uint8 and int(picture.max(initial=0)) <= 1)


def _range(picture: np.ndarray) -> str:
    if is_mask(picture) or picture.ndim == 3:
        return ""
    return minus(f"\n{picture.min():.4g} to {picture.max():.4g}")


def _png(picture: np.ndarray) -> bytes:
    from PIL.Image import fromarray

    buffer = io.BytesIO()
    fromarray(np.ascontiguousarray(picture)).save(buffer, "png")
    return buffer.getvalue()
