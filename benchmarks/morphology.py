"""Keyhole opening of 10,000 frames of 128 x 128 pixels beside a loop over scikit-image's regionprops."""

import cv2
import numpy as np
from harness import Goal, Row, interleave, row, run, spread

from weldfusion.signals.morphology import KeyholeOpening
from weldfusion.signals.regions import largest_region, shape_of

FRAMES, QUICK_FRAMES, SIDE = 10_000, 200, 128
SPATTER_PX, MEDIAN_PX = 5, 3
GOAL = Goal(">=", 3.0)
PEER = "scikit-image"
PROPERTIES = (
    "area", "perimeter_crofton", "bbox", "axis_major_length", "axis_minor_length", "centroid", "orientation"
)  # fmt: skip


def measure(quick: bool) -> list[Row]:
    cv2.setNumThreads(1)
    frames = made_frames(QUICK_FRAMES if quick else FRAMES)
    repeats = 1 if quick else 3
    opening = KeyholeOpening(1.0, spatter_px=SPATTER_PX, median_px=MEDIAN_PX)
    masks = opening.masks(frames).view(np.uint8)
    ours, peers = opening.of_frames(frames[:QUICK_FRAMES]), by_peer(frames[:QUICK_FRAMES])
    whole = interleave(
        {"ours": lambda: opening.of_frames(frames), "peer": lambda: by_peer(frames)}, repeats, warmup=0
    )
    shapes = interleave(
        {"ours": lambda: of_masks(masks), "peer": lambda: peer_of_masks(masks)}, repeats, warmup=0
    )
    rows = [
        _ratio("frames to series: opening, median, Otsu, largest region, shape", whole, len(frames)),
        _ratio("masks to series: largest region, shape", shapes, len(frames)),
    ]
    apart = np.abs(of_masks(masks[:QUICK_FRAMES]) - peer_of_masks(masks[:QUICK_FRAMES]))
    rows.append(row("largest difference on equal masks", np.nanmax(apart), "px or deg", peer=PEER))
    unlike = np.abs(ours[0] / peers[:, 0] - 1)
    note = "from frames; Otsu's level parts the grey values alike"
    rows.append(
        row("largest difference of areas from frames", np.nanmax(unlike), "share", peer=PEER, note=note)
    )
    return rows


def _ratio(name: str, seconds: dict[str, np.ndarray], frames: int) -> Row:
    ours, peer = (np.median(seconds[who]) for who in ("ours", "peer"))
    note = f"{1e6 * ours / frames:.0f} µs a frame beside {1e6 * peer / frames:.0f}; {spread(seconds['ours'])}"
    return row(name, peer / ours, "times", GOAL, PEER, threads=1, note=note)


def made_frames(count: int) -> np.ndarray:
    """(count, 128, 128) uint8: a bright ellipse that wanders, turns and breathes over a pool, with noise."""
    rng = np.random.Generator(np.random.PCG64(5))
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    frames = np.empty((count, SIDE, SIDE), np.uint8)
    for number in range(count):
        turn, x, y = rng.uniform(-np.pi / 2, np.pi / 2), rng.normal(70, 4), rng.normal(60, 4)
        half_length, half_width = rng.uniform(14, 24), rng.uniform(8, 13)
        along = (columns - x) * np.cos(turn) + (rows - y) * np.sin(turn)
        across = (rows - y) * np.cos(turn) - (columns - x) * np.sin(turn)
        inside = (along / half_length) ** 2 + (across / half_width) ** 2 <= 1
        grey = 40 + 140 * inside + rng.standard_normal((SIDE, SIDE), np.float32) * 8
        frames[number] = np.clip(grey, 0, 255)
    return frames


def by_peer(frames: np.ndarray) -> np.ndarray:
    """The same steps with scikit-image and SciPy, (frames, 9)."""
    from scipy.ndimage import grey_opening, median_filter
    from skimage.filters import threshold_otsu

    disc = _disc(SPATTER_PX)
    found = []
    for frame in frames:
        clean = median_filter(grey_opening(frame, footprint=disc), MEDIAN_PX)
        found.append(_peer_shape((clean > threshold_otsu(clean)).astype(np.uint8)))
    return np.array(found)


def peer_of_masks(masks: np.ndarray) -> np.ndarray:
    return np.array([_peer_shape(mask) for mask in masks])


def of_masks(masks: np.ndarray) -> np.ndarray:
    found = [largest_region(mask) for mask in masks]
    return np.array([[np.nan] * 9 if one is None else shape_of(*one) for one in found])


def _peer_shape(mask: np.ndarray) -> list[float]:
    from skimage.measure import label, regionprops

    regions = regionprops(label(mask, connectivity=2))
    if not regions:
        return [np.nan] * 9
    region = max(regions, key=lambda one: one.area)
    area, outline, (top, left, bottom, right), major, minor, (y, x), orientation = (
        region[name] for name in PROPERTIES
    )
    turned = 90 - np.degrees(orientation)
    turned -= 180 * (turned > 90)
    return [area, outline, right - left, bottom - top, major, minor, x, y, turned]


def _disc(pixels: int) -> np.ndarray:
    """The elliptical footprint that OpenCV makes."""
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (pixels, pixels)).astype(bool)


if __name__ == "__main__":
    raise SystemExit(run("morphology", __doc__, measure))
