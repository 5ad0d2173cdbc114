"""The published systems: sizes beside the papers', time of one window, Dempster's rule beside
py_dempster_shafer, branches fused beside the network as it was trained.

Figures on real recordings: benchmarks/systems_real.py.
"""

import systems_evidence
import systems_latency
import systems_reparam
import systems_sizes
from harness import Row, run

PARTS = (systems_sizes, systems_latency, systems_evidence, systems_reparam)


def measure(quick: bool) -> list[Row]:
    return [found for part in PARTS for found in part.measure(quick)]


if __name__ == "__main__":
    raise SystemExit(run("systems", __doc__, measure))
