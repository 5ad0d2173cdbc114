"""Material table: liquid-state properties, depth line and absorptivity curve of keyhole welding.

Properties: `dataset_keyhole.csv` of xiaoyuxie-vico/PyDimension (MIT licence, commit d889c08). Surface
tension and viscosity are handbook values that were not looked up again. The depth line and the
absorptivity curve were fitted to the same file (Ti-6Al-4V: 71 rows, Al 6061: 12, SS 316: 7).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class DepthLine:
    """Aspect ratio e* = slope · Ke + intercept (Gan et al. 2021, doi 10.1038/s41467-021-22704-0)."""

    slope: float
    intercept: float


@dataclass(frozen=True)
class AbsorptivityCurve:
    """η(e*) = start + (end − start)(1 − exp(−e*/scale)): more reflections in a deeper keyhole."""

    start: float
    end: float
    scale: float

    def __call__(self, aspect: np.ndarray) -> np.ndarray:
        return self.start + (self.end - self.start) * (1 - np.exp(-np.asarray(aspect) / self.scale))


@dataclass(frozen=True)
class Liquid:
    """Properties of the melt, SI units; `melting_rise_k` is T_liquidus − T_0."""

    density: float
    heat_capacity: float
    diffusivity: float
    conductivity: float
    melting_rise_k: float
    latent_heat: float
    surface_tension: float
    viscosity: float

    @property
    def melting_enthalpy(self) -> float:
        """J/m³ to melt the material from T_0."""
        return self.density * (self.heat_capacity * self.melting_rise_k + self.latent_heat)


@dataclass(frozen=True)
class Radiation:
    """What optical sensors see of a material; values are our choice.

    `liquid` and `solid` emissivity at 3.9 µm; `vapour` names the emitting species, each with the height of
    its highest line in a nominal plume of 5200 K. `oct_bottom` is the chance that an OCT reading comes from
    the keyhole's bottom at low speed, `oct_repeated` that it was reflected several times.
    """

    liquid: float
    solid: float
    vapour: Mapping[str, float]
    oct_bottom: float = 0.13
    oct_repeated: float = 0.06


@dataclass(frozen=True)
class Material:
    """A material: melt, depth line, absorptivity, radiation, critical aspect ratio of the instability."""

    name: str
    liquid: Liquid
    depth_line: DepthLine
    absorptivity: AbsorptivityCurve
    radiation: Radiation
    critical_aspect: float = 16.0


AL_6061 = Material(
    "EN AW-6061 aluminium",
    Liquid(2415, 1170, 3.185e-5, 90, 622, 3.80e5, 0.87, 1.2e-3),
    DepthLine(0.371, -0.595),
    AbsorptivityCurve(0.080, 0.450, 10.0),
    Radiation(
        0.12, 0.22, {"Al": 0.30, "Mg": 0.12, "Fe": 0.03, "Cu": 0.015, "Na": 0.08, "K": 0.03, "H": 0.012}
    ),
    critical_aspect=16,
)
SS_304 = Material(
    "EN 1.4301 (304) stainless steel",
    Liquid(6881, 790, 4.95e-6, 26.9, 1430, 2.60e5, 1.6, 5e-3),
    DepthLine(0.389, 0.019),
    AbsorptivityCurve(0.178, 0.707, 4.0),
    Radiation(
        0.28,
        0.55,
        {"Fe": 0.20, "Cr": 0.12, "Mn": 0.10, "Na": 0.08, "K": 0.03, "H": 0.012},
        oct_bottom=0.40,
        oct_repeated=0.03,
    ),
    critical_aspect=10,
)
TI_6AL_4V = Material(
    "Ti-6Al-4V",
    Liquid(3920, 830, 1.027e-5, 33.4, 1630, 2.86e5, 1.5, 3.5e-3),
    DepthLine(0.4037, -0.4349),
    AbsorptivityCurve(0.331, 0.702, 3.9),
    Radiation(0.28, 0.55, {"Na": 0.08, "K": 0.03, "H": 0.012}),
)
