"""One seam of a planned data set, as arrays: place, design, joint, inputs and states."""

from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np

from weldfusion.simulate.busbar.bead import bridges, draw_pits, sag, section_share
from weldfusion.simulate.busbar.design import (
    DECK,
    Design,
    draw_design,
    draw_joint,
    seam_design,
    shuffled_causes,
)
from weldfusion.simulate.busbar.preset import BusbarPreset
from weldfusion.simulate.busbar.states import SeamStates
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.groups import Groups, Place, plan_groups
from weldfusion.simulate.laser.design import Joint
from weldfusion.simulate.laser.film import draw_films
from weldfusion.simulate.laser.inputs import RATE, Inputs, draw_inputs
from weldfusion.simulate.laser.keyhole_weld import simulate_states
from weldfusion.simulate.laser.states import FilmStates
from weldfusion.simulate.process import Plan
from weldfusion.simulate.streams import stream

SEAMS = 2
MOIST, GREASY = 0.02, 0.015
TRACE_SD = 0.6


@dataclass(frozen=True)
class SimulatedSeam:
    """One seam: its id, where it belongs, what was set, what it met and what happened."""

    id: str
    place: Place
    design: Design
    joint: Joint
    inputs: Inputs
    states: SeamStates


@lru_cache(maxsize=8)
def pair_places(seams: int) -> tuple[Place, ...]:
    """Where each pair of a data set of so many seams belongs: both seams share picture and workpiece."""
    return tuple(plan_groups((seams + 1) // SEAMS))


def pair_id(pair: int) -> str:
    """
    >>> pair_id(0)
    'b0001'
    """
    return f"b{pair + 1:04d}"


def seam_id(index: int) -> str:
    """
    >>> [seam_id(index) for index in (0, 1, 2)]
    ['b0001-1', 'b0001-2', 'b0002-1']
    """
    return f"{pair_id(index // SEAMS)}-{index % SEAMS + 1}"


def groups_of(plan: Plan, preset: BusbarPreset, pair: int) -> Groups:
    """The group effects of a pair."""
    place = pair_places(len(plan.places))[pair]
    return Groups(plan.seed, preset.process, place, plan.difficulty.group_scale)


def design_of(plan: Plan, preset: BusbarPreset, pair: int) -> Design:
    """What is set for a pair and what goes wrong with it."""
    deck = stream(plan.seed, preset.process, f"deck {pair // len(DECK)}", "design")
    cause = shuffled_causes(deck)[pair % len(DECK)]
    return draw_design(preset, cause, stream(plan.seed, preset.process, pair_id(pair), "design"))


def simulate_seam(plan: Plan, preset: BusbarPreset, index: int) -> SimulatedSeam:
    """Seam number `index` of a plan, or the second one of its last pair; the same alone and in a batch."""
    pair, name, difficulty = index // SEAMS, seam_id(index), plan.difficulty
    groups = groups_of(plan, preset, pair)
    seam_stream = partial(stream, plan.seed, preset.process, name)
    design = design_of(plan, preset, pair)
    joint = draw_joint(preset, design, groups)
    met = seam_design(design, preset, seam_stream("design"))
    inputs = draw_inputs(joint, met, plan.weld_s, difficulty.hidden_scale, seam_stream("inputs"))
    film = _with_traces(draw_films(met, len(inputs.power_w), seam_stream("film")), groups)
    weld = simulate_states(joint, inputs, film, seam_stream("states"), seam_stream("events"))
    sheet = joint.plate_m / 2
    share = section_share(weld.bead.depth_m.resampled(RATE, len(inputs.gap_m)), sheet)
    bridged = bridges(inputs.gap_m, sheet)
    states = SeamStates(
        weld=weld,
        sheet_m=sheet,
        focus_m=Curve(inputs.focus_m, RATE),
        gap_m=Curve(inputs.gap_m, RATE),
        interface_m=Curve(weld.heat.pool_width_m.values * share * bridged, RATE),
        sag_m=Curve(sag(inputs.gap_m, share, bridged), RATE),
        bridged=Curve(bridged, RATE),
        pits=draw_pits(film.pops_s, weld.events, weld.duration_s, seam_stream("pits")),
    )
    return SimulatedSeam(name, groups.place, design, joint, inputs, states)


def _with_traces(film: FilmStates, groups: Groups) -> FilmStates:
    """Films with the traces of moisture (session) and grease (workpiece) that lie on every sheet."""
    moist = MOIST * groups.factor("moisture", session=TRACE_SD)
    greasy = GREASY * groups.factor("grease", workpiece=TRACE_SD)
    return replace(
        film,
        water=Curve(np.maximum(film.water.values, moist), RATE),
        oil=Curve(np.maximum(film.oil.values, greasy), RATE),
    )
