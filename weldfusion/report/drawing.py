"""A picture that is not drawn yet: for a report's page, or for a file of its own (PNG, SVG)."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from weldfusion.report.draw import draw, encoded, painted, pixels
from weldfusion.report.elements import Figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

MOST_BYTES = 150_000
ATTEMPTS = (("png", 150), ("palette", 150), ("palette", 110), ("palette", 80))


@dataclass(frozen=True)
class Drawing:
    """`paint` on a canvas of `size` inches; `alt` says in words what it shows."""

    size: tuple[float, float]
    paint: Callable[["Canvas"], None]
    alt: str

    def figure(self, caption: str = "") -> Figure:
        """As an element of a report."""
        return draw(self.size, self.paint, self.alt, caption)


def picture_bytes(drawing: Drawing, suffix: str) -> bytes:
    """Content of a `.png` or `.svg` file; the same drawing gives the same bytes.

    A PNG has 150 dots an inch, and where that would be over 150 kB 256 colours, then fewer dots.
    """
    with painted(drawing.size, drawing.paint) as canvas:
        if suffix == ".svg":
            return _svg(canvas)
        content = b""
        for kind, dots in ATTEMPTS:
            content = encoded(pixels(canvas, dots), kind)
            if len(content) <= MOST_BYTES:
                break
        return content


def _svg(canvas: "Canvas") -> bytes:
    import matplotlib as mpl

    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "weldfusion"}):
        canvas.savefig(buffer, format="svg", dpi=150, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
