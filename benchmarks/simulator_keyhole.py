"""Checks that the laser and the busbar simulator share: keyhole out of focus, plume, energy of the pool."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from harness import Goal, Row, row
from simulator_goals import Between

from weldfusion.simulate.laser.figures import of_states
from weldfusion.simulate.laser.keyhole import aspect_ratio, beam_radius, keyhole_number
from weldfusion.simulate.laser.material import Material
from weldfusion.simulate.laser.sensors import spectrometer
from weldfusion.simulate.laser.sensors.spectral_lines import LINES, boltzmann_temperature
from weldfusion.simulate.laser.states import States


def depths_out_of_focus(waist_m: float, rayleigh_m: float, material: Material) -> Iterator[Row]:
    """Check 5, at 4 kW and 0.12 m/s."""
    for focus, depth in ((0, 4.79), (2, 4.28), (4, 3.10), (6, 1.80)):
        radius = beam_radius(waist_m, focus * 1e-3, rayleigh_m)
        found = 1e3 * radius * aspect_ratio(keyhole_number(4e3, 0.12, radius, material), material)
        yield row(f"5 depth {focus} mm out of focus", float(found), "mm", Between(">=", depth, 0.01))


def copper_temperature(material: Material) -> Row:
    """Check 19: the temperature that three lines of copper in the vapour tell, without noise."""
    copper = tuple(line for line in LINES if line.species == "Cu")
    vapour = replace(material, radiation=replace(material.radiation, vapour={"Cu": 0.30}))
    strength = spectrometer.line_heights(vapour, np.array([5200.0]), np.zeros(1))[0]
    found = float(boltzmann_temperature(copper, strength))
    return row("19 temperature from three Cu lines, 5200 K put in", found, "K", Between(">=", 5200, 1))


def of_films(material: Material) -> tuple[float, float]:
    """Check 19 on a nominal plume: Balmer-alpha, wet over dry; light at 515 nm, oil over clean."""
    lines = spectrometer.lines_of(material)
    dry, wet = (
        spectrometer.line_heights(material, np.array([kelvin]), np.array([water]))[0]
        for kelvin, water in ((5200.0, 0.0), (0.95 * 5200.0, 1.0))
    )
    hydrogen = [line.species for line in lines].index("H")
    clean = dry @ spectrometer.line_profiles(lines) + spectrometer.continuum()
    oiled = clean + 0.4 * spectrometer.continuum() + spectrometer.oil_bands()
    at = int(np.abs(spectrometer.WAVELENGTHS_NM - 515).argmin())
    return float(wet[hydrogen] / dry[hydrogen]), float(oiled[at] / clean[at])


def energy(states: Sequence[States], about: str = "") -> Iterator[Row]:
    """Check 15 without the pool's length."""
    melted = max(of_states.melted_share(some).max() for some in states)
    yield row(f"{about}15 melted over absorbed power, largest", melted, "", Goal("<=", 0.48))
    width = min((some.heat.pool_width_m.values / some.heat.radius_m.values).min() for some in states)
    yield row(f"{about}15 pool width over beam radius, smallest", width, "", Goal(">=", 3.0))


def pool_lengths_mm(states: Sequence[States]) -> list[float]:
    """Mean of each weld."""
    return [1e3 * float(some.heat.pool_length_m.values.mean()) for some in states]
