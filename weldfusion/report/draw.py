"""A drawing function to a self-contained picture of limited size."""

import base64
import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from weldfusion.report.elements import Figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas
    from PIL.Image import Image

MOST_BYTES = 200_000
COLOURS_OF_PALETTE = 256
ATTEMPTS = (("png", 150), ("palette", 150), ("palette", 110), ("jpeg", 110), ("jpeg", 72), ("jpeg", 40))

INK = "#1b2430"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6b4c9a", "#8c6d31")
"""Told apart with every common kind of colour blindness (Okabe & Ito), then two more."""

STYLE: Any = {
    "font.size": 9.5,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a94a1",
    "axes.grid": True,
    "grid.color": "#e6eaee",
    "axes.axisbelow": True,
    "text.color": INK,
    "axes.labelcolor": INK,
    "text.parse_math": False,
    "legend.frameon": False,
    "lines.linewidth": 1.5,
}


def draw(size: tuple[float, float], paint: Callable[["Canvas"], None], alt: str, caption: str = "") -> Figure:
    """Runs `paint` on a fresh canvas of `size` inches; the same input gives the same bytes.

    The picture is a PNG of 150 dots an inch; where that would be over 200 kB, one of 256 colours, and
    where that is too (photos), a JPEG.
    """
    with painted(size, paint) as canvas:
        mime, content = _within_limit(canvas)
    source = f"data:image/{mime};base64,{base64.b64encode(content).decode()}"
    return Figure(source, alt, round(size[0] * 96), caption)


@contextmanager
def painted(size: tuple[float, float], paint: Callable[["Canvas"], None]) -> Iterator["Canvas"]:
    """A canvas of `size` inches after `paint`, in our style as long as it is in use."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        canvas = Canvas(figsize=size, layout="constrained")
        paint(canvas)
        yield canvas


def _within_limit(canvas: "Canvas") -> tuple[str, bytes]:
    """Kind and bytes of the first attempt that is small enough, or the last one."""
    kind, content, rendered = "png", b"", {}
    for kind, dpi in ATTEMPTS:
        if dpi not in rendered:
            rendered[dpi] = pixels(canvas, dpi)
        content = encoded(rendered[dpi], kind)
        if len(content) <= MOST_BYTES:
            break
    return "jpeg" if kind == "jpeg" else "png", content


def pixels(canvas: "Canvas", dpi: int) -> "Image":
    """The canvas drawn once; `savefig` would do it twice."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL.Image import fromarray

    canvas.set_dpi(dpi)
    agg = FigureCanvasAgg(canvas)
    agg.draw()
    return fromarray(np.asarray(agg.buffer_rgba())[..., :3].copy())


def encoded(picture: "Image", kind: str) -> bytes:
    """The picture as `png`, `palette` (a PNG of 256 colours) or `jpeg`."""
    from PIL.Image import Dither, Quantize

    buffer = io.BytesIO()
    if kind == "palette":
        few = picture.quantize(COLOURS_OF_PALETTE, Quantize.FASTOCTREE, dither=Dither.NONE)
        few.save(buffer, "png", optimize=True)
    else:
        picture.save(buffer, kind)
    return buffer.getvalue()


def clipped(name: str, most: int = 24) -> str:
    """A name that fits an axis.

    >>> clipped("a" * 40)
    'aaaaaaaaaaaaaaaaaaaaaaa…'
    """
    line = " ".join(str(name).split())
    return line if len(line) <= most else line[: most - 1] + "…"
