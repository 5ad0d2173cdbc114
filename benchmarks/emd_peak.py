"""EEMD by us or by PyEMD alone in a process: `emd_peak.py ours|peer SAMPLES TRIALS CORES`.

Prints the peak memory in KiB of the process and of its largest child, as Linux tells it in /proc: the
figure of `getrusage` would be that of the process which started this one, where that is larger.
"""

import resource
import sys
from pathlib import Path

import numpy as np
from made_signals import keyhole

from weldfusion.signals.eemd import Ensemble, eemd


def peer(x: np.ndarray, trials: int, cores: int) -> np.ndarray:
    """PyEMD with noise of the same standard deviation; its width is stated in the signal's range."""
    from PyEMD import EEMD

    width = 0.2 * x.std() / np.ptp(x)
    found: np.ndarray = EEMD(trials=trials, noise_width=width, parallel=True, processes=cores)(x)
    return found


def main(who: str, samples: int, trials: int, cores: int) -> None:
    x = keyhole(samples)
    if who == "peer":
        peer(x, trials, cores)
    else:
        eemd(x, Ensemble(trials=trials), threads=cores)
    print(own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def own_peak() -> int:
    """Peak resident memory of this process since it began, in KiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])


if __name__ == "__main__":
    main(sys.argv[1], *(int(number) for number in sys.argv[2:]))
