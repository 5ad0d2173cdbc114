"""What is set for a weld, what goes wrong in it, and the plate and joint it really meets."""

from dataclasses import dataclass

import numpy as np

from weldfusion.simulate.aluminium_tig.pool import EFFICIENCY, arc_voltage, speed_for_depth
from weldfusion.simulate.groups import Groups

CAUSES = ("none", "slow travel", "film", "fast with more current", "torch beside the joint", "fast or cold")
NEAR_EQUAL = (0.05, 0.20, 0.17, 0.17, 0.19, 0.22)
AS_5083 = (0.33, 0.06, 0.25, 0.15, 0.11, 0.10)
PLATE_MM, ARC_MM = 3.0, 3.0
CURRENT_A = (120.0, 140.0)
NOMINAL_RATIO = (1.06, 1.16)


@dataclass(frozen=True)
class Design:
    """What is set and planned for one weld.

    Current (A) and speed (mm/s) are what the operator sets. The rest is what goes wrong from `start` to `end`
    (shares of the weld's length): factors on current and speed, offset of the torch and hi-lo (mm), share of
    the surface under a film. `cause` tells it in a word. None of these says how the weld comes out: labels
    never use them.
    """

    cause: str
    current_a: float
    speed_mm_s: float
    start: float = 0.0
    end: float = 1.0
    current_factor: float = 1.0
    speed_factor: float = 1.0
    offset_mm: float = 0.0
    hilo_mm: float = 0.0
    film: float = 0.0


@dataclass(frozen=True)
class Joint:
    """The weld's true plate, groove, arc and drives, group effects included; mm."""

    plate_mm: float
    groove_half_mm: float
    efficiency: float
    depth_factor: float
    current_factor: float
    speed_factor: float
    offset_mm: float
    hilo_mm: float
    film: float


def shares(imbalance: float) -> np.ndarray:
    """Shares of the causes: nearly equal at 0, as unequal as the public 5083 pictures at 1, more above.

    >>> shares(0.0).round(3).tolist() == list(NEAR_EQUAL), shares(1.0).round(3).tolist() == list(AS_5083)
    (True, True)
    """
    equal = np.array(NEAR_EQUAL)
    unequal = equal * (np.array(AS_5083) / equal) ** imbalance
    return unequal / unequal.sum()


def draw_design(rng: np.random.Generator, imbalance: float = 0.0, spread: float = 1.0) -> Design:
    """Current and nominal depth are drawn, the speed is solved from them; then what goes wrong, and where.

    Args:
        rng: stream of the design.
        imbalance: see `shares`.
        spread: factor on the width of the ranges of current and nominal depth about their middle.
    """
    current = _within(rng, CURRENT_A, spread)
    power = EFFICIENCY * current * float(arc_voltage(np.array(current), np.array(ARC_MM)))
    speed = speed_for_depth(_within(rng, NOMINAL_RATIO, spread), power, PLATE_MM)
    cause = CAUSES[int(rng.choice(len(CAUSES), p=shares(imbalance)))]
    start, end = _stretch(rng)
    return Design(cause, current, speed, start, end, **_fault(cause, rng))


def _within(rng: np.random.Generator, limits: tuple[float, float], spread: float) -> float:
    middle, half = sum(limits) / 2, (limits[1] - limits[0]) / 2
    return middle + spread * half * rng.uniform(-1, 1)


def _stretch(rng: np.random.Generator) -> tuple[float, float]:
    """Where it goes wrong: from the beginning in three of five welds, to the end in three of four."""
    begins, start, ends, end = rng.random(), rng.uniform(0.10, 0.40), rng.random(), rng.uniform(0.65, 0.90)
    return (0.0 if begins < 0.6 else start), (1.0 if ends < 0.75 else end)


def _fault(cause: str, rng: np.random.Generator) -> dict[str, float]:
    """The numbers behind a cause; most reach what they are named for, some do not."""
    a, b, c = rng.random(3)
    sign = 1.0 if rng.random() < 0.5 else -1.0
    if cause == "slow travel":
        return {"speed_factor": 0.46 + 0.14 * a, "current_factor": 1.0 + 0.12 * b}
    if cause == "film":
        return {"film": 0.30 + 0.40 * a}
    if cause == "fast with more current":
        speed = 1.75 + 0.55 * a
        return {
            "speed_factor": speed,
            "current_factor": speed**0.45 * (0.95 + 0.08 * b),
            "offset_mm": sign * 0.5 * c,
        }
    if cause == "torch beside the joint":
        if c < 0.65:
            return {"offset_mm": sign * (0.75 + 0.65 * a)}
        return {"hilo_mm": sign * (0.45 + 0.45 * a), "offset_mm": sign * 0.3 * b}
    if cause == "fast or cold":
        if c < 0.7:
            return {"speed_factor": 1.95 + 0.65 * a, "current_factor": 0.93 + 0.08 * b}
        return {"speed_factor": 1.1 + 0.3 * a, "current_factor": 0.72 + 0.08 * b}
    return {}


def draw_joint(groups: Groups) -> Joint:
    """Plate 1.5 %, groove 3 %, film (workpiece); arc 2.5 % and melt flow 4 % (session); drives (machine)."""
    return Joint(
        plate_mm=PLATE_MM * groups.factor("plate", workpiece=0.015),
        groove_half_mm=3.45 * groups.factor("groove", workpiece=0.03),
        efficiency=EFFICIENCY * groups.factor("arc", session=0.025),
        depth_factor=groups.factor("melt flow", session=0.04, workpiece=0.02),
        current_factor=groups.factor("current set", machine=0.01),
        speed_factor=groups.factor("speed set", machine=0.02),
        offset_mm=0.12 * groups.normal("session", "offset") + 0.12 * groups.normal("workpiece", "offset"),
        hilo_mm=0.10 * groups.normal("workpiece", "hi-lo"),
        film=0.09 * groups.factor("film", session=0.4, workpiece=0.3),
    )
