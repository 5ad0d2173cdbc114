"""Simulated welds that several tests look at, made once."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from weldfusion.simulate.laser.preset import LASER_AL, Difficulty
from weldfusion.simulate.laser.process import plan_laser
from weldfusion.simulate.laser.weld import SimulatedWeld, simulate_weld


@pytest.fixture(scope="session")
def welds() -> list[SimulatedWeld]:
    """80 welds of the default preset with the cheap nuisance sensor only."""
    plan = plan_laser(80, 20, sensors=["noise"])
    return [simulate_weld(plan, index) for index in range(80)]


@pytest.fixture(scope="session")
def plain() -> Callable[[int, tuple[str, ...]], list[SimulatedWeld]]:
    """Welds without group effects and drop-outs, for the physics of the sensors."""
    preset = replace(LASER_AL, difficulty=Difficulty(group_scale=0, dropouts_per_weld=0))

    def make(count: int, sensors: tuple[str, ...]) -> list[SimulatedWeld]:
        plan = plan_laser(count, 5, sensors=sensors, preset=preset)
        return [simulate_weld(plan, index) for index in range(count)]

    return make
