"""One pulsed GTA weld of a planned data set, as arrays: design, states and recordings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.process import Plan
from weldfusion.simulate.pulsed_gta.design import Design, Joint, draw_design, draw_joint, pulse_of
from weldfusion.simulate.pulsed_gta.inputs import Inputs, draw_inputs
from weldfusion.simulate.pulsed_gta.sensors import arc, infrared, microphone, parameters, pool_camera
from weldfusion.simulate.pulsed_gta.states import States
from weldfusion.simulate.pulsed_gta.weld_states import simulate_states
from weldfusion.simulate.record import Recording
from weldfusion.simulate.recorded import recorded
from weldfusion.simulate.sensors import noise
from weldfusion.simulate.sensors.clock import calibrated_clock
from weldfusion.simulate.streams import stream

TIMED: Mapping[str, ModuleType] = {
    "pool_camera": pool_camera,
    "microphone": microphone,
    "infrared": infrared,
    "noise": noise,
    "arc": arc,
}
PICTURES = ("pool_camera", "infrared")
ALL_SENSORS = (*TIMED, "parameters")
FULL_SCALE = {"microphone": microphone.FULL_SCALE}


@dataclass(frozen=True)
class SimulatedWeld:
    """One weld: where it belongs, what was set, what it met, what happened and what was recorded."""

    id: str
    place: Place
    design: Design
    joint: Joint
    inputs: Inputs
    states: States
    recordings: Mapping[str, Recording]


def device_of(name: str) -> ModuleType | None:
    """The module of a sensor; `noise2` is a further device of the kind of `noise`. None: not timed."""
    return TIMED.get(name.rstrip("0123456789"))


def modality_of(name: str, pixels: int) -> Modality:
    """How the card describes a sensor whose pictures, if any, have `pixels` a side."""
    device = device_of(name)
    if device is None:
        return parameters.modality()
    told = device.modality(pixels) if name in PICTURES else device.modality()
    return replace(told, name=name, column=name)


def simulate_weld(process: str, plate_m: float, pixels: int, plan: Plan, index: int) -> SimulatedWeld:
    """Weld number `index` of a plan; the same alone and in a batch.

    Args:
        process: name of the process, the key of its random streams.
        plate_m: nominal thickness of the plate (m).
        pixels: side of the pictures.
        plan: the data set.
        index: number of the weld.
    """
    place, difficulty = plan.places[index], plan.difficulty
    weld = f"w{index + 1:05d}"
    groups = Groups(plan.seed, process, place, difficulty.group_scale)
    weld_stream = partial(stream, plan.seed, process, weld)
    design = draw_design(plate_m, difficulty.param_spread, weld_stream("design"))
    joint = draw_joint(design, groups)
    inputs = draw_inputs(joint, plan.weld_s, difficulty.hidden_scale, weld_stream("inputs"))
    pulse = pulse_of(design, joint, weld_stream("pulse"))
    states = simulate_states(joint, inputs, pulse, plan.weld_s, weld_stream("states"))
    recordings = {
        name: _record(name, pixels, states, groups, plan, weld_stream)
        for name in plan.sensors
        if device_of(name) is not None
    }
    return SimulatedWeld(weld, place, design, joint, inputs, states, recordings)


def _record(
    name: str,
    pixels: int,
    states: States,
    groups: Groups,
    plan: Plan,
    weld_stream: Callable[[str], np.random.Generator],
) -> Recording:
    device: Any = device_of(name)
    clock, lost = calibrated_clock(name, device.RATE, groups), plan.difficulty.dropouts_per_weld
    own = (pixels,) if name in PICTURES else ()
    setup = device.setup(groups, plan.difficulty.noise_scale, *own)
    scale = FULL_SCALE.get(name)
    return recorded(name, device.record, states, setup, clock, lost, weld_stream, scale)
