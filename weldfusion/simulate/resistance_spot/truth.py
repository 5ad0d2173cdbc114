"""The truth of a spot weld: everything that labels and signals were computed from, as named arrays."""

from typing import Any

import numpy as np

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.resistance_spot.labels import nugget_ratio, smallest_mm
from weldfusion.simulate.resistance_spot.states import KINDS
from weldfusion.simulate.resistance_spot.weld import SimulatedSpot

RATE = 1_000


def truth_record(weld: SimulatedSpot) -> dict[str, Any]:
    """Named arrays of one weld, seconds of weld time and SI units.

    - `electric.*`, `heat.*`, `mechanics.*`: states at 1 kHz (means over 1 ms), the first from weld time 0.
    - `events.*`: expulsions, `events.kind` counts into `event_kinds`; `spatter.*`: particles; `mark.*`.
    - `design.*` (with `design.cause`), `joint.*` (with `joint.stack.*`): group effects in;
      `nugget.smallest_mm`, `nugget.ratio`; `<sensor>.setup.*` of the cameras.
    """
    states = weld.states
    record: dict[str, Any] = {"rate_hz": RATE, "event_kinds": np.array(KINDS)}
    for group in ("electric", "heat", "mechanics"):
        for name, curve in vars(getattr(states, group)).items():
            record[f"{group}.{name}"] = _slow(curve)
    for group, some in (("events", states.expulsions), ("spatter", states.spatter), ("mark", states.mark)):
        record |= {f"{group}.{name}": values for name, values in vars(some).items()}
    record |= {f"design.{name}": value for name, value in vars(weld.design).items() if name != "plan"}
    record["design.cause"] = weld.design.plan
    joint = dict(vars(weld.joint))
    record |= {f"joint.stack.{name}": value for name, value in vars(joint.pop("stack")).items()}
    record |= {f"joint.{name}": value for name, value in joint.items()}
    thin = min(states.sheets_m)
    record |= {"nugget.smallest_mm": smallest_mm(thin), "nugget.ratio": nugget_ratio(states)}
    for name, setup in weld.setups.items():
        record |= {f"{name}.setup.{key}": value for key, value in vars(setup).items()}
    return record


def _slow(curve: Curve) -> np.ndarray:
    step = round(curve.rate / RATE)
    length = len(curve) // step * step
    return curve.values[:length].reshape(-1, step).mean(axis=1).astype(np.float32)
