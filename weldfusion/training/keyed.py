"""Randomness by key: the same numbers for the same (seed, epoch, sample), whoever asks and in which order.

Nothing in training draws from a worker's or a global stream (decision 4), so a run can be interrupted,
resumed and loaded by any number of workers without a change of one bit.
"""

from collections.abc import Sequence

import numpy as np
import torch

INIT, ORDER, STEP, HIDE, AUGMENT = 1, 2, 3, 4, 5
"""What a key is for: first weights, order of windows, a training step, hidden modalities, augmentation."""

_STRIDE = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)


def seed_of(*keys: int) -> int:
    """A 63-bit seed from non-negative integers, through numpy's SeedSequence.

    >>> seed_of(0, INIT) == seed_of(0, INIT), seed_of(0, INIT) == seed_of(0, ORDER)
    (True, False)
    """
    state = np.random.SeedSequence(keys).generate_state(1, np.uint64)[0]
    return int(state >> np.uint64(1))


def generator(*keys: int) -> np.random.Generator:
    """An independent numpy generator for the key."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(keys)))


def uniforms(keys: Sequence[int], samples: np.ndarray, count: int) -> np.ndarray:
    """`count` numbers in [0, 1) for each sample, float64 (len(samples), count).

    A row depends only on `keys` and its sample. Counter based: SplitMix64 (Steele, Lea, Flood 2014,
    doi:10.1145/2660193.2660195) over a key made by `seed_of`, so a whole batch costs some microseconds.

    >>> a = uniforms((0, 5), np.array([7, 9]), 3)
    >>> bool((a[1] == uniforms((0, 5), np.array([9]), 3)[0]).all())
    True
    """
    root = np.uint64(seed_of(*keys))
    with np.errstate(over="ignore"):
        row = _mix(root + _STRIDE * (samples.astype(np.uint64) + np.uint64(1)))
        cell = _mix(row[:, None] + _STRIDE * np.arange(1, count + 1, dtype=np.uint64)[None])
    return (cell >> np.uint64(11)) * 2.0**-53


def _mix(z: np.ndarray) -> np.ndarray:
    z = (z ^ (z >> np.uint64(30))) * _MIX_A
    z = (z ^ (z >> np.uint64(27))) * _MIX_B
    return z ^ (z >> np.uint64(31))


def seed_torch(seed: int, device: torch.device) -> None:
    """Seeds torch's generators of the processor and of `device`.

    `torch.manual_seed` would queue the call with a stack trace for every kind of device not yet in use:
    a millisecond a step, and a list that grows.
    """
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.default_generators[device.index or 0].manual_seed(seed)
