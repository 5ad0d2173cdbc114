"""Heat of a resistance spot weld: contact and bulk resistance, temperature, nugget and expulsion.

A lumped model of the two sheets between electrode tips, tuned to the textbook curve of the dynamic resistance
(fall of the contact, minimum, beta peak, fall with the nugget, step at an expulsion). Contact resistance
depends on force and film (Wei & Wu 2012, abstract); all constants are our choice, set by hand.
"""

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np

from weldfusion.signals.kernels.compiled import compiled

RATE = 5_000
T_ROOM, T_LIQUID, MOST_EVENTS = 300.0, 1790.0, 16
FILM_CHARGE = 1.2e5
NUGGET_S = 0.12
NUGGET_W = 900.0
REFRACTORY_S = 0.06


@dataclass(frozen=True)
class Stack:
    """Two sheets between two tips, SI units, as the weld really meets them.

    Args:
        height_m: both sheets together.
        tip_m: diameter of the electrode face.
        force_n: electrode force.
        film: factor on the contact resistance.
        resistivity: factor on that of the steel.
        loss: factor on the heat that electrodes and sheets take away.
        spreading: how much of the resistance goes as the nugget grows.
        limit_m: nugget diameter at which melt is expelled.
        step: factor on the resistance at each expulsion, by which a quarter of the nugget is lost.
    """

    height_m: float
    tip_m: float
    force_n: float
    film: float
    resistivity: float
    loss: float
    spreading: float
    limit_m: float
    step: float

    @property
    def area_m2(self) -> float:
        """Of the electrode face."""
        return pi / 4 * self.tip_m**2

    @property
    def capacity_j_k(self) -> float:
        """Heat capacity of what is heated: 0.150 J/K at 0.8 + 0.8 mm under a tip of 4.6 mm."""
        return 0.150 * (self.area_m2 / 16.62e-6) * (self.height_m / 1.6e-3)

    @property
    def loss_w_k(self) -> float:
        """0.95 W/K at 0.8 + 0.8 mm under a tip of 4.6 mm; more under a larger tip, less for thick sheets."""
        return 0.95 * self.loss * (self.area_m2 / 16.62e-6) * sqrt(1.6e-3 / self.height_m)

    @property
    def contact_ohm(self) -> float:
        """Contact resistance before the current: 280 µΩ at 1500 N."""
        return 280e-6 * self.film * (1500 / self.force_n) ** 0.6


@dataclass(frozen=True)
class Heating:
    """What a current does, at 5 kHz; `expulsions` are numbers of samples."""

    contact_ohm: np.ndarray
    bulk_ohm: np.ndarray
    temperature_k: np.ndarray
    nugget_m: np.ndarray
    expulsions: np.ndarray


@compiled
def _integrate(
    square: np.ndarray, dt: float, bulk_scale: float, contact: float, capacity: float, loss: float,
    tip: float, spreading: float, limit: float, step: float,
) -> tuple[np.ndarray, np.ndarray, int]:  # fmt: skip
    rows, events = np.zeros((4, len(square))), np.zeros(MOST_EVENTS, np.int64)
    heat, nugget, charge, factor, count, last = T_ROOM, 0.0, 0.0, 1.0, 0, -len(square)
    for k in range(len(square)):
        charge += square[k] * dt
        growth = (nugget / tip) ** 2
        resistivity = 0.13e-6 + 0.95e-6 * min((heat - T_ROOM) / 1250.0, 1.1)
        bulk = factor * bulk_scale * resistivity / (1.0 + spreading * growth)
        touch = contact * np.exp(-charge / FILM_CHARGE)
        power = square[k] * (bulk + touch) - loss * (heat - T_ROOM) * (1.0 + 0.5 * growth)
        heat += power * dt / capacity
        surplus = max(heat - T_LIQUID, 0.0) * capacity / dt
        heat = min(heat, T_LIQUID)
        nugget += (tip * np.sqrt(surplus / NUGGET_W) - nugget) * dt / NUGGET_S
        if nugget > limit and count < MOST_EVENTS and (k - last) * dt > REFRACTORY_S:
            events[count], last = k, k
            count += 1
            after = (0.75 * nugget / tip) ** 2
            factor *= step * (1.0 + spreading * after) / (1.0 + spreading * (nugget / tip) ** 2)
            nugget *= 0.75
        rows[0, k], rows[1, k], rows[2, k], rows[3, k] = touch, bulk, heat, nugget
    return rows, events, count


def heat(current_a: np.ndarray, stack: Stack, rate: float = RATE) -> Heating:
    """What a current (A) at `rate` Hz does to a stack; the current ends with the array.

    >>> stack = Stack(1.6e-3, 4.6e-3, 1500.0, 1.0, 1.0, 1.0, 0.55, 1.0, 0.85)
    >>> weld = heat(np.full(2000, 5000.0), stack)
    >>> round(1e3 * float(weld.nugget_m[-1]), 1)
    3.2
    """
    rows, events, count = _integrate(
        np.square(np.asarray(current_a, np.float64)),
        1 / rate,
        stack.resistivity * stack.height_m / stack.area_m2,
        stack.contact_ohm,
        stack.capacity_j_k,
        stack.loss_w_k,
        stack.tip_m,
        stack.spreading,
        stack.limit_m,
        stack.step,
    )
    contact, bulk, kelvin, nugget = rows
    return Heating(contact, bulk, kelvin, nugget, events[:count])


def expulsion_limit(tip_m: float, force_n: float, angle_deg: float) -> float:
    """Nugget diameter (m) above which melt is expelled: 0.98 of the tip at 1500 N, less with little force
    and with inclined electrodes.

    >>> round(1e3 * expulsion_limit(4.6e-3, 1500.0, 0.0), 3)
    4.508
    """
    return 0.98 * tip_m * (force_n / 1500) ** 0.3 * (1 - 0.15 * angle_deg / 15)
