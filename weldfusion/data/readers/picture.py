"""PNG, JPEG and BMP photos; 8-bit, and 16-bit grey PNG. Option `crop`, or the end of the address: a part of
the picture (`photo.png::/0:240,0:640`, rows and columns in pixels; with `,mirrored` upside down)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from weldfusion.data.crop import Crop
from weldfusion.data.reading import Probe, Reading, options_of
from weldfusion.errors import ReadError

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp")
INNER = "crop"
BROKEN = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)
TURNED = (5, 6, 7, 8)  # EXIF orientations that swap height and width
MODES = {"1": "L", "P": "RGB", "PA": "RGBA", "CMYK": "RGB", "YCbCr": "RGB", "LAB": "RGB", "HSV": "RGB"}


def read(path: Path, options: Mapping[str, Any]) -> Reading:
    """Pixels (height, width, channels), turned upright as the camera notes it; uint8 or uint16."""
    crop = _crop(path, options)
    _refuse_deep_colour(path)
    try:
        with Image.open(path) as image:
            image.load()
            upright = ImageOps.exif_transpose(image)
            values = np.asarray(upright.convert(MODES.get(image.mode, image.mode)))
    except FileNotFoundError:
        raise ReadError(f"{path}: no such file") from None
    except UnidentifiedImageError:
        raise ReadError(f"{path}: is no readable image (content does not fit {path.suffix})") from None
    except BROKEN as problem:
        raise ReadError(f"{path}: cannot be read to its end: {problem}") from None
    values = values.astype(np.uint16) if values.dtype == np.int32 else values
    values = values if values.ndim == 3 else values[..., None]
    if crop is not None:
        try:
            values = crop.of(values)
        except ValueError as problem:
            raise ReadError(f"{path}: crop: {problem}") from None
    return Reading(values)


def probe(path: Path, options: Mapping[str, Any]) -> Probe:
    """Shape (height, width, channels) from the header."""
    crop = _crop(path, options)
    try:
        with Image.open(path) as image:
            width, height = image.size
            bands = len(Image.new(MODES.get(image.mode, image.mode), (1, 1)).getbands())
            turned = image.getexif().get(0x0112, 1) in TURNED
    except FileNotFoundError:
        raise ReadError(f"{path}: no such file") from None
    except BROKEN as problem:
        raise ReadError(f"{path}: is no readable image: {problem}") from None
    height, width = (width, height) if turned else (height, width)
    if crop is not None:
        try:
            height, width = crop.shape(height, width)
        except ValueError as problem:
            raise ReadError(f"{path}: crop: {problem}") from None
    return Probe(None, (height, width, bands))


def _crop(path: Path, options: Mapping[str, Any]) -> Crop | None:
    """The part that the options ask for; None: the whole picture."""
    fields = options_of(path, options)
    text = fields.text(INNER)
    fields.close()
    if not text:
        return None
    try:
        return Crop.parse(text)
    except ValueError as problem:
        raise ReadError(f"{path}: {INNER}: {problem}") from None


def _refuse_deep_colour(path: Path) -> None:
    """Pillow would silently drop the lower 8 bits of a 16-bit colour PNG."""
    try:
        with path.open("rb") as file:
            start = file.read(26)
    except OSError as problem:
        raise ReadError(f"{path}: cannot be read: {problem.strerror}") from None
    if start[:8] == b"\x89PNG\r\n\x1a\n" and len(start) == 26 and start[24] == 16 and start[25] != 0:
        raise ReadError(f"{path}: is a PNG with 16-bit colour, which is not read exactly; save it as TIFF")
