"""The quasi-steady keyhole along a weld: the fixed point of depth and absorptivity at 500 Hz."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.laser.design import Joint
from weldfusion.simulate.laser.inputs import Inputs
from weldfusion.simulate.laser.keyhole import (
    aspect_ratio,
    beam_radius,
    instability,
    keyhole_number,
    oscillation_frequency,
)
from weldfusion.simulate.laser.states import FilmStates


@dataclass(frozen=True)
class MeanKeyhole:
    """Arrays over time at 500 Hz; SI units.

    `number` Ke, `aspect` e*, `absorptivity` η (all factors in), `radius_m`, `depth_m` (free, may exceed
    the plate), `frequency_hz` of the oscillation, `instability` S of the keyhole inside the plate.
    """

    number: np.ndarray
    aspect: np.ndarray
    absorptivity: np.ndarray
    radius_m: np.ndarray
    depth_m: np.ndarray
    frequency_hz: np.ndarray
    instability: np.ndarray


def mean_keyhole(joint: Joint, inputs: Inputs, film: FilmStates) -> MeanKeyhole:
    """Solve the mean keyhole for the disturbed inputs.

    The instability index takes at most the aspect ratio that fits into the plate: a keyhole open at the
    root does not become more restless when it gets still deeper. Films make it more restless.
    """
    radius = beam_radius(joint.waist_m, inputs.focus_m, joint.rayleigh_m)
    factor = inputs.absorptivity_factor * inputs.gap_factor
    number = keyhole_number(
        inputs.power_w * factor, joint.speed_m_s, radius, joint.material, inputs.preheat_k
    )
    aspect = aspect_ratio(number, joint.material)
    inside = np.minimum(aspect, joint.plate_m / radius)
    restless = instability(inside, joint.speed_m_s, joint.material)
    return MeanKeyhole(
        number=number * joint.material.absorptivity(aspect),
        aspect=aspect,
        absorptivity=joint.material.absorptivity(aspect) * factor,
        radius_m=radius,
        depth_m=radius * aspect,
        frequency_hz=oscillation_frequency(radius, aspect, joint.material),
        instability=restless * (1 + 0.35 * film.water.values + 0.5 * film.oil.values),
    )
