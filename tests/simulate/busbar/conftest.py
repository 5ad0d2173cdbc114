"""Simulated busbar seams that several tests look at, made once."""

import pytest

from weldfusion.simulate.busbar.preset import BUSBAR
from weldfusion.simulate.busbar.process import Busbar
from weldfusion.simulate.busbar.seam import SimulatedSeam, simulate_seam
from weldfusion.simulate.difficulty import Difficulty
from weldfusion.simulate.process import Plan, plan_welds

SEAMS = 96


@pytest.fixture(scope="session")
def plan() -> Plan:
    """Without group effects and drop-outs, for the physics."""
    return plan_welds(Busbar(), SEAMS, 5, difficulty=Difficulty(group_scale=0, dropouts_per_weld=0))


@pytest.fixture(scope="session")
def seams(plan: Plan) -> list[SimulatedSeam]:
    """Two decks of causes: 96 seams."""
    return [simulate_seam(plan, BUSBAR, index) for index in range(SEAMS)]
