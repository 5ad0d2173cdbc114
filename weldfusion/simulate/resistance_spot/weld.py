"""One spot weld of a planned data set, as arrays: design, joint, states, recordings and pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.errors import WeldfusionError
from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.process import Plan
from weldfusion.simulate.record import Recording
from weldfusion.simulate.recorded import recorded
from weldfusion.simulate.resistance_spot.design import Design, draw_design
from weldfusion.simulate.resistance_spot.joint import Joint, draw_joint
from weldfusion.simulate.resistance_spot.labels import QUALITY, quality
from weldfusion.simulate.resistance_spot.sensors import curves, infrared, parameters, views
from weldfusion.simulate.resistance_spot.spot import simulate_spot
from weldfusion.simulate.resistance_spot.states import States
from weldfusion.simulate.sensors import noise
from weldfusion.simulate.sensors.clock import calibrated_clock
from weldfusion.simulate.streams import stream

VERSION = "resistance_spot/1"
NAME = VERSION.split("/")[0]
TIMED: Mapping[str, ModuleType] = {"curves": curves, "noise": noise}
PICTURES: Mapping[str, ModuleType] = {"infrared": infrared, "views": views}
ALL_SENSORS = ("infrared", "views", "curves", "parameters", "noise")
MOST_DRAWS = 5_000


@dataclass(frozen=True)
class SimulatedSpot:
    """One weld: where it belongs, what was set, what it met, what happened and what was seen."""

    id: str
    place: Place
    design: Design
    joint: Joint
    states: States
    recordings: Mapping[str, Recording]
    pictures: Mapping[str, list[np.ndarray]]
    setups: Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """What a data set may choose: welds of each class of `QUALITY` (in proportion; none: as the settings give
    them) and the pixels of a picture's side."""

    counts: tuple[int, int, int] | None = None
    pixels: int = 96


def device_of(name: str) -> ModuleType | None:
    """The module of a timed sensor; `noise2` is a further device of the kind of `noise`."""
    return TIMED.get(name.rstrip("0123456789"))


def modality_of(name: str, pixels: int) -> Modality:
    """How the card describes a sensor of a plan."""
    if name in PICTURES:
        described: Modality = PICTURES[name].modality(pixels)
        return described
    device = device_of(name)
    return parameters.modality() if device is None else replace(device.modality(), name=name, column=name)


def simulate_weld(plan: Plan, index: int, choice: Choice) -> SimulatedSpot:
    """Weld number `index` of a plan; the same alone and in a batch of the same size."""
    weld, place = f"w{index + 1:05d}", plan.places[index]
    groups = Groups(plan.seed, NAME, place, plan.difficulty.group_scale)
    weld_stream = partial(stream, plan.seed, NAME, weld)
    wanted = None if choice.counts is None else str(wanted_quality(plan, choice.counts)[index])
    rngs = [weld_stream(what) for what in ("design", "joint", "states")]
    design, joint, states = _draw(wanted, groups, plan.difficulty.hidden_scale, rngs, weld)
    recordings, pictures, setups = {}, {}, {}
    for name in plan.sensors:
        if name in PICTURES:
            setups[name] = PICTURES[name].setup(groups, plan.difficulty.noise_scale)
            rng = weld_stream(f"sensor:{name}")
            pictures[name] = PICTURES[name].record(states, setups[name], choice.pixels, rng)
        elif (device := device_of(name)) is not None:
            setup = device.setup(groups, plan.difficulty.noise_scale)
            clock, lost = calibrated_clock(name, device.RATE, groups), plan.difficulty.dropouts_per_weld
            recordings[name] = recorded(name, device.record, states, setup, clock, lost, weld_stream)
    return SimulatedSpot(weld, place, design, joint, states, recordings, pictures, setups)


def wanted_quality(plan: Plan, counts: Sequence[int]) -> np.ndarray:
    """The class of every weld of a plan: `counts` in proportion, dealt by a keyed shuffle."""
    welds = len(plan.places)
    exact = np.array(counts) * (welds / sum(counts))
    whole = np.floor(exact).astype(int)
    rest = np.argsort(whole - exact, kind="stable")[: welds - whole.sum()]
    whole[rest] += 1
    return stream(plan.seed, NAME, "data set", "quality").permutation(np.repeat(QUALITY, whole))


def _draw(
    wanted: str | None, groups: Groups, hidden: float, rngs: Sequence[np.random.Generator], weld: str
) -> tuple[Design, Joint, States]:
    """A weld; where a class is wanted, the first drawn one that came out so."""
    for _ in range(MOST_DRAWS):
        design = draw_design(rngs[0])
        joint = draw_joint(design, groups, hidden, rngs[1])
        states = simulate_spot(joint, design.current_ka, design.weld_time_ms, hidden, rngs[2])
        if wanted is None or quality(states) == wanted:
            return design, joint, states
    raise WeldfusionError(
        f"counts: none of {MOST_DRAWS} draws of {weld} came out {wanted!r} with this difficulty; take another"
    )
