"""Where the cells of a feature map lie on the raw signal: samples, hertz, pixels (arithmetic only)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Sliding:
    """One layer that slides along an axis of `length` places: convolution, pooling, spectrogram frames.

    `padding` is the mean of both ends; half a place is one more at the far end (`same` with an even kernel).
    """

    length: int
    kernel: int
    stride: int
    padding: float
    dilation: int = 1

    @property
    def cells(self) -> int:
        """Number of places after it."""
        return (
            int((self.length + 2 * self.padding - self.dilation * (self.kernel - 1) - 1) // self.stride) + 1
        )


def cell_centres(layers: Sequence[Sliding], length: int, cells: int) -> np.ndarray:
    """(cells,) centres on an axis of `length` samples, sample i at i, after a chain of layers.

    A layer moves the centre of its first cell by ((kernel − 1) · dilation / 2 − padding) cells of the layer
    before and widens the step by its stride (Araujo, Norris, Sim 2019, doi:10.23915/distill.00021). The
    shortcut of a residual block, which starts earlier and leads to the cells that are there already, is taken
    to be centred as they are. Where the layers are no chain that leads from `length` to `cells` (other
    branches, padding of another kind), the axis is divided evenly.

    >>> cell_centres([Sliding(8, 2, 2, 0)], 8, 4).tolist()
    [0.5, 2.5, 4.5, 6.5]
    >>> cell_centres([], 8, 2).tolist()
    [1.5, 5.5]
    """
    first, step, now = 0.0, 1.0, length
    for layer in layers:
        if layer.length != now and layer.cells == now:
            continue
        if layer.length != now:
            return even_centres(length, cells)
        first += ((layer.kernel - 1) * layer.dilation / 2 - int(layer.padding)) * step
        step, now = step * layer.stride, layer.cells
    return first + step * np.arange(cells) if now == cells else even_centres(length, cells)


def even_centres(length: int, cells: int) -> np.ndarray:
    """(cells,) centres of equal parts of an axis of `length` samples, sample i at i.

    >>> even_centres(4, 4).tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    return (np.arange(cells) + 0.5) * (length / cells) - 0.5


def pixel_centres(pixels: int, cells: int) -> np.ndarray:
    """(cells,) centres of equal parts of a picture side in pixels; the first pixel is from 0 to 1.

    >>> pixel_centres(24, 3).tolist()
    [4.0, 12.0, 20.0]
    """
    return (np.arange(cells) + 0.5) * (pixels / cells)


def band_centres(weights: np.ndarray, rate: float) -> np.ndarray:
    """(bands,) centre of gravity in Hz of each band of a filter bank (bands, bins of 0 … rate / 2).

    >>> band_centres(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]), rate=400.0).tolist()
    [0.0, 150.0]
    """
    hertz = np.linspace(0.0, rate / 2, weights.shape[1])
    return (weights @ hertz) / np.maximum(weights.sum(axis=1), 1e-30)


def between(places: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values at fractional places of an axis, linearly between its entries.

    >>> between(np.array([0.5, 1.0]), np.array([10.0, 20.0])).tolist()
    [15.0, 20.0]
    """
    return np.interp(places, np.arange(len(values)), values)


def cells_valid(valid: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """bool (B, cells): whether the sample nearest to a cell's centre is real, from bool (B, length).

    >>> cells_valid(np.array([[True, True, False, False]]), np.array([0.5, 2.5])).tolist()
    [[True, False]]
    """
    nearest = np.clip(np.round(centres).astype(int), 0, valid.shape[1] - 1)
    return valid[:, nearest]
