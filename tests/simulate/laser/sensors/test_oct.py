"""OCT: shares of the outcomes and the bias of percentile readings."""

from dataclasses import replace

import numpy as np
import pytest

from weldfusion.simulate.laser.figures import of_sensors
from weldfusion.simulate.laser.preset import LASER_SS, Difficulty
from weldfusion.simulate.laser.process import plan_laser
from weldfusion.simulate.laser.weld import simulate_weld


@pytest.fixture(scope="module")
def found(plain):
    return of_sensors.oct_outcomes(plain(30, ("oct",)))


def test_shares_of_the_outcomes(found) -> None:
    assert 0.10 < found["no signal"] < 0.20
    assert 0.06 < found["too deep"] < 0.10
    assert 0.65 < found["too shallow"] < 0.75


def test_the_85th_percentile_of_5_ms_is_nearly_unbiased_and_the_95th_reads_ghosts(found) -> None:
    assert abs(found["bias of 85th"]) < 0.1
    assert found["bias of 95th"] > 0.3
    assert found["bias of 80th"] < 0


def test_steel_shows_its_bottom_more_often(found) -> None:
    preset = replace(LASER_SS, difficulty=Difficulty(group_scale=0, dropouts_per_weld=0))
    plan = plan_laser(12, 5, sensors=("oct",), preset=preset)
    steel = of_sensors.oct_outcomes([simulate_weld(plan, index) for index in range(12)])
    assert steel["too shallow"] < found["too shallow"] - 0.1
    assert steel["too deep"] < found["too deep"] + 0.02


def test_no_reading_while_the_laser_is_off(plain) -> None:
    recording = plain(1, ("oct",))[0].recordings["oct"]
    times = recording.true.times(2.0)
    assert np.isnan(recording.values[0, (times < 0) | (times > 2.0)]).all()
    assert recording.values.dtype == np.float32
    assert np.nanmin(recording.values) >= 0
