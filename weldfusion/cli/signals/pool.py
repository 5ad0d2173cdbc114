"""What `weldfusion signals morphology --what pool` writes: enhanced frames, and some before and after."""

from argparse import Namespace
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from weldfusion.cli.signals.film import Film
from weldfusion.cli.signals.results import of_recording, write_results

if TYPE_CHECKING:
    import numpy as np

    from weldfusion.signals.frame_step import FrameStep

MOST_KEPT = 2000
"""Frames: 100 MB of 224 x 224 pixels; `enhance` has no more than these in memory, and some pieces."""


def enhance(film: Film, step: "FrameStep", count: int, arguments: Namespace) -> None:
    """Enhances every n-th of `count` frames, so that at most MOST_KEPT are kept, and writes them."""
    import numpy as np

    from weldfusion.report.frame_pictures import pairs_plot

    apart = -(-count // MOST_KEPT)
    with of_recording(film.name):
        enhanced = np.concatenate(list(step.stream(_every(film.pieces(), apart))))
        steps = {n: list(step.pictures(film.kept[n]).values()) for n in sorted(film.wanted)}
    numbers = np.arange(len(enhanced)) * apart
    times = film.times_s(len(enhanced) * apart)
    only = f", one in {apart}" if apart > 1 else ""
    height, width = enhanced.shape[1:]
    print(f"{film.name}: {len(enhanced)} of {count} frames enhanced{only}, each {height} x {width} pixels")
    pairs = {float(times[n]): (pictures[0], pictures[-1]) for n, pictures in steps.items()}
    drawing = pairs_plot(pairs, timed=film.rate is not None)
    arrays: dict[str, np.ndarray | float] = {"frames": enhanced, "frame": numbers}
    if film.rate is not None:
        arrays["time_s"] = times[numbers]
    write_results(arguments, film.name, arrays, None, drawing)


def _every(pieces: "Iterable[np.ndarray]", apart: int) -> "Iterator[np.ndarray]":
    """Frames 0, apart, 2 * apart … of pieces (frames, ...); pieces without one are left out."""
    seen = 0
    for piece in pieces:
        kept = piece[-seen % apart :: apart]
        seen += len(piece)
        if len(kept):
            yield kept
