"""The truth of a weld: everything that labels and signals were computed from, as named arrays.

No model is given it; explanations are compared with it.
"""

from typing import Any

import numpy as np

from weldfusion.simulate.aluminium_tig.inputs import KINDS, RATE
from weldfusion.simulate.aluminium_tig.weld import SimulatedWeld


def truth_record(weld: SimulatedWeld) -> dict[str, Any]:
    """Named arrays of one weld: seconds of weld time, mm, A, V.

    - `drive.*`, `pool.*`, `joint.*`: states at `rate_hz` (see `states.py`); `inputs.*`: what acted on them.
    - `plate_mm`, `groove_half_mm`: the plates as met.
    - `events.time_s`, `.kind` (into `event_kinds`), `.depth`, `.length_s`: dips of the drives.
    - `design.*` (with `design.cause`): what was planned; `met.*`: plate, arc and drives, group effects in.
    """
    record: dict[str, Any] = {"rate_hz": RATE, "event_kinds": np.array(KINDS)}
    states = weld.states
    record |= {"plate_mm": states.plate_mm, "groove_half_mm": states.groove_half_mm}
    for group in ("drive", "pool", "joint"):
        curves = vars(getattr(states, group))
        record |= {f"{group}.{name}": curve.values.astype(np.float32) for name, curve in curves.items()}
    inputs = {name: values for name, values in vars(weld.inputs).items() if isinstance(values, np.ndarray)}
    record |= {f"inputs.{name}": values.astype(np.float32) for name, values in inputs.items()}
    record |= {f"events.{name}": values for name, values in vars(states.events).items()}
    record |= {f"design.{name}": value for name, value in vars(weld.design).items()}
    return record | {f"met.{name}": value for name, value in vars(weld.joint).items()}
