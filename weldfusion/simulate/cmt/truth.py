"""The truth of a weld: everything that labels and signals were computed from, as named arrays."""

from dataclasses import fields
from typing import Any

from weldfusion.simulate.cmt.sensors import camera
from weldfusion.simulate.cmt.weld import SimulatedWeld
from weldfusion.simulate.curve import Curve


def truth_record(weld: SimulatedWeld) -> dict[str, Any]:
    """Named arrays of one weld, seconds of weld time and SI units.

    - `states.*` and `inputs.*` at `rate_hz.slow` (200 Hz), the first value at weld time 0; numbers of states.
    - `arc.starts_s`: begin of every period of arc and short circuit, and the end of the last.
    - `camera.frame_s`: when each frame was really taken (the card's clock spaces them evenly).
    - `design.*` (with `design.cause`) and `joint.*` (torch and joint, group effects in).
    """
    states = weld.states
    record: dict[str, Any] = {"rate_hz.slow": states.depth_m.rate, "arc.starts_s": states.arc.starts_s}
    for field in fields(states):
        value = getattr(states, field.name)
        if isinstance(value, Curve):
            record[f"states.{field.name}"] = value.values.astype("float32")
        elif isinstance(value, float):
            record[f"states.{field.name}"] = value
    record |= {f"inputs.{name}": values.astype("float32") for name, values in vars(weld.inputs).items()}
    record |= {f"design.{name}": value for name, value in vars(weld.design).items()}
    record["design.cause"] = weld.design.cause
    record |= {f"joint.{name}": value for name, value in vars(weld.joint).items()}
    if "camera" in weld.recordings:
        record["camera.frame_s"] = camera.instants(states, weld.recordings["camera"].true)
    return record
