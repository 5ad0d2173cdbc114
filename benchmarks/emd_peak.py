"""EEMD by us or by PyEMD alone in a process: `emd_peak.py ours|peer SAMPLES TRIALS CORES`.

Prints the peak memory in KiB of the process and of its largest child.
"""

import resource
import sys

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
    peaks = (resource.getrusage(of).ru_maxrss for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(*peaks)


if __name__ == "__main__":
    main(sys.argv[1], *(int(number) for number in sys.argv[2:]))
