"""Squared magnitudes of spectra, turned from frame by frame to bin by bin."""

from typing import Any

from weldfusion.signals.kernels.compiled import compiled

TILE = 32
"""Bins that are turned at a time, so that the rows they go to stay in the processor's cache."""


@compiled
def power_by_bin(parts: Any, power: Any) -> None:
    """`power[k, f] = re² + im²` of bin `k` of frame `f`.

    Args:
        parts: (frames, 2 * bins), real and imaginary parts by turns.
        power: (bins, frames), filled.
    """
    frames, bins = parts.shape[0], parts.shape[1] // 2
    for start in range(0, bins, TILE):
        end = min(start + TILE, bins)
        for frame in range(frames):
            for k in range(start, end):
                real, imaginary = parts[frame, 2 * k], parts[frame, 2 * k + 1]
                power[k, frame] = real * real + imaginary * imaginary
