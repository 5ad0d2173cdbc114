"""The truth of a weld: everything that labels and signals were computed from, as named arrays.

No model is given it; explanations are compared with it.
"""

from typing import Any

import numpy as np

from weldfusion.simulate.pulsed_gta.inputs import RATE, RUN_IN_S
from weldfusion.simulate.pulsed_gta.weld import SimulatedWeld


def truth_record(weld: SimulatedWeld) -> dict[str, Any]:
    """Named arrays of one weld, seconds of weld time and SI units.

    - `pool.*`, `bead.*`, `warmth_k`, `modes_hz` (3, time), `inputs.*`: at 200 Hz (`rate_hz.slow`) from weld
      time 0; `surface_m` at 4410 Hz (`rate_hz.fast`).
    - `pulse.*`: the current that flowed; `events.*`: every step of the current, `events.kind` counts into
      `event_kinds`.
    - `design.*` (with `design.cause`), `joint.*` (plate, arc and material as met, group effects in).
    """
    states = weld.states
    record: dict[str, Any] = {"rate_hz.slow": RATE, "rate_hz.fast": states.surface_m.rate}
    for group, curves in (("pool", states.pool), ("bead", states.bead)):
        record |= {f"{group}.{name}": _stored(curve.values) for name, curve in vars(curves).items()}
    record |= {"warmth_k": _stored(states.warmth_k.values), "modes_hz": _stored(states.modes_hz)}
    record["surface_m"] = _stored(states.surface_m.values)
    start = round(RUN_IN_S * RATE)
    record |= {f"inputs.{name}": _stored(values[start:]) for name, values in vars(weld.inputs).items()}
    for group, numbers in (("pulse", states.pulse), ("design", weld.design), ("joint", weld.joint)):
        record |= {f"{group}.{name}": value for name, value in vars(numbers).items()}
    return record | _steps(weld) | {"design.cause": weld.design.cause}


def _stored(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32)


def _steps(weld: SimulatedWeld) -> dict[str, Any]:
    """When the current steps up and down within the weld."""
    pulse, duration = weld.states.pulse, weld.states.duration_s
    periods = np.arange(int(duration * pulse.frequency_hz) + 2)
    up = (periods - pulse.phase) / pulse.frequency_hz
    down = up + pulse.duty / pulse.frequency_hz
    times, kinds = np.append(up, down), np.repeat([0, 1], len(up))
    inside = (times >= 0) & (times < duration)
    order = np.argsort(times[inside])
    return {
        "event_kinds": np.array(["current up", "current down"]),
        "events.kind": kinds[inside][order],
        "events.time_s": times[inside][order],
    }
