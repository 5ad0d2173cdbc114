"""glibc gives memory back to the system after every step and faults it in again; ask it to keep it.

A training step frees and allocates the same large activations each time. With the default thresholds half of
the processor time of a convolutional net can be page faults (measured: 2.5 times slower).
"""

import ctypes
import os
import sys

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3


def keep_memory() -> bool:
    """Raises malloc's mmap and trim thresholds for this process; gives whether it took effect.

    Does nothing except on Linux with glibc, or where the user set one of glibc's own variables.
    """
    if not sys.platform.startswith("linux"):
        return False
    if any(name in os.environ for name in ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    # glibc before 2.35 takes at most 32 MiB as mmap threshold; trim: the largest int, never give back
    kept = any(mallopt(_M_MMAP_THRESHOLD, limit) for limit in (2**30, 2**25))
    return kept and bool(mallopt(_M_TRIM_THRESHOLD, 2**31 - 1))
