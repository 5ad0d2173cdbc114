"""One laser keyhole weld of a planned data set, as arrays: design, states and recordings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import ModuleType

from weldfusion.data.card import Modality
from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.laser.design import Design, Joint, draw_design, draw_joint
from weldfusion.simulate.laser.film import draw_films
from weldfusion.simulate.laser.inputs import Inputs, draw_inputs
from weldfusion.simulate.laser.keyhole_weld import simulate_states
from weldfusion.simulate.laser.preset import LaserPreset
from weldfusion.simulate.laser.sensors import (
    back_diode,
    coaxial_camera,
    infrared,
    microphone,
    oct,
    opening,
    parameters,
    photodiode,
    spectrometer,
)
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.process import Plan
from weldfusion.simulate.record import Recording
from weldfusion.simulate.recorded import recorded
from weldfusion.simulate.sensors import noise
from weldfusion.simulate.sensors.clock import calibrated_clock
from weldfusion.simulate.streams import stream

TIMED: Mapping[str, ModuleType] = {
    "photodiode": photodiode,
    "microphone": microphone,
    "oct": oct,
    "coaxial_camera": coaxial_camera,
    "opening": opening,
    "infrared": infrared,
    "spectrometer": spectrometer,
    "noise": noise,
    "back_diode": back_diode,
}
ALL_SENSORS = (*TIMED, "parameters")
FULL_SCALE = {
    "photodiode": photodiode.FULL_SCALE,
    "back_diode": photodiode.FULL_SCALE,
    "microphone": microphone.FULL_SCALE,
}
SENSORS = tuple(name for name in ALL_SENSORS if name != "back_diode")
"""What is recorded where no sensors are named."""


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


@dataclass(frozen=True)
class LaserPlan(Plan):
    """The plan of a data set of laser welds; the preset has the plan's difficulty."""

    preset: LaserPreset


def device_of(name: str) -> ModuleType | None:
    """The module of a sensor; `noise2` is a further device of the kind of `noise`. None: not timed."""
    return TIMED.get(name.rstrip("0123456789"))


def modality_of(name: str, preset: LaserPreset) -> Modality:
    """How the card describes a sensor of a plan."""
    device = device_of(name)
    if device is None:
        return parameters.modality(preset.parameters)
    return replace(device.modality(), name=name, column=name)


def simulate_weld(plan: LaserPlan, index: int) -> SimulatedWeld:
    """Weld number `index` of a plan; the same alone and in a batch."""
    preset, place = plan.preset, plan.places[index]
    difficulty = preset.difficulty
    weld = f"w{index + 1:05d}"
    groups = Groups(plan.seed, preset.process, place, difficulty.group_scale)
    weld_stream = partial(stream, plan.seed, preset.process, weld)
    design = draw_design(preset, weld_stream("design"))
    joint = draw_joint(preset, design, groups)
    inputs = draw_inputs(joint, design, plan.weld_s, difficulty.hidden_scale, weld_stream("inputs"))
    film = draw_films(design, len(inputs.power_w), weld_stream("film"))
    streams = weld_stream("states"), weld_stream("events")
    states = simulate_states(joint, inputs, film, *streams, difficulty.event_coupling)
    recordings = {}
    for name in plan.sensors:
        if (device := device_of(name)) is not None:
            recordings[name] = recorded(
                name,
                device.record,
                states,
                device.setup(groups, difficulty.noise_scale),
                calibrated_clock(name, device.RATE, groups),
                difficulty.dropouts_per_weld,
                weld_stream,
                FULL_SCALE.get(name),
            )
    return SimulatedWeld(weld, place, design, joint, inputs, states, recordings)
