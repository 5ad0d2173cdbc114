"""One laser keyhole weld: from the joint and its disturbances to the record of states."""

import numpy as np

from weldfusion.simulate import fluctuation as fast
from weldfusion.simulate import inputs as slow
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.design import Joint
from weldfusion.simulate.events import Events, depth_dip, draw_events, mouth_dip
from weldfusion.simulate.fluctuation import Fluctuation, draw_fluctuation
from weldfusion.simulate.inputs import Inputs
from weldfusion.simulate.mean_keyhole import MeanKeyhole, mean_keyhole
from weldfusion.simulate.plume import draw_spatter, plume_brightness, plume_temperature, vapour_flow
from weldfusion.simulate.pool import back_bead, open_share, pool_size, weld_depth
from weldfusion.simulate.pores import Pores, Surroundings, draw_pores
from weldfusion.simulate.states import BeadStates, FilmStates, HeatStates, KeyholeStates, States

SLOW_STEP = round(fast.RATE / slow.RATE)
BEAD_STEP = 10


def simulate_states(
    joint: Joint, inputs: Inputs, states_rng: np.random.Generator, events_rng: np.random.Generator
) -> States:
    """States of one weld as long as its inputs.

    Args:
        joint: true beam, plate and material.
        inputs: slow disturbances at 500 Hz.
        states_rng: stream of the fluctuation.
        events_rng: stream of collapses, pores and spatter.
    """
    mean = mean_keyhole(joint, inputs)
    samples = len(inputs.power_w) * SLOW_STEP
    restless = _fast(mean.instability, samples)
    wobble = draw_fluctuation(_fast(mean.frequency_hz, samples), restless, states_rng)
    free = _fast(mean.depth_m, samples) * np.maximum(1 + wobble.scatter * wobble.depth, 0.1)
    still_open = open_share(free, np.zeros(1), joint.plate_m)
    events = draw_events(wobble, float(still_open.mean()), events_rng)
    film = _clean(len(inputs.power_w))
    temperature = _plume_temperature(joint, mean, film, wobble)
    keyhole = _keyhole(
        joint, free, wobble, events, _fast(mean.absorptivity * inputs.power_w, samples), temperature
    )
    heat = _heat(joint, inputs, mean, keyhole.open_root.values)
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
        pores=_pores(joint, mean, keyhole, heat, still_open, events, events_rng),
        spatter=draw_spatter(restless, keyhole.mouth_dip.values, fast.RATE, events_rng),
    )


def _fast(values: np.ndarray, samples: int) -> np.ndarray:
    return Curve(values, slow.RATE).resampled(fast.RATE, samples)


def _clean(samples: int) -> FilmStates:
    return FilmStates(Curve(np.zeros(samples), slow.RATE), Curve(np.zeros(samples), slow.RATE))


def _plume_temperature(joint: Joint, mean: MeanKeyhole, film: FilmStates, wobble: Fluctuation) -> np.ndarray:
    line, samples = joint.material.depth_line, len(wobble.depth)
    number = _fast((mean.aspect - line.intercept) / line.slope, samples)
    water, oil = _fast(film.water.values, samples), _fast(film.oil.values, samples)
    return plume_temperature(number, wobble.scatter * wobble.depth, water, oil)


def _keyhole(
    joint: Joint,
    free: np.ndarray,
    wobble: Fluctuation,
    events: Events,
    absorbed: np.ndarray,
    temperature: np.ndarray,
) -> KeyholeStates:
    samples = len(free)
    dip, mouth = depth_dip(events, samples), mouth_dip(events, samples)
    opening = np.maximum(1 + 1.2 * wobble.scatter * wobble.mouth, 0.1) * (1 - mouth)
    root = open_share(free, dip, joint.plate_m)
    curves = (
        np.minimum(free, joint.plate_m) * (1 - dip),
        opening,
        mouth,
        root,
        vapour_flow(absorbed, opening, root),
        plume_brightness(absorbed, opening, root),
        temperature,
    )
    return KeyholeStates(*(Curve(values, fast.RATE) for values in curves))


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
