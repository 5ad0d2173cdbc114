"""Simulated aluminium TIG welds that several tests look at, made once."""

from collections.abc import Callable, Sequence

import pytest

from weldfusion.simulate.aluminium_tig.process import AluminiumTig
from weldfusion.simulate.aluminium_tig.weld import SimulatedWeld, simulate_weld
from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.process import plan_welds

Make = Callable[..., list[SimulatedWeld]]


@pytest.fixture(scope="session")
def make() -> Make:
    """`make(count, seed, sensors, weld_s, knob=value …)`."""

    def made(
        count: int, seed: int = 5, sensors: Sequence[str] | None = None, weld_s: float = 40.0, **knobs: float
    ) -> list[SimulatedWeld]:
        plan = plan_welds(AluminiumTig(), count, seed, sensors, weld_s, Difficulty(**knobs))
        return [simulate_weld(plan, index) for index in range(count)]

    return made


@pytest.fixture(scope="session")
def many(make: Make) -> list[SimulatedWeld]:
    """States of 120 welds."""
    return make(120, 20, ["parameters"])


@pytest.fixture(scope="session")
def calm(make: Make) -> list[SimulatedWeld]:
    """States of 40 welds without group effects and without disturbances."""
    return make(40, 3, ["parameters"], 20.0, group_scale=0, hidden_scale=0)
