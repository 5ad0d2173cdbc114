"""What a timed device records of a weld: its clock and drop-outs are drawn, then it is run."""

from collections.abc import Callable
from typing import Any

import numpy as np

from weldfusion.simulate.record import Recording
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import draw_dropouts

WeldStream = Callable[[str], np.random.Generator]
"""The stream of a weld for a purpose, such as `sensor:oct`."""


def recorded(
    name: str,
    record: Callable[..., np.ndarray],
    states: Any,
    setup: Any,
    calibrated: Clock,
    dropouts_per_weld: float,
    weld_stream: WeldStream,
    full_scale: float | None = None,
) -> Recording:
    """The recording of one sensor, from streams of its own.

    Args:
        name: of the sensor.
        record: `record(states, setup, clock, dropouts, rng)` gives its values.
        states: of the weld; they tell `duration_s`.
        setup: its gains and the like.
        calibrated: its clock as the data set tells it.
        dropouts_per_weld: mean number of drop-outs.
        weld_stream: streams of the weld.
        full_scale: as in `Recording`.
    """
    true = calibrated.jittered(weld_stream(f"clock:{name}"))
    dropouts = draw_dropouts(dropouts_per_weld, states.duration_s, weld_stream(f"dropout:{name}"))
    values = record(states, setup, true, dropouts, weld_stream(f"sensor:{name}"))
    return Recording(values, setup, calibrated, true, dropouts, full_scale)
