"""Figures of many welds' states: spectra, collapses, pores, scatter, energy."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import welch
from scipy.stats import skew

from weldfusion.simulate.laser.events import KINDS
from weldfusion.simulate.laser.labels import (
    PENETRATION,
    SMALLEST_PORE_M,
    penetration_along,
    pores_per_cm,
    weld_penetration,
)
from weldfusion.simulate.laser.pool import SHAPE_FACTOR
from weldfusion.simulate.laser.states import States

SEGMENT = 4096
WINDOW_S = 0.05


def spectral_slope(values: np.ndarray, rate: float, low: float, high: float) -> float:
    """Slope of the power spectral density between two frequencies, in double logarithmic terms.

    >>> walk = np.cumsum(np.random.default_rng(0).standard_normal(200_000))
    >>> bool(abs(spectral_slope(walk, 20_000.0, 50.0, 1000.0) + 2) < 0.1)
    True
    """
    frequency, density = welch(values - values.mean(), rate, nperseg=SEGMENT)
    used = (frequency > low) & (frequency < high)
    return float(np.polyfit(np.log(frequency[used]), np.log(density[used]), 1)[0])


def depth_slopes(states: Sequence[States]) -> np.ndarray:
    """Spectral slope of the keyhole's depth from 2 to 7 kHz, one value a weld."""
    depths = (some.keyhole.depth_m for some in states)
    return np.array([spectral_slope(depth.values, depth.rate, 2e3, 7e3) for depth in depths])


def oscillation_ratios(states: Sequence[States]) -> np.ndarray:
    """Peak of frequency × density of the depth over the keyhole's mean frequency, one value a weld."""
    ratios = []
    for some in states:
        depth = some.keyhole.depth_m
        frequency, density = welch(depth.values - depth.values.mean(), depth.rate, nperseg=SEGMENT)
        near = (frequency > 300) & (frequency < 3_000)
        peak = frequency[near][np.argmax(uniform_filter1d(frequency * density, 9)[near])]
        ratios.append(peak / some.heat.frequency_hz.values.mean())
    return np.array(ratios)


def class_shares(states: Sequence[States]) -> dict[str, float]:
    """Share of windows of 50 ms by penetration."""
    labels = [name for some in states for name in penetration_along(some, WINDOW_S).labels]
    return {name: labels.count(name) / len(labels) for name in PENETRATION}


def collapses(states: Sequence[States]) -> dict[str, float]:
    """Collapses: number per second, Fano factor in 200 ms, shortest interval (s), share of each kind."""
    counts = [
        np.histogram(some.events.time_s, round(some.duration_s / 0.2), (0, some.duration_s))[0]
        for some in states
    ]
    number = np.concatenate(counts)
    gaps = np.concatenate([np.diff(some.events.time_s) for some in states])
    kinds = np.bincount(
        np.concatenate([some.events.kind for some in states]).astype(int), minlength=len(KINDS)
    )
    shares = {f"share of {kind}": float(n / kinds.sum()) for kind, n in zip(KINDS, kinds, strict=True)}
    seconds = sum(some.duration_s for some in states)
    return {
        "per second": float(number.sum() / seconds),
        "fano": float(number.var() / number.mean()),
        "shortest interval": float(gaps.min(initial=np.inf)),
        **shares,
    }


def pore_sizes(states: Sequence[States]) -> dict[str, float]:
    """Pores that stayed: number, median (µm), share over 100 µm, sd and skew of ln; share that stayed."""
    stayed = np.concatenate([some.pores.survived for some in states])
    diameter = 1e6 * np.concatenate([some.pores.diameter_m for some in states])[stayed]
    return {
        "number": float(len(diameter)),
        "median": float(np.median(diameter)),
        "over 100 µm": float(np.mean(diameter > 100)),
        "sd of ln": float(np.log(diameter).std()),
        "skew of ln": float(skew(np.log(diameter))),
        "stayed": float(stayed.mean()),
    }


def porosity_by_penetration(states: Sequence[States]) -> dict[str, float]:
    """Pores of at least 50 µm per cm by the penetration of the weld, and of the ones that are not FP."""
    number, length = dict.fromkeys(PENETRATION, 0.0), dict.fromkeys(PENETRATION, 0.0)
    for some in states:
        name, cm = weld_penetration(penetration_along(some)), 100 * some.speed_m_s * some.duration_s
        number[name] += pores_per_cm(some) * cm
        length[name] += cm
    rates = {name: number[name] / length[name] if length[name] else float("nan") for name in PENETRATION}
    return {**rates, "not FP": (number["LP"] + number["PP"]) / (length["LP"] + length["PP"])}


def scatter_correlations(states: Sequence[States]) -> Mapping[str, float]:
    """Correlation over windows of 50 ms of the sd of depth and of opening with 'a pore is born here'."""
    depth, opening, pores = [], [], []
    for some in states:
        count = round(some.duration_s / WINDOW_S)
        depth.append(some.keyhole.depth_m.values.reshape(count, -1).std(axis=1) / some.plate_m)
        opening.append(some.keyhole.opening.values.reshape(count, -1).std(axis=1))
        kept = some.pores.survived & (some.pores.diameter_m >= SMALLEST_PORE_M) & (some.pores.event >= 0)
        born = some.events.time_s[some.pores.event[kept]]
        pores.append(np.histogram(born, count, (0, some.duration_s))[0] > 0)
    presence = np.concatenate(pores).astype(float)
    return {
        name: float(np.corrcoef(np.concatenate(values), presence)[0, 1])
        for name, values in (("depth", depth), ("opening", opening))
    }


def melted_share(some: States) -> np.ndarray:
    """Power in the melted section over absorbed power, over time at 500 Hz.

    The section is taken back from the pool's width: 0.38 times width and depth within the plate.
    """
    heat = some.heat
    depth = np.minimum(heat.aspect.values * heat.radius_m.values, some.plate_m)
    section = SHAPE_FACTOR * heat.pool_width_m.values * depth
    melted = section * some.speed_m_s * some.material.liquid.melting_enthalpy
    return melted / (heat.absorptivity.values * heat.power_w.values)
