"""Independent random streams by name: one seed, one generator per (process, subject, stream)."""

from zlib import crc32

import numpy as np


def stream(seed: int, process: str, subject: str, name: str) -> np.random.Generator:
    """The generator of one named stream; no other stream moves when one is added or left out.

    Args:
        seed: seed of the data set, any integer ≥ 0 below 2**64.
        process: name of the preset's process, e.g. `laser_al`.
        subject: what the numbers belong to: a weld id or a group id.
        name: what they are for, e.g. `states` or `sensor:oct`.

    >>> a = stream(1, "laser_al", "weld 17", "events").random()
    >>> a == stream(1, "laser_al", "weld 17", "events").random()
    True
    >>> a == stream(1, "laser_al", "weld 17", "states").random()
    False
    """
    key = [seed & 0xFFFFFFFF, seed >> 32, *(crc32(word.encode()) for word in (process, subject, name))]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))
