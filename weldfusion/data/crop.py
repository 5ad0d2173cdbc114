"""A part of a picture, as the end of its address says: `photo.png::/0:240,0:640,mirrored`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from weldfusion.data.address import MARK

RANGES = re.compile(r"/?(\d*):(\d*),(\d*):(\d*)(,mirrored)?")
FORM = "write TOP:BOTTOM,LEFT:RIGHT in pixels, such as /0:240,0:640, and ,mirrored to turn it upside down"


@dataclass(frozen=True)
class Crop:
    """Rows from `top` up to but without `bottom`, columns from `left` to `right`, in pixels of the upright
    picture; None: to its end. `mirrored`: the first row comes last.

    >>> str(Crop(0, 240, 0, 640, mirrored=True))
    '/0:240,0:640,mirrored'
    """

    top: int = 0
    bottom: int | None = None
    left: int = 0
    right: int | None = None
    mirrored: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        >>> Crop.parse("/10:,:640")
        Crop(top=10, bottom=None, left=0, right=640, mirrored=False)

        Raises ValueError with what would be right.
        """
        found = RANGES.fullmatch(text.replace(" ", ""))
        if not found:
            raise ValueError(f"{text!r} is no part of a picture; {FORM}")
        top, bottom, left, right = (int(edge) if edge else None for edge in found.groups()[:4])
        return cls(top or 0, bottom, left or 0, right, found[5] is not None)

    def shape(self, height: int, width: int) -> tuple[int, int]:
        """Height and width of the part of a picture of this height and width.

        >>> Crop.parse("10:40,:20").shape(48, 64)
        (30, 20)

        Raises ValueError where the part is empty or reaches beyond the picture.
        """
        bottom, right = (
            size if edge is None else edge for edge, size in ((self.bottom, height), (self.right, width))
        )
        if not (self.top < bottom <= height and self.left < right <= width):
            raise ValueError(
                f"{self} does not lie in the picture, which has {height} rows and {width} columns"
            )
        return bottom - self.top, right - self.left

    def of(self, values: np.ndarray) -> np.ndarray:
        """The part of a picture (height, width, …). Raises ValueError as `shape`."""
        self.shape(*values.shape[:2])
        part = values[self.top : self.bottom, self.left : self.right]
        return np.ascontiguousarray(part[::-1] if self.mirrored else part)

    def __str__(self) -> str:
        edges = ("" if edge is None else edge for edge in (self.top, self.bottom, self.left, self.right))
        ranges = "/{}:{},{}:{}".format(*edges)
        return ranges + (",mirrored" if self.mirrored else "")


def seam_addresses(file: str, boxes: Sequence[tuple[int, int, int, int]]) -> list[str]:
    """An address for each seam of a picture, a manifest's row each; the first is turned upside down, so that
    two seams that were welded side by side look alike.

    Args:
        boxes: (top, bottom, left, right) of each seam, as `signals.seam_crop.seam_boxes` finds them.

    >>> seam_addresses("photo.png", [(0, 240, 0, 640), (240, 480, 0, 640)])
    ['photo.png::/0:240,0:640,mirrored', 'photo.png::/240:480,0:640']
    """
    return [f"{file}{MARK}{Crop(*box, mirrored=number == 0)}" for number, box in enumerate(boxes)]
