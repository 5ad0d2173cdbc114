"""From what is set and what disturbs to the states of one weld."""

import numpy as np

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.pulsed_gta import oscillation, pool
from weldfusion.simulate.pulsed_gta.design import Joint
from weldfusion.simulate.pulsed_gta.inputs import RATE, RUN_IN_S, Inputs
from weldfusion.simulate.pulsed_gta.pulse import Pulse
from weldfusion.simulate.pulsed_gta.states import BeadStates, PoolStates, States

WARMING_K = 80.0


def simulate_states(
    joint: Joint, inputs: Inputs, pulse: Pulse, duration_s: float, rng: np.random.Generator
) -> States:
    """States of one weld; `rng` stirs the pool's surface."""
    current, plate, speed = pulse.at(inputs.times), joint.plate_m, joint.speed_m_s
    power = inputs.efficiency * pool.arc_voltage(current, inputs.arc_m) * current
    heat = pool.low_pass(power, RATE, pool.HEAT_TIME_S)
    width = pool.pool_width(heat, speed, inputs.marangoni)
    depth = pool.free_depth(width, inputs.marangoni)
    back = pool.back_width(width, depth, plate)
    thin = pool.thin_share(depth, plate, joint.backing, RATE)
    length = pool.pool_length(width, thin)
    run = {
        "heat_w": heat,
        "width_m": width,
        "length_m": length,
        "free_depth_m": depth,
        "back_width_m": back,
        "sag_m": pool.sag(back, plate),
        "opened": pool.open_share(depth, plate),
        "thin": thin,
        "arc_m": inputs.arc_m,
    }
    modes = np.stack(
        [
            oscillation.bulk_frequency(width, joint.kinematic_tension),
            oscillation.sloshing_frequency(width, joint.kinematic_tension),
            oscillation.membrane_frequency(width, plate, joint.kinematic_tension),
        ]
    )
    start = round(RUN_IN_S * RATE)
    seen = PoolStates(**{name: _curve(values[start:]) for name, values in run.items()})
    return States(
        duration_s=duration_s,
        speed_m_s=speed,
        plate_m=plate,
        pulse=pulse,
        pool=seen,
        bead=_bead(width, depth, float(length.mean()) / (2 * speed), plate),
        surface_m=_surface(seen, modes[:, start:], pulse, duration_s, rng),
        modes_hz=modes[:, start:],
        warmth_k=_curve(WARMING_K * np.arange(len(width) - start) / (len(width) - start)),
    )


def _curve(values: np.ndarray) -> Curve:
    return Curve(values, float(RATE))


def _bead(width: np.ndarray, depth: np.ndarray, half_length_s: float, plate: float) -> BeadStates:
    """What solidifies; the weld goes on as it ends."""
    start = round(RUN_IN_S * RATE)
    top, free = (pool.solidified(values, half_length_s, RATE)[start:] for values in (width, depth))
    return BeadStates(
        top_width_m=_curve(top),
        back_width_m=_curve(pool.back_width(top, free, plate)),
        depth_m=_curve(np.minimum(free, plate)),
        free_depth_m=_curve(free),
    )


def _surface(
    seen: PoolStates, modes: np.ndarray, pulse: Pulse, duration_s: float, rng: np.random.Generator
) -> Curve:
    times = np.arange(round(duration_s * oscillation.RATE)) / oscillation.RATE
    slow = seen.width_m.times
    hertz = np.stack([np.interp(times, slow, mode) for mode in modes])
    opened = np.interp(times, slow, seen.opened.values)
    return Curve(oscillation.surface(pulse.at(times), hertz, opened, rng), float(oscillation.RATE))
