"""One gas-metal-arc weld of a planned data set, as arrays: design, states and recordings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.cmt.design import Design, Joint, draw_design, draw_joint
from weldfusion.simulate.cmt.inputs import Inputs, draw_inputs
from weldfusion.simulate.cmt.preset import ArcPreset
from weldfusion.simulate.cmt.sensors import camera, microphone, parameters
from weldfusion.simulate.cmt.sensors.electrical import CURRENT, RATE, VOLTAGE
from weldfusion.simulate.cmt.states import States, simulate_states
from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.process import Plan
from weldfusion.simulate.record import Recording
from weldfusion.simulate.recorded import recorded
from weldfusion.simulate.sensors import noise
from weldfusion.simulate.sensors.clock import Clock, calibrated_clock
from weldfusion.simulate.streams import stream


@dataclass(frozen=True)
class Device:
    """A timed sensor of the process: how it is set up, records and stands in the card."""

    rate: float
    setup: Callable[[Groups, float], Any]
    record: Callable[[States, Any, Clock, np.ndarray, np.random.Generator], np.ndarray]
    modality: Modality
    full_scale: float | None = None


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


def devices(pixels: int) -> Mapping[str, Device]:
    """Every timed sensor by name; frames have `pixels` a side."""
    seen = partial(camera.setup, pixels=pixels)
    return {
        "camera": Device(camera.RATE, seen, camera.record, camera.modality(pixels)),
        "microphone": Device(
            microphone.RATE,
            microphone.setup,
            microphone.record,
            microphone.modality(),
            microphone.FULL_SCALE,
        ),
        **{
            meter.name: Device(RATE, meter.setup, meter.record, meter.modality(), meter.full_scale)
            for meter in (CURRENT, VOLTAGE)
        },
        "noise": Device(noise.RATE, noise.setup, noise.record, noise.modality()),
    }


def modality_of(name: str, pixels: int) -> Modality:
    """How the card describes a sensor of a plan; `noise2` is a further device of the kind of `noise`."""
    device = devices(pixels).get(name.rstrip("0123456789"))
    return parameters.modality() if device is None else replace(device.modality, name=name, column=name)


def simulate_weld(plan: Plan, preset: ArcPreset, pixels: int, index: int) -> SimulatedWeld:
    """Weld number `index` of a plan; the same alone and in a batch."""
    place, knobs, process = plan.places[index], plan.difficulty, preset.process
    weld = f"w{index + 1:05d}"
    groups = Groups(plan.seed, process, place, knobs.group_scale)
    weld_stream = partial(stream, plan.seed, process, weld)
    design = draw_design(preset, knobs.param_spread, weld_stream("design"))
    joint = draw_joint(preset, design, groups)
    inputs = draw_inputs(joint, design, plan.weld_s, knobs.hidden_scale, weld_stream("inputs"))
    states = simulate_states(joint, inputs, design.speed_m_s, preset, weld_stream("states"))
    recordings, known = {}, devices(pixels)
    for name in plan.sensors:
        device = known.get(name.rstrip("0123456789"))
        if device is None:
            continue
        calibrated = calibrated_clock(name, device.rate, groups)
        calibrated = camera.clock_of(calibrated) if name == "camera" else calibrated
        setup, lost = device.setup(groups, knobs.noise_scale), knobs.dropouts_per_weld
        recordings[name] = recorded(
            name, device.record, states, setup, calibrated, lost, weld_stream, device.full_scale
        )
    return SimulatedWeld(weld, place, design, joint, inputs, states, recordings)
