"""The same signal decomposed by us and by PyEMD, row by row: for the benchmark and the tests."""

import numpy as np
from PyEMD import EMD

from weldfusion.signals.emd import Stopping, emd


def difference(x: np.ndarray, fixe: int = 0, fixe_h: int = 0) -> tuple[int, int, float]:
    """Rows (IMFs, and the residue where PyEMD gives it) of PyEMD and of ours, and the largest difference in
    units of the signal's range (infinity where the rows differ)."""
    peer = EMD(FIXE=fixe, FIXE_H=fixe_h)
    with np.errstate(divide="ignore", invalid="ignore"):
        theirs = peer.emd(x)
    found = emd(x, Stopping(unit=1.0, fixed_sifts=fixe or None, fixed_imf_sifts=fixe_h or None), threads=1)
    rest = [] if np.allclose(found.residue, 0) else [found.residue]
    ours = np.vstack([found.imfs, *rest])
    if ours.shape != theirs.shape:
        return len(theirs), len(ours), np.inf
    return len(theirs), len(ours), float(np.abs(ours - theirs).max(initial=0.0) / np.ptp(x))
