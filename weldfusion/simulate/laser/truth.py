"""The truth of a weld: everything that labels and signals were computed from, as named arrays.

No model is given it; explanations are compared with it.
"""

from typing import Any

import numpy as np

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.laser.events import KINDS
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.laser.weld import SimulatedWeld

FAST_RATE = 2_000
SLOW_RATE = 500
Record = dict[str, Any]


def truth_record(weld: SimulatedWeld) -> Record:
    """Named arrays of one weld, seconds of weld time and SI units.

    - `keyhole.*`, `bead.*`: states at 2 kHz (means over 0.5 ms); `heat.*`, `film.water`, `film.oil`,
      `inputs.*`: 500 Hz. The first value belongs to weld time 0.
    - `events.*`: collapses, `events.kind` counts into `event_kinds`; with diameter (NaN: bore none) and
      survival of its pore. `pores.*`, `spatter.*`, `film.pops_s`: one value each.
    - `design.*` (with `design.cause`), `joint.*` (plate, beam and material factors, group effects in).
    """
    record: Record = {"rate_hz.fast": FAST_RATE, "rate_hz.slow": SLOW_RATE, "event_kinds": np.array(KINDS)}
    record |= _curves(weld.states) | _happenings(weld.states)
    record |= {f"inputs.{name}": values.astype(np.float32) for name, values in vars(weld.inputs).items()}
    record |= {f"design.{name}": value for name, value in vars(weld.design).items()}
    record["design.cause"] = weld.design.cause
    joint = {name: value for name, value in vars(weld.joint).items() if isinstance(value, float)}
    record |= {f"joint.{name}": value for name, value in joint.items()}
    return record


def _curves(states: States) -> Record:
    record: Record = {}
    groups = {"keyhole": states.keyhole, "bead": states.bead, "heat": states.heat, "film": states.film}
    for group, curves in groups.items():
        for name, curve in vars(curves).items():
            if isinstance(curve, Curve):
                step = max(round(curve.rate / FAST_RATE), 1)
                record[f"{group}.{name}"] = curve.values.reshape(-1, step).mean(axis=1).astype(np.float32)
    return record


def _happenings(states: States) -> Record:
    record: Record = {}
    for group, some in (("events", states.events), ("pores", states.pores), ("spatter", states.spatter)):
        record |= {f"{group}.{name}": values for name, values in vars(some).items()}
    diameter, survived = np.full(len(states.events), np.nan), np.zeros(len(states.events), bool)
    keyhole = states.pores.event >= 0
    diameter[states.pores.event[keyhole]] = states.pores.diameter_m[keyhole]
    survived[states.pores.event[keyhole]] = states.pores.survived[keyhole]
    record |= {"events.pore_diameter_m": diameter, "events.pore_survived": survived}
    record["pores.time_s"] = states.pores.position_m / states.speed_m_s
    record["film.pops_s"] = states.film.pops_s
    return record
