"""Wavelet packets beside PyWavelets: speed per window and per batch, agreement."""

from functools import partial

import numpy as np
import pywt
from harness import Goal, Row, interleave, row, spread

from weldfusion.signals.wavelet_packets import PacketTree, wavelet_packets

PEER = "PyWavelets"
CASES = (
    (20, PacketTree("db2", 2), 5000, 300.0),
    (20, PacketTree("db1", 3), 5000, 300.0),
    (1024, PacketTree("db4", 5), 1000, 20.0),
)
"""Samples of a window, tree, windows, how many times faster than a loop over windows it should be."""


def measure(quick: bool) -> list[Row]:
    rows = []
    for samples, tree, windows, goal in CASES:
        rows += _single(samples, tree, windows, goal, 3 if quick else 15)
        rows.append(_double(samples, tree, windows, 3 if quick else 15))
    return [*rows, *_agreement(20 if quick else 200)]


def _windows(samples: int, windows: int, depth: type) -> np.ndarray:
    return np.random.default_rng(samples).standard_normal((windows, samples)).astype(depth)


def _loop(x: np.ndarray, tree: PacketTree) -> None:
    for window in x:
        pywt.WaveletPacket(window, tree.wavelet, tree.mode, tree.level).get_level(tree.level, "freq")


def _batched(x: np.ndarray, tree: PacketTree) -> list[np.ndarray]:
    whole = pywt.WaveletPacket(x, tree.wavelet, tree.mode, tree.level, axis=-1)
    return [node.data for node in whole.get_level(tree.level, "freq")]


def _single(samples: int, tree: PacketTree, windows: int, goal: float, repeats: int) -> list[Row]:
    x, few = _windows(samples, windows, np.float32), min(windows, 300)
    times = interleave(
        {
            "ours": partial(wavelet_packets, x, tree, 1),
            "batch": partial(_batched, x, tree),
            "loop": partial(_loop, x[:few], tree),
        },
        repeats,
    )
    ours = np.median(times["ours"]) / windows
    loop, batch = np.median(times["loop"]) / few, np.median(times["batch"]) / windows
    name = f"wavelet packets, {tree.wavelet} level {tree.level}, {windows} windows of {samples}, float32"
    note = f"{ours * 1e6:.3g} µs a window, loop {loop * 1e6:.3g} µs, batch {batch * 1e6:.3g} µs; "
    note += spread(times["ours"])
    return [
        row(f"{name}, loop", loop / ours, "times faster", Goal(">=", goal), PEER, 1, note),
        row(f"{name}, batch", batch / ours, "times faster", Goal(">=", 2.5), PEER, 1, note),
    ]


def _double(samples: int, tree: PacketTree, windows: int, repeats: int) -> Row:
    x = _windows(samples, windows, np.float64)
    times = interleave(
        {"ours": partial(wavelet_packets, x, tree, 1), "batch": partial(_batched, x, tree)}, repeats
    )
    ratio = float(np.median(times["batch"]) / np.median(times["ours"]))
    name = (
        f"wavelet packets, {tree.wavelet} level {tree.level}, {windows} windows of {samples}, float64, batch"
    )
    return row(name, ratio, "times faster", Goal(">=", 1.0), PEER, 1, spread(times["ours"]))


def _agreement(lengths: int) -> list[Row]:
    """Every wavelet and mode, by turns of length and level."""
    rng = np.random.default_rng(0)
    worst = {np.float64: 0.0, np.float32: 0.0}
    pairs = [(name, mode) for name in pywt.wavelist(kind="discrete") for mode in pywt.Modes.modes]
    for number, (name, mode) in enumerate(pairs):
        level = 1 + number % 4
        samples = 2**level + number * 37 % lengths
        tree = PacketTree(name, level, mode)
        x = rng.standard_normal((2, samples)).astype(np.float32)
        expected = np.stack(_batched(x.astype(np.float64), tree), axis=1)
        for depth in worst:
            off = np.abs(wavelet_packets(x.astype(depth), tree) - expected).max()
            worst[depth] = max(worst[depth], float(off / max(1.0, np.abs(expected).max())))
    note = f"{len(pairs)} pairs of wavelet and mode, up to {lengths + 16} samples, levels 1 to 4"
    unit = "of the largest coefficient"
    goals = {np.float64: Goal("<=", 1e-12), np.float32: Goal("<=", 1e-5)}
    return [
        row(f"wavelet packets, largest difference, {depth.__name__}", worst[depth], unit, goal, PEER, 1, note)
        for depth, goal in goals.items()
    ]
