"""Mean keyhole: keyhole number, aspect ratio with multiple reflections, oscillation frequency, instability.

Ke = η P / (π ρ c_p (T_l − T_0) √(α V r³)) and e* = a Ke + b (Gan et al. 2021,
doi 10.1038/s41467-021-22704-0). The line was identified in powder-bed spots (Ke < 38, e* < 13); macro
welds are an extrapolation. All arguments may be arrays; SI units.
"""

import numpy as np

from weldfusion.simulate.laser.material import Material

SMALLEST_ASPECT = 0.15
CRITICAL_SPEED = 0.08


def beam_radius(waist: float | np.ndarray, focus: float | np.ndarray, rayleigh: float) -> np.ndarray:
    """1/e² radius on the surface when the focus lies `focus` metres off it.

    >>> float(beam_radius(0.2, 4.0, 4.0)).__round__(4)
    0.2828
    """
    return waist * np.sqrt(1 + (np.asarray(focus) / rayleigh) ** 2)


def keyhole_number(
    absorbed: np.ndarray | float,
    speed: np.ndarray | float,
    radius: np.ndarray | float,
    material: Material,
    preheat: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Ke of an absorbed power (W), speed (m/s) and radius (m); `preheat` (K) lowers T_l − T_0."""
    liquid = material.liquid
    heat = np.pi * liquid.density * liquid.heat_capacity * (liquid.melting_rise_k - preheat)
    return np.asarray(absorbed / (heat * np.sqrt(liquid.diffusivity * speed * np.asarray(radius) ** 3)))


def aspect_from_keyhole_number(number: np.ndarray | float, material: Material) -> np.ndarray:
    """Free aspect ratio e* (depth over radius) by the depth line, at least 0.15."""
    line = material.depth_line
    return np.maximum(line.slope * np.asarray(number) + line.intercept, SMALLEST_ASPECT)


def aspect_ratio(
    number_at_full_absorption: np.ndarray | float,
    material: Material,
    start: float = 8.0,
    iterations: int = 100,
) -> np.ndarray:
    """Fixed point of e ← a Ke₁ η(e) + b, where Ke₁ is Ke for η = 1.

    Absorptivity and depth depend on each other; with the material table's curves there is one fixed
    point at every power (no ignition hysteresis), and 100 plain iterations reach it.
    """
    aspect = np.full_like(np.asarray(number_at_full_absorption, dtype=float), start)
    for _ in range(iterations):
        aspect = aspect_from_keyhole_number(
            number_at_full_absorption * material.absorptivity(aspect), material
        )
    return aspect


def power_for_depth(depth: float, speed: float, radius: float, material: Material) -> float:
    """Laser power (W) whose mean free depth (m) is `depth`: the fixed point, solved for P."""
    aspect = np.asarray(depth / radius)
    number = (aspect - material.depth_line.intercept) / material.depth_line.slope
    number_per_watt = keyhole_number(1.0, speed, radius, material)
    return float(number / (number_per_watt * material.absorptivity(aspect)))


def oscillation_frequency(
    radius: np.ndarray | float, aspect: np.ndarray | float, material: Material
) -> np.ndarray:
    """Frequency (Hz) of the keyhole's oscillation: capillary scaling radius^(−3/2), longer columns slower.

    (c/2π) √(γ/(ρ a³)) √(5/e*), c = 1.5 chosen so that macro spots give 0.5–1.2 kHz.
    """
    stiffness = material.liquid.surface_tension / (material.liquid.density * np.asarray(radius) ** 3)
    return 1.5 / (2 * np.pi) * np.sqrt(stiffness * 5 / np.asarray(aspect))


def instability(aspect: np.ndarray, speed: float, material: Material) -> np.ndarray:
    """Index S = (e*/e*_c) √(V_c/V): stable at small keyhole numbers, chaotic at large ones."""
    return np.asarray(aspect) / material.critical_aspect * np.sqrt(CRITICAL_SPEED / speed)
