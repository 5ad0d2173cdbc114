"""Dynamic resistance, current, electrode force and displacement of the electrodes over time.

The resistance is voltage over current at the electrode holders, so leads and holders are in it; it is 0 where
no current flows. Noise, gains and the rig's vibration are our choice.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from weldfusion.data.card import Modality
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.groups import Groups
from weldfusion.simulate.random_signals import ornstein_uhlenbeck
from weldfusion.simulate.resistance_spot.states import States
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.sensors.dropout import hold

RATE = 5_000
CHANNELS = ("resistance_uohm", "current_ka", "force_n", "displacement_um")
LEAST_A = 500.0


@dataclass(frozen=True)
class Setup:
    """Resistance of the leads (µΩ), gains of the channels, the rig's vibration (µm), factor on the noise."""

    leads_uohm: float
    gains: tuple[float, float, float, float]
    vibration_um: float
    noise: float


def setup(groups: Groups, noise: float) -> Setup:
    """Leads 40 ± 15 µΩ by machine, ± 12 by session; gains by machine and session."""
    leads = 40 + 15 * groups.normal("machine", "leads") + 12 * groups.normal("session", "leads")
    gains = (
        groups.factor("voltage gain", machine=0.03, session=0.05),
        groups.factor("current gain", machine=0.01, session=0.01),
        groups.factor("force gain", machine=0.03, session=0.03),
        groups.factor("displacement gain", machine=0.10, session=0.10),
    )
    return Setup(max(leads, 5.0), gains, 10 * groups.factor("vibration", session=0.3), noise)


def record(
    states: States, setup: Setup, clock: Clock, dropouts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Signals (4, time) float32 in the units of `CHANNELS`; a drop-out holds the last value."""
    times = clock.times(states.duration_s)
    electric, mechanics = states.electric, states.mechanics
    current = _at(electric.current_a, times)
    ohm = Curve(electric.contact_ohm.values + electric.bulk_ohm.values, RATE)
    flowing = current > LEAST_A
    noises = rng.standard_normal((4, len(times)))
    shaking = ornstein_uhlenbeck(rng, len(times), RATE, 0.012)
    drift = ornstein_uhlenbeck(rng, len(times), RATE, 0.05)
    resistance = 1e6 * _at(ohm, times) + setup.leads_uohm + setup.noise * (3 * noises[0] + 4 * drift)
    moved = 1e6 * _at(mechanics.displacement_m, times)
    signals = np.stack(
        [
            np.where(flowing, resistance, 0.0),
            1e-3 * current + 0.02 * setup.noise * noises[1],
            _at(mechanics.force_n, times) + setup.noise * (15 * noises[2] + 0.6 * shaking),
            moved + setup.noise * (1.5 * noises[3] + setup.vibration_um * shaking),
        ]
    )
    signals *= np.array(setup.gains)[:, None]
    return hold(signals.astype(np.float32), times, dropouts)


def _at(curve: Curve, times: np.ndarray) -> np.ndarray:
    """Linear between samples; before and after the record its ends are held."""
    return np.interp(times, curve.times, curve.values)


def modality() -> Modality:
    """How the card describes the sensor."""
    return Modality(
        "curves",
        "waveform",
        timed=True,
        rate=Fraction(RATE),
        channels=CHANNELS,
        column="curves",
        description="dynamic resistance with leads (µΩ; 0 without current), current (kA), electrode force "
        "(N), displacement of the electrodes (µm)",
    )
