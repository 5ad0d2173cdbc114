"""Frames of a thermal camera: statistics of the temperature, size and place of its isotherms over time."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from weldfusion.errors import SignalError
from weldfusion.signals.frame_step import FrameSeries
from weldfusion.signals.frames import Region, check_frame, check_frames, check_scale
from weldfusion.signals.median import check_median, median_filtered
from weldfusion.signals.morphology import with_outline
from weldfusion.signals.regions import region_mask

QUANTILES = (5, 50, 95)
CORNERS = (np.s_[:-1, :-1], np.s_[:-1, 1:], np.s_[1:, 1:], np.s_[1:, :-1])
SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
"""The pixels of a square of four in the order of `CORNERS`, x and y."""
ISOTHERM = (("area", "mm2"), ("length", "mm"), ("width", "mm"), ("behind", "mm"), ("x", "mm"), ("y", "mm"))


def temperature_statistics(frames: np.ndarray, mm_per_px: float) -> dict[str, np.ndarray]:
    """Numbers (frames,) of each frame (frames, height, width) of temperature, in its unit.

    Mean, sd (of all pixels), min, max, quantiles, `gradient_max` (per mm, central differences), and the
    hottest pixel's place `hottest_x`, `hottest_y` in mm from the first pixel (the first of equals). Raises
    SignalError as `check_frames`.

    >>> frames = np.arange(12.0).reshape(1, 3, 4)
    >>> {name: float(v[0]) for name, v in temperature_statistics(frames, 2.0).items() if "hottest" in name}
    {'hottest_x': 6.0, 'hottest_y': 4.0}
    """
    kelvin = check_frames(frames, 2).astype(np.float64)
    flat = kelvin.reshape(len(kelvin), kelvin.shape[1] * kelvin.shape[2])
    found = {"mean": flat.mean(1), "sd": flat.std(1), "min": flat.min(1), "max": flat.max(1)}
    levels = np.percentile(flat, QUANTILES, axis=1)
    found |= {f"q{share:02d}": level for share, level in zip(QUANTILES, levels, strict=True)}
    down, right = np.gradient(kelvin, mm_per_px, axis=(1, 2))
    found["gradient_max"] = np.hypot(down, right).reshape(flat.shape).max(1)
    row, column = np.divmod(flat.argmax(1), kelvin.shape[2])
    return found | {"hottest_x": column * mm_per_px, "hottest_y": row * mm_per_px}


def isotherm(picture: np.ndarray, level: float, travel_deg: float = 0.0) -> np.ndarray:
    """Area, length, width, behind, x and y in pixels of the largest part of a picture (height, width) that is
    hotter than `level`; see `ThermalFrames`. The line is interpolated between the pixels.

    NaN where nothing is hotter, and where the isotherm is not closed within the picture.

    >>> row, column = np.mgrid[:41, :41]
    >>> cone = 20.0 - np.hypot(row - 20, column - 20)
    >>> isotherm(cone, 8.0)[:4].round(1).tolist()
    [451.7, 24.0, 24.0, 12.0]
    """
    region = region_mask((picture > level).view(np.uint8))
    closed = not (region[0].any() or region[-1].any() or region[:, 0].any() or region[:, -1].any())
    if not (closed and region.any()):
        return np.full(len(ISOTHERM), np.nan)
    excess = picture.astype(np.float64) - level
    inside = region.view(bool)
    row, column = np.concatenate([_crossings(excess, inside, axis) for axis in (0, 1)]).T
    turn = np.radians(travel_deg)
    along = column * np.cos(turn) + row * np.sin(turn)
    across = row * np.cos(turn) - column * np.sin(turn)
    top, left = np.unravel_index(np.where(inside, picture, -np.inf).argmax(), picture.shape)
    behind = left * np.cos(turn) + top * np.sin(turn) - along.min()
    rows, columns = np.nonzero(inside)
    area = _area(excess, inside)
    return np.array([area, np.ptp(along), np.ptp(across), behind, columns.mean(), rows.mean()])


def _crossings(excess: np.ndarray, inside: np.ndarray, axis: int) -> np.ndarray:
    """Where the isotherm crosses the lines between neighbours along an axis, (points, 2) row and column."""
    found = []
    for step in (1, -1):
        place = np.argwhere(inside & ~np.roll(inside, -step, axis))
        beside = place.copy()
        beside[:, axis] += step
        inner, outer = excess[tuple(place.T)], excess[tuple(beside.T)]
        point = place.astype(np.float64)
        point[:, axis] += step * inner / (inner - outer)
        found.append(point)
    return np.concatenate(found)


def _area(excess: np.ndarray, inside: np.ndarray) -> float:
    """Area within the isotherm: of the polygon that it makes with the sides of each square of four pixels."""
    count = np.sum([inside[corner] for corner in CORNERS], axis=0)
    mixed = (count > 0) & (count < 4)
    within = np.stack([inside[corner][mixed] for corner in CORNERS], axis=1)
    value = np.stack([excess[corner][mixed] for corner in CORNERS], axis=1)
    crossed = within != np.roll(within, -1, axis=1)
    share = np.where(crossed, value / np.where(crossed, value - np.roll(value, -1, axis=1), 1), 0)
    points = np.empty((len(within), 8, 2))
    points[:, ::2] = SQUARE
    points[:, 1::2] = SQUARE + share[..., None] * (np.roll(SQUARE, -1, axis=0) - SQUARE)
    present = np.stack([within, crossed], axis=2).reshape(-1, 8)
    order = np.argsort(~present, axis=1, kind="stable")
    points = np.take_along_axis(points, order[..., None], axis=1)
    present = np.take_along_axis(present, order, axis=1)
    x, y = np.where(present[..., None], points, points[:, :1]).transpose(2, 0, 1)
    parts = x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)
    return float((count == 4).sum() + parts.sum() / 2)


@dataclass(frozen=True)
class ThermalFrames(FrameSeries):
    """Statistics of the temperature in each frame, and of each isotherm (the largest closed part hotter than
    its level) area, length and width along and across the weld, the length `behind` the hottest pixel, and
    centroid.

    Places are in mm from the centre of the frame's first pixel. An isotherm that no pixel reaches, or that is
    not closed in the region of interest, is NaN.

    Args:
        mm_per_px: scale; 1 gives pixels.
        levels: temperatures of the isotherms, in the unit of the frames (such as the melting point).
        region: part of the frame that is looked at.
        travel_deg: direction of the weld in the frame, from the columns' axis towards the rows'.
        median_px: side of a median filter against dead and hot pixels, 3 or 5; 0: none.
    """

    mm_per_px: float
    levels: Sequence[float] = ()
    region: Region = field(default_factory=Region)
    travel_deg: float = 0.0
    median_px: int = 0

    def __post_init__(self) -> None:
        check_scale(self.mm_per_px)
        check_median(self.median_px)
        if not np.isfinite(self.levels).all():
            raise SignalError(f"levels: are {list(self.levels)}, must be temperatures")

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        units = {"gradient_max": "/mm", "hottest_x": "mm", "hottest_y": "mm"}
        names = temperature_statistics(np.zeros((1, 2, 2)), 1.0)
        found = [(name, units.get(name, "")) for name in names]
        found += [(f"{name}@{level:g}", unit) for level in self.levels for name, unit in ISOTHERM]
        return tuple(found)

    def of_frames(self, frames: np.ndarray) -> np.ndarray:
        part = np.array(self.region.of(check_frames(frames)))
        for number, picture in enumerate(part):
            part[number] = self._filtered(picture)
        rows = list(temperature_statistics(part, self.mm_per_px).values())
        offset = np.array([self.region.left, self.region.top]) * self.mm_per_px
        rows[-2:] = [place + more for place, more in zip(rows[-2:], offset, strict=True)]
        scale = np.array([self.mm_per_px**2] + [self.mm_per_px] * (len(ISOTHERM) - 1))
        for level in self.levels:
            found = [isotherm(picture, level, self.travel_deg) for picture in part]
            lines = np.reshape(found, (-1, len(ISOTHERM))) * scale
            lines[:, -2:] += offset
            rows += list(lines.T)
        return np.stack(rows)

    def pictures(self, frame: np.ndarray) -> dict[str, np.ndarray]:
        """The frame, the region of interest, and for each level the hotter pixels and the outline."""
        whole = check_frame(frame)
        part = self._filtered(self.region.of(whole))
        found = {"frame": whole, "region of interest": part}
        for level in self.levels:
            hot = (part > level).view(np.uint8)
            found[f"hotter than {level:g}"] = hot
            found[f"isotherm {level:g}"] = with_outline(part, region_mask(hot))
        return found

    def _filtered(self, picture: np.ndarray) -> np.ndarray:
        return median_filtered(picture, self.median_px) if self.median_px else picture
