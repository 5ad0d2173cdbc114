"""Frames in which ellipses and rectangles of known size are drawn."""

import numpy as np


def ellipse(half_length, half_width, turn_deg=0.0, centre=(63.5, 63.5), size=(128, 128)):
    """Mask (height, width) bool; `centre` is (x, y), the turn goes from the columns towards the rows."""
    along, across = turned(turn_deg, centre, size)
    return (along / half_length) ** 2 + (across / half_width) ** 2 <= 1


def rectangle(length, width, turn_deg=0.0, centre=(63.5, 63.5), size=(128, 128)):
    along, across = turned(turn_deg, centre, size)
    return (np.abs(along) <= length / 2) & (np.abs(across) <= width / 2)


def turned(turn_deg, centre, size):
    """Coordinates along and across a direction, from `centre`."""
    y, x = np.mgrid[: size[0], : size[1]].astype(float)
    x, y, turn = x - centre[0], y - centre[1], np.radians(turn_deg)
    return x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)


def ramanujan(half_length, half_width):
    """Outline of an ellipse, to 1e-5 (Ramanujan 1914)."""
    a, b = half_length, half_width
    return np.pi * (3 * (a + b) - np.sqrt((3 * a + b) * (a + 3 * b)))
