"""Simulated spot welds that several tests look at, made once."""

from collections.abc import Callable

import pytest

from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.process import Plan, plan_welds
from weldfusion.simulate.resistance_spot.process import ResistanceSpot
from weldfusion.simulate.resistance_spot.weld import Choice, SimulatedSpot, simulate_weld

Made = list[SimulatedSpot]


@pytest.fixture(scope="session")
def plan_of() -> Callable[..., Plan]:
    """The plan of some welds; knobs by name."""

    def make(welds: int, seed: int = 5, sensors: tuple[str, ...] | None = None, **knobs: float) -> Plan:
        return plan_welds(ResistanceSpot(), welds, seed, sensors, None, Difficulty(**knobs))

    return make


@pytest.fixture(scope="session")
def many(plan_of: Callable[..., Plan]) -> Made:
    """240 welds as their settings give them, without pictures."""
    plan = plan_of(240, 20, ("parameters",))
    return [simulate_weld(plan, index, Choice()) for index in range(240)]


@pytest.fixture(scope="session")
def thirds(plan_of: Callable[..., Plan]) -> Made:
    """45 welds with all sensors, a third of each class, without drop-outs."""
    plan = plan_of(45, 6, None, dropouts_per_weld=0)
    return [simulate_weld(plan, index, Choice((1, 1, 1))) for index in range(45)]
