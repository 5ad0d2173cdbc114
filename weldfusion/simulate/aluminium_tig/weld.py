"""One aluminium TIG weld of a planned data set, as arrays: design, states and recordings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import ModuleType

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.aluminium_tig.design import Design, Joint, draw_design, draw_joint
from weldfusion.simulate.aluminium_tig.inputs import Inputs, draw_inputs
from weldfusion.simulate.aluminium_tig.sensors import current_speed, parameters, pool_camera
from weldfusion.simulate.aluminium_tig.states import States
from weldfusion.simulate.aluminium_tig.tig_weld import simulate_states
from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.process import Plan
from weldfusion.simulate.record import Recording
from weldfusion.simulate.recorded import recorded
from weldfusion.simulate.sensors import noise
from weldfusion.simulate.sensors.clock import calibrated_clock
from weldfusion.simulate.streams import stream

NAME = "aluminium_tig"
TIMED: Mapping[str, ModuleType] = {
    "pool_camera": pool_camera,
    "current_speed": current_speed,
    "noise": noise,
}
SENSORS = (*TIMED, "parameters")


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


def modality_of(name: str, picture_px: int) -> Modality:
    """How the card describes a sensor of a plan."""
    device = device_of(name)
    if device is None:
        return parameters.modality()
    if device is pool_camera:
        return pool_camera.modality(picture_px)
    return replace(device.modality(), name=name, column=name)


def simulate_weld(plan: Plan, index: int, picture_px: int = pool_camera.PICTURE_PX) -> SimulatedWeld:
    """Weld number `index` of a plan; the same alone and in a batch."""
    place, difficulty, weld = plan.places[index], plan.difficulty, f"w{index + 1:05d}"
    weld_stream = partial(stream, plan.seed, NAME, weld)
    groups = Groups(plan.seed, NAME, place, difficulty.group_scale)
    design = draw_design(weld_stream("design"), difficulty.imbalance, difficulty.param_spread)
    joint = draw_joint(groups)
    inputs = draw_inputs(joint, design, plan.weld_s, difficulty.hidden_scale, weld_stream("inputs"))
    states = simulate_states(joint, inputs)
    recordings = {}
    for name in plan.sensors:
        if (device := device_of(name)) is not None:
            setup = device.setup(groups, difficulty.noise_scale)
            if device is pool_camera:
                setup = pool_camera.setup(groups, difficulty.noise_scale, picture_px)
            clock = calibrated_clock(name, device.RATE, groups)
            lost = difficulty.dropouts_per_weld
            recordings[name] = recorded(name, device.record, states, setup, clock, lost, weld_stream)
    return SimulatedWeld(weld, place, design, joint, inputs, states, recordings)


def settings(design: Design) -> dict[str, float]:
    """What the operator set, by column of the manifest."""
    return dict(zip(parameters.COLUMNS, (design.current_a, design.speed_mm_s), strict=True))


def shares_of(names: Sequence[str], classes: Sequence[str]) -> dict[str, float]:
    """Share of each class among names.

    >>> shares_of(["a", "b", "a", "a"], ["a", "b"])
    {'a': 0.75, 'b': 0.25}
    """
    found = np.array(names)
    return {name: float(np.mean(found == name)) for name in classes}
