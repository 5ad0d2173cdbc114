"""Collapses of the keyhole: when they come, of which kind, and how depth and mouth dip."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.laser.fluctuation import RATE, Fluctuation

KINDS = ("full collapse", "root pinch-off", "mouth closure")
SHARES = np.array([0.35, 0.40, 0.25])
DEPTH_PART = np.array([1.0, 1.0, 0.1])
MOUTH_PART = np.array([1.0, 0.1, 1.0])
BASE_RATE = 4.0
VENTING = 0.90
REFRACTORY_S = 3e-3
DEEPEST_DIP = 0.95


@dataclass(frozen=True)
class Events:
    """Collapses of one weld: seconds, index into `KINDS`, relative drop (drawn from 0.30–0.90)."""

    time_s: np.ndarray
    kind: np.ndarray
    drop: np.ndarray

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def mouth_drop(self) -> np.ndarray:
        """Relative drop of the mouth's area."""
        return self.drop * MOUTH_PART[self.kind]


def draw_events(fluctuation: Fluctuation, open_share: float, rng: np.random.Generator) -> Events:
    """Cox process: λ = 4/s (σ_r/0.10)² exp(1.2(|q| − 1)) (1 − 0.90 ō), 3 ms apart at least.

    Args:
        fluctuation: bursts of the oscillation (|q|) precede collapses.
        open_share: mean share of the weld with an open root (ō): an open keyhole vents.
    """
    rate = BASE_RATE * (fluctuation.scatter / 0.10) ** 2 * np.exp(1.2 * (fluctuation.envelope - 1))
    rate *= 1 - VENTING * open_share
    candidates = np.flatnonzero(rng.random(len(rate)) < rate / RATE) / RATE
    times: list[float] = []
    for time in candidates:
        if not times or time - times[-1] >= REFRACTORY_S:
            times.append(float(time))
    kinds = rng.choice(len(KINDS), size=len(times), p=SHARES)
    return Events(np.array(times), kinds, 0.30 + 0.60 * rng.beta(2, 2, size=len(times)))


def _dip(times: np.ndarray, drops: np.ndarray, rise_s: float, fall_s: float, samples: int) -> np.ndarray:
    length = round(8 * fall_s * RATE)
    t = np.arange(length) / RATE
    kernel = (1 - np.exp(-t / rise_s)) * np.exp(-t / fall_s)
    kernel /= kernel.max()
    dip = np.zeros(samples + length)
    for time, drop in zip(times, drops, strict=True):
        start = round(time * RATE)
        dip[start : start + length] += drop * kernel
    return np.minimum(dip[:samples], DEEPEST_DIP)


def depth_dip(events: Events, samples: int) -> np.ndarray:
    """Relative dip of the depth over time at 20 kHz: rise 0.15 ms, recovery 2.5 ms."""
    return _dip(events.time_s, events.drop * DEPTH_PART[events.kind], 0.15e-3, 2.5e-3, samples)


def mouth_dip(events: Events, samples: int) -> np.ndarray:
    """Relative dip of the mouth's area over time at 20 kHz: rise 0.1 ms, recovery 1 ms."""
    return _dip(events.time_s, events.mouth_drop, 0.1e-3, 1e-3, samples)
