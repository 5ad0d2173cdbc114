"""Simulated GTA welds that several tests look at, made once."""

from collections.abc import Callable

import pytest

from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.pulsed_gta.process import PulsedGTA
from weldfusion.simulate.pulsed_gta.weld import SimulatedWeld


@pytest.fixture(scope="session")
def gta_welds() -> list[SimulatedWeld]:
    """48 welds as frozen, with the cheap nuisance sensor only."""
    process = PulsedGTA()
    plan = plan_welds(process, 48, 20, ["noise"])
    return [process.simulate(plan, index) for index in range(48)]


@pytest.fixture(scope="session")
def plain_gta() -> Callable[[int, tuple[str, ...]], list[SimulatedWeld]]:
    """Welds without group effects, hidden disturbances and drop-outs, pictures of 64 pixels."""
    process = PulsedGTA(picture_px=64)
    difficulty = Difficulty(group_scale=0, hidden_scale=0, dropouts_per_weld=0)

    def make(count: int, sensors: tuple[str, ...]) -> list[SimulatedWeld]:
        plan = plan_welds(process, count, 5, sensors, 2.0, difficulty)
        return [process.simulate(plan, index) for index in range(count)]

    return make
