"""What acts on a weld over time: current, speed, torch, plates and film, with servo dips, at 64 Hz."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.aluminium_tig.design import ARC_MM, Design, Joint
from weldfusion.simulate.random_signals import ornstein_uhlenbeck

RATE = 64.0
KINDS = ("speed dip", "current dip")
DIPS_PER_S = (0.05, 0.03)
RAMP_S = 1.0


@dataclass(frozen=True)
class Dips:
    """Short dips of the drives: time (s), kind (into `KINDS`), depth (share), length (s)."""

    time_s: np.ndarray
    kind: np.ndarray
    depth: np.ndarray
    length_s: np.ndarray


@dataclass(frozen=True)
class Inputs:
    """Arrays over time at 64 Hz: current (A), speed (mm/s), arc length (mm), arc efficiency, torch offset
    and hi-lo (mm), share of the surface under a film; the dips are in current and speed."""

    current_a: np.ndarray
    speed_mm_s: np.ndarray
    arc_mm: np.ndarray
    efficiency: np.ndarray
    offset_mm: np.ndarray
    hilo_mm: np.ndarray
    film: np.ndarray
    dips: Dips


def draw_inputs(
    joint: Joint, design: Design, duration_s: float, hidden_scale: float, rng: np.random.Generator
) -> Inputs:
    """What was set, what goes wrong (ramps of 1 s), and disturbances that wander (Ornstein–Uhlenbeck).

    Plates warm up along the seam: 6 % more heat after some 20 s.
    """
    samples = round(duration_s * RATE)
    times = np.arange(samples) / RATE

    def wander(deviation: float, time_constant: float) -> np.ndarray:
        return hidden_scale * deviation * ornstein_uhlenbeck(rng, samples, RATE, time_constant)

    wrong = _stretch(times, design.start * duration_s, design.end * duration_s, duration_s)
    warm = 1 + 0.06 * (1 - np.exp(-times / 20.0))
    current = joint.current_factor * design.current_a * _factor(design.current_factor, wrong)
    speed = joint.speed_factor * design.speed_mm_s * _factor(design.speed_factor, wrong)
    arc = np.maximum(ARC_MM + wander(0.15, 1.5), 1.0)
    efficiency = joint.efficiency * warm * (1 + wander(0.02, 3.0))
    offset = joint.offset_mm + design.offset_mm * wrong + wander(0.10, 5.0)
    hilo = joint.hilo_mm + design.hilo_mm * wrong + wander(0.06, 5.0)
    film = joint.film * np.exp(wander(0.3, 3.0)) + design.film * wrong * np.exp(wander(0.2, 2.0))
    dips = _draw_dips(duration_s, hidden_scale, rng)
    return Inputs(
        current_a=current * (1 + wander(0.004, 0.5)) * _dipped(times, dips, 1),
        speed_mm_s=speed * (1 + wander(0.008, 0.8)) * _dipped(times, dips, 0),
        arc_mm=arc,
        efficiency=efficiency,
        offset_mm=offset,
        hilo_mm=hilo,
        film=np.clip(film, 0, 1),
        dips=dips,
    )


def _stretch(times: np.ndarray, start: float, end: float, duration_s: float) -> np.ndarray:
    """0 before, 1 within, 0 after, with ramps of 1 s; no ramp at the ends of the weld."""
    rise = np.ones_like(times) if start <= 0 else np.clip((times - start) / RAMP_S, 0, 1)
    fall = np.ones_like(times) if end >= duration_s else np.clip((end - times) / RAMP_S, 0, 1)
    return np.minimum(rise, fall)


def _factor(factor: float, wrong: np.ndarray) -> np.ndarray:
    return 1 + (factor - 1) * wrong


def _draw_dips(duration_s: float, scale: float, rng: np.random.Generator) -> Dips:
    """Poisson numbers; speed falls by 0.2–0.5 for 0.2–0.6 s, current by 0.05–0.15 for 0.05–0.3 s."""
    counts = [rng.poisson(rate * scale * duration_s) for rate in DIPS_PER_S]
    kind = np.repeat(np.arange(len(KINDS)), counts)
    time, depth, length = (rng.random(len(kind)) for _ in range(3))
    order = np.argsort(time, kind="stable")
    slow = kind == 0
    return Dips(
        duration_s * time[order],
        kind[order],
        np.where(slow, 0.2 + 0.3 * depth, 0.05 + 0.10 * depth)[order],
        np.where(slow, 0.2 + 0.4 * length, 0.05 + 0.25 * length)[order],
    )


def _dipped(times: np.ndarray, dips: Dips, kind: int) -> np.ndarray:
    """Factor over time: 1 less a raised cosine in every dip of a kind."""
    factor = np.ones_like(times)
    for at in np.flatnonzero(dips.kind == kind):
        place = (times - dips.time_s[at]) / dips.length_s[at]
        inside = (place > 0) & (place < 1)
        factor[inside] *= 1 - dips.depth[at] * (1 - np.cos(2 * np.pi * place[inside])) / 2
    return factor
