"""Spectra of the plume in steps of 1 ms: the laser's spectrometer at 1 kHz, 560 steps in a seam of 0.56 s."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.busbar.states import SeamStates
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.laser.sensors import spectrometer as laser
from weldfusion.simulate.laser.sensors.spectrometer import Setup
from weldfusion.simulate.sensors.clock import Clock

RATE = 1_000


def setup(groups: Groups, noise: float) -> Setup:
    """Throughput 15 % and temperature 50 K by session: half of the laser's, as the fibre stays put."""
    return Setup(
        throughput=groups.factor("spectrometer throughput", session=0.15),
        temperature_offset_k=50 * groups.normal("session", "plume temperature"),
        noise=noise,
    )


def record(
    states: SeamStates, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Spectra (256, time) float32 with the dark level subtracted, in nominal levels, saturated at 4."""
    return laser.record(states.weld, setup, clock, dropouts, rng)


def modality() -> Modality:
    """How the card describes the sensor."""
    return replace(laser.modality(), rate=Fraction(RATE))
