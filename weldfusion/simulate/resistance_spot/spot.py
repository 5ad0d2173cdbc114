"""One spot weld from what it meets: current → heat → expulsions, spatter, movement and marks."""

import numpy as np

from weldfusion.simulate.curve import Curve
from weldfusion.simulate.random_signals import ornstein_uhlenbeck
from weldfusion.simulate.resistance_spot.heating import RATE, T_ROOM, Heating, heat
from weldfusion.simulate.resistance_spot.joint import Joint
from weldfusion.simulate.resistance_spot.states import (
    FAYING,
    SURFACE,
    Electric,
    Expulsions,
    Heat,
    Mark,
    Mechanics,
    Spatter,
    States,
)

HOLD_S = 0.10
RISE_S = 0.010
STUCK = ((0.16, 0.14, 0.70), (0.55, 0.40, 0.05))
"""Chance of a particle to stick to the upper and lower side or to leave, by kind of expulsion."""


def simulate_spot(
    joint: Joint, current_ka: float, time_ms: float, hidden: float, rng: np.random.Generator
) -> States:
    """States of one weld with a set current and time; `hidden` scales the current's wander."""
    on = round(time_ms * 1e-3 * RATE)
    current = _current(1e3 * current_ka * joint.current, on, hidden, rng)
    heating = heat(current, joint.stack)
    expulsions = _expulsions(heating, joint, rng)
    spatter = _spatter(expulsions, rng)
    mark = _mark(heating, expulsions, joint, time_ms * 1e-3)
    hold = round(HOLD_S * RATE)
    return States(
        duration_s=(on + hold) / RATE,
        weld_s=on / RATE,
        sheets_m=joint.sheets_m,
        strength=joint.strength,
        electric=Electric(
            Curve(np.concatenate([current, np.zeros(hold)]), RATE),
            _held(heating.contact_ohm, hold),
            _held(heating.bulk_ohm, hold),
        ),
        heat=Heat(_held(heating.temperature_k, hold), _held(heating.nugget_m, hold)),
        mechanics=_mechanics(heating, expulsions, mark, joint, hold, rng),
        mark=mark,
        expulsions=expulsions,
        spatter=spatter,
    )


def _held(values: np.ndarray, samples: int) -> Curve:
    return Curve(np.concatenate([values, np.full(samples, values[-1])]), RATE)


def _current(level_a: float, samples: int, hidden: float, rng: np.random.Generator) -> np.ndarray:
    """Rise in 10 ms, ripple of a 1 kHz inverter (1.5 %), slow wander (0.5 %)."""
    t = np.arange(samples) / RATE
    ripple = 0.015 * np.sin(2 * np.pi * (1000 * t + rng.random()))
    wander = 0.005 * hidden * ornstein_uhlenbeck(rng, samples, RATE, 0.1)
    return level_a * np.minimum(t / RISE_S, 1.0) * (1 + ripple + wander)


def _expulsions(heating: Heating, joint: Joint, rng: np.random.Generator) -> Expulsions:
    count = len(heating.expulsions)
    kind = np.full(count, SURFACE if joint.expels_at_surface else FAYING)
    return Expulsions(heating.expulsions / RATE, kind, 0.1 + 0.3 * rng.beta(2, 3, count))


def _spatter(expulsions: Expulsions, rng: np.random.Generator) -> Spatter:
    counts = rng.poisson(12 + 60 * expulsions.size)
    event = np.repeat(np.arange(len(expulsions)), counts)
    number = len(event)
    chances = np.array(STUCK)[expulsions.kind[event]].cumsum(axis=1) if number else np.zeros((0, 3))
    place = (rng.random(number)[:, None] > chances[:, :2]).sum(axis=1)
    return Spatter(
        event=event,
        direction_rad=rng.uniform(0, 2 * np.pi, number),
        reach_m=3.0e-3 + 2.5e-3 * rng.gamma(1.5, 1.0, number),
        size_m=0.24e-3 * np.exp(0.4 * rng.standard_normal(number)),
        stuck=np.array([1, -1, 0])[place],
    )


def _mark(heating: Heating, expulsions: Expulsions, joint: Joint, time_s: float) -> Mark:
    """Surface heat: a share of the faying temperature, wider with nugget and time (diffusion)."""
    tip, nugget = joint.stack.tip_m, float(heating.nugget_m[-1])
    share = nugget / tip
    inner = float(heating.temperature_k[-1]) - T_ROOM
    height = joint.stack.height_m
    sunk = 0.02 + 0.10 * share**2 * (joint.stack.force_n / 1500) ** 0.4 + 0.15 * expulsions.size.sum()
    return Mark(
        tip_m=tip,
        indentation_m=min(sunk, 0.5) * height / 2,
        offset_m=joint.lean * tip / 2,
        lean=joint.lean,
        hot_radius_m=float(np.sqrt((0.50 * nugget) ** 2 + (0.35 * tip) ** 2 + 4 * 2.5e-6 * time_s)),
        surface_k=T_ROOM + inner * (0.27 + 0.37 * share),
        oxide=joint.tint,
    )


def _mechanics(
    heating: Heating,
    expulsions: Expulsions,
    mark: Mark,
    joint: Joint,
    hold: int,
    rng: np.random.Generator,
) -> Mechanics:
    """Electrodes are pushed apart by heat and melt, sink in with the indentation, drop at expulsions.

    Friction of the cylinder lets them stick and slip, two or three times a second.
    """
    height = joint.stack.height_m
    warm = 1.4e-5 * 0.6 * height * (heating.temperature_k - T_ROOM)
    melt = 0.03 * height * (heating.nugget_m / joint.stack.tip_m) ** 2
    ramp = np.linspace(0, 1, len(warm)) ** 2
    lost = np.zeros(len(warm))
    for time, kind, size in zip(expulsions.time_s, expulsions.kind, expulsions.size, strict=True):
        lost[round(time * RATE) :] += (0.12 if kind == FAYING else 0.03) * size * height
    moved = warm + melt - 0.25 * mark.indentation_m * ramp - lost
    cooling = np.exp(-np.arange(1, hold + 1) / RATE / 0.08)
    moved = np.concatenate([moved, moved[-1] - (warm[-1] + melt[-1]) * (1 - cooling)])
    moved += _stick_slip(len(moved), rng)
    force = joint.stack.force_n * (1 + 400 * moved)
    return Mechanics(Curve(force, RATE), Curve(moved, RATE))


def _stick_slip(samples: int, rng: np.random.Generator) -> np.ndarray:
    """Jumps (m) of the cylinder, 12 µm in the mean, up and down."""
    steps = np.zeros(samples)
    count = rng.poisson(2.5 * samples / RATE)
    places = rng.integers(0, samples, count)
    np.add.at(steps, places, 12e-6 * rng.exponential(1.0, count) * rng.choice((-1.0, 1.0), count))
    return steps.cumsum()
