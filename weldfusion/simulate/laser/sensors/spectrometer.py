"""Spectra of the plume, 340–800 nm: atomic lines, grey-body continuum, molecular bands of burnt oil.

Line strengths follow a Boltzmann distribution at the plume's temperature from a reference height per species,
which is our choice (true densities drown all lines but aluminium's in the continuum). Balmer-alpha over a
reference line as a sign of moisture: Shea and Gardner, J. Appl. Phys. 1983; C2 Swan band heads from memory.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.special import erfc

from weldfusion.data.card import Modality
from weldfusion.data.wavelengths import channels_of
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.laser.material import Material
from weldfusion.simulate.laser.sensors.camera_scene import over_exposure
from weldfusion.simulate.laser.sensors.spectral_lines import BOLTZMANN_EV_K, LINES, REFERENCE_K, Line, shares
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import hold

RATE = 280
WAVELENGTHS_NM = np.linspace(340, 800, 256)
FWHM_NM = 2.1
WITHIN_STEP = 16
CONTINUUM, CONTINUUM_K = 0.35, 3100.0
SELF_ABSORPTION = 0.8
WATER_GAIN, SOOT_GAIN = 40.0, 0.4
BANDS = ((473.7, 0.5, 8.0), (516.5, 1.0, 8.0), (563.6, 0.5, 8.0), (388.3, 0.6, 4.0))
BAND_HEIGHT = 0.25
SHOT, NOISE = 0.02, 0.004
FULL_SCALE = 4.0


@dataclass(frozen=True)
class Setup:
    """Throughput, offset of the temperature (K) of the plume's part in sight, factor on the noise."""

    throughput: float
    temperature_offset_k: float
    noise: float


def setup(groups: Groups, noise: float) -> Setup:
    """Throughput 30 % and temperature 120 K by session."""
    return Setup(
        throughput=groups.factor("spectrometer throughput", session=0.30),
        temperature_offset_k=120 * groups.normal("session", "plume temperature"),
        noise=noise,
    )


def lines_of(material: Material) -> tuple[Line, ...]:
    """The lines of the species in the material's vapour."""
    return tuple(line for line in LINES if line.species in material.radiation.vapour)


def line_heights(material: Material, temperature_k: np.ndarray, water: np.ndarray) -> np.ndarray:
    """Peak height (…, lines) of every line per unit of vapour, self-absorbed where it is a resonance line.

    Args:
        material: its `radiation.vapour` gives the height of each species' strongest line at 5200 K.
        temperature_k: of the plume.
        water: film 0 … 1, raises hydrogen by up to 41 times.
    """
    lines = lines_of(material)
    height = shares(lines) * np.array([material.radiation.vapour[line.species] for line in lines])
    energy = np.array([line.energy_ev for line in lines])
    colder = (1 / temperature_k - 1 / REFERENCE_K) / BOLTZMANN_EV_K
    heights = height * np.exp(-colder[..., None] * energy)
    hydrogen = np.array([line.species == "H" for line in lines])
    heights[..., hydrogen] *= 1 + WATER_GAIN * water[..., None]
    absorbed = np.array([SELF_ABSORPTION * line.resonance for line in lines])
    heights /= 1 + absorbed * heights
    return heights


def line_profiles(lines: tuple[Line, ...]) -> np.ndarray:
    """Gaussian of 2.1 nm full width at half maximum and height 1 for every line (lines, 256)."""
    centre = np.array([line.nm for line in lines])[:, None]
    return np.exp(-4 * np.log(2) * ((WAVELENGTHS_NM - centre) / FWHM_NM) ** 2)


def continuum() -> np.ndarray:
    """Grey body of 3100 K (256,), 0.35 at its highest."""
    planck = WAVELENGTHS_NM**-5 / np.expm1(14_388e3 / (WAVELENGTHS_NM * CONTINUUM_K))
    return CONTINUUM * planck / planck.max()


def oil_bands() -> np.ndarray:
    """C2 Swan bands and the CN band (256,): heads at their wavelengths, tails towards the violet."""
    total = np.zeros(len(WAVELENGTHS_NM))
    blur = FWHM_NM / np.sqrt(8 * np.log(2))
    for head, height, tail in BANDS:
        before = (WAVELENGTHS_NM - head) / tail
        total += (
            height * np.exp(np.minimum(before, 0)) * erfc((WAVELENGTHS_NM - head) / (blur * np.sqrt(2))) / 2
        )
    return BAND_HEIGHT * total


def light(states: States, temperature_offset_k: float, times: np.ndarray, step_s: float) -> np.ndarray:
    """Mean light (256, time) over integrations of `step_s` around `times`, before throughput and noise."""
    instants = over_exposure(times, step_s, WITHIN_STEP)
    vapour = np.maximum(states.keyhole.vapour.at(instants), 0)
    hot = states.keyhole.plume_temperature_k.at(instants, outside=REFERENCE_K) + temperature_offset_k
    water, oil = (np.clip(film.at(instants), 0, 1) for film in (states.film.water, states.film.oil))
    material = states.material
    parts = np.einsum("tk,tkl->tl", vapour, line_heights(material, hot, water)) / WITHIN_STEP
    grey = (vapour * (1 + SOOT_GAIN * oil)).mean(axis=1)
    burnt = (vapour * oil).mean(axis=1)
    profiles = np.vstack([line_profiles(lines_of(material)), continuum(), oil_bands()])
    return np.einsum("lw,tl->wt", profiles, np.column_stack([parts, grey, burnt]))


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Spectra (256, time) float32 with the dark level subtracted, in nominal levels, saturated at 4."""
    times = clock.times(states.duration_s)
    spectra = light(states, setup.temperature_offset_k, times, 1 / clock.rate).astype(np.float32)
    spectra *= np.float32(setup.throughput)
    deviation = rng.standard_normal(spectra.shape, np.float32) * np.float32(setup.noise)
    spectra += deviation * np.sqrt(SHOT**2 * spectra + np.float32(NOISE**2))
    return hold(np.minimum(spectra, FULL_SCALE, out=spectra), times, dropouts)


def modality() -> Modality:
    """How the card describes the sensor."""
    wavelengths = tuple(WAVELENGTHS_NM.tolist())
    return Modality(
        "spectrometer",
        "spectrum_sequence",
        timed=True,
        unit="1",
        rate=Fraction(RATE),
        channels=channels_of(wavelengths),
        column="spectrometer",
        wavelengths_nm=wavelengths,
        description="plume, resolution 2.1 nm, integrated over each step; levels relative to a nominal weld",
    )
