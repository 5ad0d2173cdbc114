"""A drawing function to a self-contained picture of limited size."""

import base64
import io
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from weldfusion.report.elements import Figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

MOST_SVG = 60_000
MOST_PNG = 200_000

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
    "svg.fonttype": "path",
    "svg.hashsalt": "weldfusion",
    "lines.linewidth": 1.5,
}


def draw(size: tuple[float, float], paint: Callable[["Canvas"], None], alt: str, caption: str = "") -> Figure:
    """Runs `paint` on a fresh canvas of `size` inches; the same input gives the same bytes.

    The picture is SVG where that is small, else PNG, coarser if need be.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        canvas = Canvas(figsize=size, layout="constrained")
        paint(canvas)
        content = _bytes(canvas, "svg", 100)
        kind = "svg+xml"
        for dpi in (110, 80, 50):
            if len(content) <= (MOST_SVG if kind == "svg+xml" else MOST_PNG):
                break
            content, kind = _bytes(canvas, "png", dpi), "png"
    source = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    return Figure(source, alt, caption)


def _bytes(canvas: "Canvas", kind: str, dpi: int) -> bytes:
    buffer = io.BytesIO()
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    canvas.savefig(buffer, format=kind, dpi=dpi, metadata=metadata)
    return buffer.getvalue()


def clipped(name: str, most: int = 24) -> str:
    """A name that fits an axis.

    >>> clipped("a" * 40)
    'aaaaaaaaaaaaaaaaaaaaaaa…'
    """
    line = " ".join(str(name).split())
    return line if len(line) <= most else line[: most - 1] + "…"
