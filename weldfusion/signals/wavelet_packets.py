"""Wavelet packets: a signal parted into bands of equal width, each sampled as slowly as its width allows.

Source: Coifman & Wickerhauser 1992, doi:10.1109/18.119732; numbers as `pywt.WaveletPacket`.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from typing import Literal

import numpy as np
import pywt

from weldfusion.errors import SignalError, did_you_mean
from weldfusion.signals.finite import check_signal
from weldfusion.signals.kernels.compiled import ready
from weldfusion.signals.kernels.filter_abreast import ABREAST, packets_abreast
from weldfusion.signals.kernels.filter_bank import packets_of_rows
from weldfusion.signals.wavelet_filters import (
    Mode,
    band_length,
    beyond,
    check_wavelet,
    filters,
    level_matrix,
    places_beyond,
)
from weldfusion.signals.workers import in_order, threads_to_use

LONGEST_MATRIX = 64
"""Signals of up to so many samples are multiplied by one matrix; longer ones are filtered."""
LARGEST_FACTOR = 100.0
"""In a matrix. Long filters on a short signal that goes on as a line (`smooth`) have larger ones, which
cancel; it is filtered then, in float64."""
BLOCK_SAMPLES = 1 << 18
"""Samples that are worked on at a time, by each thread."""


@dataclass(frozen=True)
class PacketTree:
    """A full tree of wavelet packets, down to one level.

    Args:
        wavelet: one of `pywt.wavelist(kind="discrete")`.
        level: the signal is parted into 2^level bands.
        mode: how a signal goes on beyond its ends, see `pywt.Modes`.
        order: of the bands: `frequency` (ascending) or `natural` (as the tree branches).

    >>> PacketTree(level=2).paths(), PacketTree(level=2, order="natural").paths()
    (['aa', 'ad', 'dd', 'da'], ['aa', 'ad', 'da', 'dd'])
    """

    wavelet: str = "db4"
    level: int = 3
    mode: Mode = "symmetric"
    order: Literal["frequency", "natural"] = "frequency"

    def __post_init__(self) -> None:
        check_wavelet(self.wavelet, self.mode)
        if self.level < 1:
            raise SignalError(f"level: is {self.level}, must be at least 1")
        if self.order not in ("frequency", "natural"):
            near = did_you_mean(self.order, ("frequency", "natural"))
            raise SignalError(f"order: {self.order!r} is not known; {near}")

    @property
    def bands(self) -> int:
        """How many."""
        return 2**self.level

    def natural(self) -> np.ndarray:
        """(bands,) place in natural order of each band."""
        place = np.arange(self.bands)
        return place ^ (place >> 1) if self.order == "frequency" else place

    def paths(self) -> list[str]:
        """Name of each band as in pywt: `a` for each low half taken, `d` for each high one."""
        natural = ["".join(path) for path in product("ad", repeat=self.level)]
        return [natural[place] for place in self.natural()]

    def lengths(self, samples: int) -> list[int]:
        """Samples of the nodes of each level, from the signal to the bands."""
        taps = pywt.Wavelet(self.wavelet).dec_len
        found = [samples]
        for _ in range(self.level):
            found.append(band_length(found[-1], taps, self.mode))
        return found

    def edges_hz(self, rate: float) -> np.ndarray:
        """(bands, 2) lower and upper edge of each band; real filters fall off gently around them."""
        place = np.arange(self.bands)
        ascending = np.empty(self.bands, np.int64)
        ascending[place ^ (place >> 1)] = place
        low = ascending[self.natural()]
        return np.stack([low, low + 1], axis=1) * (rate / 2 / self.bands)

    def times_s(self, samples: int, rate: float) -> np.ndarray:
        """(coefficients,) seconds of the middle of the samples that each coefficient is made of.

        The first and last ones can lie outside of the signal: they also see what it is thought to go on with.
        """
        taps = pywt.Wavelet(self.wavelet).dec_len
        middle = 0.5 if self.mode == "periodization" else 1.0 - (taps - 1) / 2
        steps = np.arange(self.lengths(samples)[-1])
        return (self.bands * steps + (self.bands - 1) * middle) / rate


def wavelet_packets(values: np.ndarray, tree: PacketTree, threads: int | None = None) -> np.ndarray:
    """Coefficients of all bands: the map of the signal over band and time.

    Args:
        values: (..., time), finite, at least 2^level samples.
        tree: wavelet, level, mode and order.
        threads: long signals are shared among so many; one a core by default. No bit depends on it.

    Returns:
        (..., bands, coefficients), float32 for float32 input, else float64; times and edges of the bands
        are `tree.times_s` and `tree.edges_hz`.

    Raises SignalError where a signal is too short for the level or not finite.

    >>> wavelet_packets(np.arange(1.0, 9.0), PacketTree("db1", 2)).round(6).tolist()
    [[5.0, 13.0], [-2.0, -2.0], [0.0, 0.0], [-1.0, -1.0]]
    """
    values = check_signal(values, shortest=tree.bands)
    rows = values.reshape(-1, values.shape[-1])
    found = _coefficients(rows, tree, threads_to_use(threads))
    return found.reshape(*values.shape[:-1], *found.shape[1:])


def packet_energies(values: np.ndarray, tree: PacketTree) -> np.ndarray:
    """(..., bands) sum of squared coefficients of each band of signals (..., time).

    With an orthogonal wavelet and mode `periodization` the energies of a signal of k·2^level samples add up
    to its own.

    >>> packet_energies(np.arange(1.0, 9.0), PacketTree("db1", 2)).round(6).tolist()
    [194.0, 8.0, 0.0, 2.0]
    """
    values = check_signal(values, shortest=tree.bands)
    rows = values.reshape(-1, values.shape[-1])
    return energies_of_rows(rows, tree).reshape(*values.shape[:-1], tree.bands)


def energies_of_rows(rows: np.ndarray, tree: PacketTree) -> np.ndarray:
    """As `packet_energies`, for checked rows (signals, time), such as overlapping windows, in blocks."""
    step = max(1, BLOCK_SAMPLES // rows.shape[1] // ABREAST) * ABREAST
    out = np.empty((len(rows), tree.bands), _depth(rows))
    for i in range(0, len(rows), step):
        out[i : i + step] = energies(_coefficients(rows[i : i + step], tree, threads=1))
    return out


def energies(coefficients: np.ndarray) -> np.ndarray:
    """(..., bands, coefficients) → (..., bands) sums of squares."""
    return np.einsum("...k,...k->...", coefficients, coefficients)


def reconstruct_packets(coefficients: np.ndarray, tree: PacketTree, samples: int) -> np.ndarray:
    """The signals (..., samples) that have these coefficients; bands set to zero are filtered out.

    Args:
        coefficients: (..., bands, coefficients) as `wavelet_packets` gives them.
        samples: length of the signals.

    Raises SignalError where tree and shape do not fit.

    >>> x = np.arange(21.0)
    >>> bool(np.allclose(reconstruct_packets(wavelet_packets(x, PacketTree()), PacketTree(), 21), x))
    True
    """
    lengths = tree.lengths(samples)
    nodes = check_signal(coefficients, shortest=1, name="coefficients")
    if nodes.shape[-2:] != (tree.bands, lengths[-1]):
        raise SignalError(
            f"coefficients have shape {nodes.shape}, those of {samples} samples have "
            f"(..., {tree.bands}, {lengths[-1]})"
        )
    nodes = nodes[..., np.argsort(tree.natural()), :]
    for time in lengths[-2::-1]:
        halves = nodes.reshape(*nodes.shape[:-2], -1, 2, nodes.shape[-1])
        joined = pywt.idwt(halves[..., 0, :], halves[..., 1, :], tree.wavelet, tree.mode, axis=-1)
        nodes = joined[..., :time]
    return np.ascontiguousarray(nodes[..., 0, :])


def _depth(values: np.ndarray) -> np.dtype:
    return np.dtype(np.float32 if values.dtype == np.float32 else np.float64)


def _coefficients(rows: np.ndarray, tree: PacketTree, threads: int) -> np.ndarray:
    """(signals, bands, coefficients) of rows (signals, time)."""
    depth, time = _depth(rows), rows.shape[1]
    matrix = _matrix(tree, time, depth) if time <= LONGEST_MATRIX else None
    if matrix is not None:
        found = rows.astype(depth, copy=False) @ matrix
    else:
        exact = np.dtype(np.float64) if tree.mode == "smooth" else depth
        found = _filtered(rows.astype(exact, copy=False), tree, threads).astype(depth, copy=False)
    return found.reshape(len(rows), tree.bands, tree.lengths(time)[-1])


@lru_cache(maxsize=32)
def _matrix(tree: PacketTree, time: int, depth: np.dtype) -> np.ndarray | None:
    """(time, bands * coefficients): a signal times this is its packets; None where it would not be exact."""
    whole = np.eye(time)[:, None, :]
    for length in tree.lengths(time)[:-1]:
        parted = np.einsum("znt,tbk->znbk", whole, level_matrix(tree.wavelet, tree.mode, length))
        whole = parted.reshape(time, -1, parted.shape[-1])
    matrix = np.ascontiguousarray(whole[:, tree.natural()].reshape(time, -1), depth)
    matrix.flags.writeable = False
    return matrix if np.abs(matrix).max() <= LARGEST_FACTOR else None


@lru_cache(maxsize=32)
def _bank(tree: PacketTree, time: int, depth: np.dtype) -> tuple[np.ndarray | int, ...]:
    """All arguments of the kernel between the signals and the result."""
    taps, lead = filters(tree.wavelet, tree.mode)
    lengths = tree.lengths(time)
    ends = [
        beyond(tree.mode, length, places_beyond(length, results, len(taps), lead))
        for length, results in pairwise(lengths)
    ]
    most = max(len(source) for source, _ in ends)
    sources = np.zeros((tree.level, most), np.int64)
    factors = np.zeros((tree.level, most, 3))
    for level, (source, factor) in enumerate(ends):
        sources[level, : len(source)] = source
        factors[level, : len(source)] = factor
    plain = not factors[..., 1:].any()
    signs = factors[..., 0].astype(depth) if plain else np.zeros((tree.level, most), depth)
    pairs = taps.reshape(-1, 2, 2).transpose(0, 2, 1).reshape(-1, 4).astype(depth)
    mixed = factors[:, :0] if plain else factors
    return np.array(lengths), pairs, lead // 2, sources, signs, mixed, np.argsort(tree.natural())


def _filtered(rows: np.ndarray, tree: PacketTree, threads: int) -> np.ndarray:
    bank = _bank(tree, rows.shape[1], rows.dtype)
    out = np.empty((len(rows), tree.bands * tree.lengths(rows.shape[1])[-1]), rows.dtype)
    abreast = len(rows) - len(rows) % ABREAST
    if abreast:
        ready(packets_abreast, rows, *bank, out)
    if abreast < len(rows):
        ready(packets_of_rows, rows, *bank, out)
    step = max(1, BLOCK_SAMPLES // rows.shape[1] // ABREAST) * ABREAST
    parts = [slice(i, min(i + step, abreast)) for i in range(0, abreast, step)] + [slice(abreast, len(rows))]

    def work(part: slice) -> None:
        kernel = packets_abreast if part.start < abreast else packets_of_rows
        kernel(rows[part], *bank, out[part])

    for _ in in_order(work, parts, threads, "wavelet packets"):
        pass  # each writes its own part
    return out
