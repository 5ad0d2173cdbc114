"""The truth of a seam: all that labels and signals were computed from, as named arrays.

No model is given it.
"""

from typing import Any

import numpy as np

from weldfusion.simulate.busbar.seam import SimulatedSeam
from weldfusion.simulate.busbar.weld import Pair
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.laser.events import KINDS

FAST_RATE = 2_000
SLOW_RATE = 500
POP = "steam pop"
Record = dict[str, Any]


def truth_record(seam: SimulatedSeam, pair: Pair | None) -> Record:
    """Named arrays of one seam, seconds of weld time and SI units.

    - `keyhole.*`, `bead.*` at 2 kHz, `heat.*`, `film.*`, `seam.*` (gap, sag, width between the sheets …) and
      `inputs.*` at 500 Hz; the first value belongs to weld time 0.
    - `events.*`: collapses and steam pops, `events.kind` counts into `event_kinds`; `pits.*`, `spatter.*`.
    - `design.*` with `design.cause`, `joint.*`, and `picture.setup.*` of the camera where it was used.
    """
    weld = seam.states.weld
    record: Record = {"rate_hz.fast": FAST_RATE, "rate_hz.slow": SLOW_RATE}
    groups = {
        "keyhole": weld.keyhole,
        "bead": weld.bead,
        "heat": weld.heat,
        "film": weld.film,
        "seam": seam.states,
    }
    for group, some in groups.items():
        for name, curve in vars(some).items():
            if isinstance(curve, Curve):
                step = max(round(curve.rate / FAST_RATE), 1)
                means = curve.values.reshape(-1, step).mean(axis=1)
                record[f"{group}.{name}"] = means.astype(np.float32)
    record |= {f"inputs.{name}": values.astype(np.float32) for name, values in vars(seam.inputs).items()}
    record |= {f"spatter.{name}": values for name, values in vars(weld.spatter).items()}
    record |= {f"pits.{name}": values for name, values in vars(seam.states.pits).items()}
    record |= _events(seam) | {f"design.{name}": value for name, value in vars(seam.design).items()}
    joint = {name: value for name, value in vars(seam.joint).items() if isinstance(value, float)}
    record |= {f"joint.{name}": value for name, value in joint.items()}
    if pair is not None:
        record |= {f"picture.setup.{name}": value for name, value in vars(pair.setup).items()}
        record["picture.shift_m"] = pair.picture.shift_m
    return record


def _events(seam: SimulatedSeam) -> Record:
    events, pops = seam.states.weld.events, seam.states.weld.film.pops_s
    kind = np.concatenate([events.kind, np.full(len(pops), len(KINDS))]).astype(np.int64)
    return {
        "event_kinds": np.array([*KINDS, POP]),
        "events.kind": kind,
        "events.time_s": np.concatenate([events.time_s, pops]),
        "events.drop": np.concatenate([events.drop, np.zeros(len(pops))]),
    }
