"""One laser keyhole weld of a planned data set, as arrays: design, states and recordings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.errors import WeldfusionError, did_you_mean
from weldfusion.simulate.design import Design, Joint, draw_design, draw_joint
from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.film import draw_films
from weldfusion.simulate.groups import Groups, Place, plan_groups
from weldfusion.simulate.inputs import Inputs, draw_inputs
from weldfusion.simulate.keyhole_weld import simulate_states
from weldfusion.simulate.labels import STEP_S
from weldfusion.simulate.preset import LASER_AL, LaserPreset
from weldfusion.simulate.sensors import (
    back_diode,
    coaxial_camera,
    infrared,
    microphone,
    noise,
    oct,
    opening,
    parameters,
    photodiode,
    spectrometer,
)
from weldfusion.simulate.sensors.clock import Clock, calibrated_clock
from weldfusion.simulate.sensors.dropout import draw_dropouts
from weldfusion.simulate.states import States
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
SENSORS = tuple(name for name in ALL_SENSORS if name != "back_diode")
"""What is recorded where no sensors are named."""
SHORTEST_S = 0.2


@dataclass(frozen=True)
class Recording:
    """What one device recorded of one weld.

    `values` (channels, time) float32, or frames (time, height, width) uint8 or float16; `setup` the device's
    gains and the like; `calibrated` is the clock that the data set tells, `true` the one with the weld's own
    trigger jitter; `dropouts` (n, 2) are intervals in seconds of weld time.
    """

    values: np.ndarray
    setup: Any
    calibrated: Clock
    true: Clock
    dropouts: np.ndarray


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
class Plan:
    """Everything that defines a data set; weld `i` depends on nothing else than the plan and `i`."""

    places: tuple[Place, ...]
    seed: int
    sensors: tuple[str, ...]
    weld_s: float
    preset: LaserPreset


def plan_laser(
    welds: int,
    seed: int,
    sensors: Sequence[str] = SENSORS,
    weld_s: float = 2.0,
    preset: LaserPreset = LASER_AL,
) -> Plan:
    """The plan of a data set, checked; `noise` becomes as many sensors as `Difficulty.n_nuisance` says.

    Raises:
        WeldfusionError: a number out of range or a sensor that does not exist.
    """
    if welds < 1:
        raise WeldfusionError(f"welds: {welds} cannot be simulated; at least 1 is needed")
    if not 0 <= seed < 2**64:
        raise WeldfusionError(f"seed: {seed} is out of range; it must be an integer from 0 to 2**64 - 1")
    if not SHORTEST_S <= weld_s <= 60:
        raise WeldfusionError(f"weld_s: {weld_s} s is out of range; it must be from {SHORTEST_S} to 60 s")
    for name in sensors:
        if name not in ALL_SENSORS:
            raise WeldfusionError(f"sensors: no sensor is called {name!r}; {did_you_mean(name, ALL_SENSORS)}")
    several = {"noise": nuisances(preset.difficulty.n_nuisance)}
    chosen = [one for name in ALL_SENSORS if name in sensors for one in several.get(name, (name,))]
    if not chosen:
        raise WeldfusionError(f"sensors: at least one is needed; {did_you_mean('', ALL_SENSORS)}")
    steps = max(round(weld_s / STEP_S), 1)
    return Plan(tuple(plan_groups(welds)), seed, tuple(chosen), steps * STEP_S, preset)


def nuisances(count: int) -> tuple[str, ...]:
    """Names of the sensors of pure noise.

    >>> nuisances(3)
    ('noise', 'noise2', 'noise3')
    """
    return tuple(f"noise{number}" if number > 1 else "noise" for number in range(1, count + 1))


def device_of(name: str) -> ModuleType | None:
    """The module of a sensor; `noise2` is a further device of the kind of `noise`. None: not timed."""
    return TIMED.get(name.rstrip("0123456789"))


def modality_of(name: str, preset: LaserPreset) -> Modality:
    """How the card describes a sensor of a plan."""
    device = device_of(name)
    if device is None:
        return parameters.modality(preset.parameters)
    return replace(device.modality(), name=name, column=name)


def simulate_weld(plan: Plan, index: int) -> SimulatedWeld:
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
            rngs = [weld_stream(f"{what}:{name}") for what in ("sensor", "clock", "dropout")]
            recordings[name] = _record(name, device, states, groups, difficulty, rngs)
    return SimulatedWeld(weld, place, design, joint, inputs, states, recordings)


def _record(
    name: str,
    device: ModuleType,
    states: States,
    groups: Groups,
    difficulty: Difficulty,
    rngs: Sequence[np.random.Generator],
) -> Recording:
    calibrated = calibrated_clock(name, device.RATE, groups)
    true = calibrated.jittered(rngs[1])
    dropouts = draw_dropouts(difficulty.dropouts_per_weld, states.duration_s, rngs[2])
    setup = device.setup(groups, difficulty.noise_scale)
    values = device.record(states, setup, true, dropouts, rngs[0])
    return Recording(values, setup, calibrated, true, dropouts)
