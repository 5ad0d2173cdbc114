"""One laser keyhole weld: from the joint and its disturbances to the record of states."""

from dataclasses import replace

import numpy as np

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.laser import fluctuation as fast
from weldfusion.simulate.laser import inputs as slow
from weldfusion.simulate.laser.design import Joint
from weldfusion.simulate.laser.events import Events, depth_dip, draw_events, mouth_dip
from weldfusion.simulate.laser.film import draw_film_pores
from weldfusion.simulate.laser.fluctuation import Fluctuation, draw_fluctuation
from weldfusion.simulate.laser.inputs import Inputs
from weldfusion.simulate.laser.mean_keyhole import MeanKeyhole, mean_keyhole
from weldfusion.simulate.laser.plume import draw_spatter, plume_brightness, plume_temperature, vapour_flow
from weldfusion.simulate.laser.pool import back_bead, open_share, pool_size, weld_depth
from weldfusion.simulate.laser.pores import Pores, Surroundings, draw_pores, joined
from weldfusion.simulate.laser.states import BeadStates, FilmStates, HeatStates, KeyholeStates, States

SLOW_STEP = round(fast.RATE / slow.RATE)
BEAD_STEP = 10


def simulate_states(
    joint: Joint,
    inputs: Inputs,
    film: FilmStates,
    states_rng: np.random.Generator,
    events_rng: np.random.Generator,
    event_coupling: float = 1.0,
) -> States:
    """States of one weld as long as its inputs.

    Args:
        joint: true beam, plate and material.
        inputs: slow disturbances at 500 Hz.
        film: water and oil on the plate.
        states_rng: stream of the fluctuation.
        events_rng: stream of collapses, pores and spatter.
        event_coupling: factor on how deep collapses dip; pores are as if it were 1.
    """
    mean = mean_keyhole(joint, inputs, film)
    samples = len(inputs.power_w) * SLOW_STEP
    restless = _fast(mean.instability, samples)
    wobble = draw_fluctuation(_fast(mean.frequency_hz, samples), restless, states_rng)
    free = _fast(mean.depth_m, samples) * np.maximum(1 + wobble.scatter * wobble.depth, 0.1)
    still_open = open_share(free, np.zeros(1), joint.plate_m)
    drawn = draw_events(wobble, float(still_open.mean()), events_rng)
    events = replace(drawn, drop=event_coupling * drawn.drop)
    absorbed = _fast(mean.absorptivity * inputs.power_w, samples)
    keyhole = _with_plume(_keyhole(joint, free, wobble, events), absorbed, mean, film, wobble)
    heat = _heat(joint, inputs, mean, keyhole.open_root.values)
    pores = _pores(joint, mean, keyhole, heat, still_open, drawn, events_rng)
    splash = restless * _fast(1 + film.water.values + 0.7 * film.oil.values, samples)
    spatter = draw_spatter(splash, keyhole.mouth_dip.values, fast.RATE, events_rng)
    return States(
        duration_s=samples / fast.RATE,
        speed_m_s=joint.speed_m_s,
        plate_m=joint.plate_m,
        material=joint.material,
        keyhole=keyhole,
        heat=heat,
        bead=_bead(joint, mean, keyhole, heat),
        film=film,
        events=events,
        pores=joined(pores, draw_film_pores(film, joint.speed_m_s, joint.plate_m, events_rng)),
        spatter=spatter,
    )


def _fast(values: np.ndarray, samples: int) -> np.ndarray:
    return Curve(values, slow.RATE).resampled(fast.RATE, samples)


def _keyhole(joint: Joint, free: np.ndarray, wobble: Fluctuation, events: Events) -> KeyholeStates:
    """Depth, mouth and root; the plume is still dark."""
    samples = len(free)
    dip, mouth = depth_dip(events, samples), mouth_dip(events, samples)
    opening = np.maximum(1 + 1.2 * wobble.scatter * wobble.mouth, 0.1) * (1 - mouth)
    root = open_share(free, dip, joint.plate_m)
    depth = np.minimum(free, joint.plate_m) * (1 - dip)
    nothing = np.zeros(samples)
    curves = (depth, opening, mouth, root, nothing, nothing, nothing)
    return KeyholeStates(*(Curve(values, fast.RATE) for values in curves))


def _with_plume(
    keyhole: KeyholeStates, absorbed: np.ndarray, mean: MeanKeyhole, film: FilmStates, wobble: Fluctuation
) -> KeyholeStates:
    """The keyhole with its vapour flow, plume light and plume temperature; films add to them."""
    samples = len(absorbed)
    water, oil = _fast(film.water.values, samples), _fast(film.oil.values, samples)
    opening, root = keyhole.opening.values, keyhole.open_root.values
    restless = wobble.scatter * wobble.depth
    flow = vapour_flow(absorbed, opening, root) * (1 + 0.3 * water + 0.15 * oil)
    light = plume_brightness(absorbed, opening, root) * (1 + 0.25 * water + 0.35 * oil)
    temperature = plume_temperature(_fast(mean.number, samples), restless, water, oil)
    return replace(
        keyhole,
        vapour=Curve(flow, fast.RATE),
        plume=Curve(light, fast.RATE),
        plume_temperature_k=Curve(temperature, fast.RATE),
    )


def _heat(joint: Joint, inputs: Inputs, mean: MeanKeyhole, open_root: np.ndarray) -> HeatStates:
    root = open_root.reshape(-1, SLOW_STEP).mean(axis=1)
    width, length = pool_size(mean, inputs.power_w, root, joint)
    curves = (
        inputs.power_w,
        mean.absorptivity,
        mean.aspect,
        mean.frequency_hz,
        mean.instability,
        mean.radius_m,
        width,
        length,
    )
    return HeatStates(*(Curve(values, slow.RATE) for values in curves))


def _bead(joint: Joint, mean: MeanKeyhole, keyhole: KeyholeStates, heat: HeatStates) -> BeadStates:
    rate = fast.RATE / BEAD_STEP
    depth = weld_depth(keyhole.depth_m.values, fast.RATE, joint)[::BEAD_STEP]
    throat = 2 * mean.radius_m + 1.2 * np.maximum(mean.depth_m - joint.plate_m, 0)
    limit = Curve(np.minimum(0.9 * heat.pool_width_m.values, throat), slow.RATE).resampled(rate, len(depth))
    root = keyhole.open_root.values.reshape(-1, BEAD_STEP).mean(axis=1)
    return BeadStates(Curve(depth, rate), Curve(back_bead(root, rate, limit), rate))


def _pores(
    joint: Joint,
    mean: MeanKeyhole,
    keyhole: KeyholeStates,
    heat: HeatStates,
    still_open: np.ndarray,
    events: Events,
    rng: np.random.Generator,
) -> Pores:
    place = np.round(events.time_s * fast.RATE).astype(int)
    near = place // SLOW_STEP
    around = Surroundings(
        depth_m=keyhole.depth_m.values[place],
        radius_m=mean.radius_m[near],
        pool_length_m=heat.pool_length_m.values[near],
        open_share=still_open[place],
        speed_m_s=joint.speed_m_s,
    )
    return draw_pores(events, around, joint.material.liquid, rng)
