"""What is set: ranges, collinear sheets, the mixture; and what becomes of it."""

import numpy as np
import pytest

from tests.simulate.resistance_spot.conftest import Made
from weldfusion.simulate.resistance_spot.design import PRESSURES_PSI, draw_design
from weldfusion.simulate.resistance_spot.labels import QUALITY, nugget_mm, pull_force_kn, quality
from weldfusion.simulate.resistance_spot.sensors import parameters


def test_settings_lie_in_the_ranges_of_the_study() -> None:
    rng = np.random.default_rng(3)
    designs = [draw_design(rng) for _ in range(300)]
    assert {design.pressure_psi for design in designs} == set(PRESSURES_PSI)
    assert {design.angle_deg for design in designs} == {0.0, 15.0}
    assert all(200 <= design.weld_time_ms <= 1500 for design in designs)
    sheets = np.array([(design.thickness_a_mm, design.thickness_b_mm) for design in designs])
    assert 0.52 < sheets.min() < 0.61
    assert 1.06 < sheets.max() < 1.20
    share = np.mean([design.plan == "nominal" for design in designs])
    assert share == pytest.approx(0.88, abs=3 * np.sqrt(0.88 * 0.12 / 300))


def test_one_sheet_tells_the_other(many: Made) -> None:
    """Uncentred variance inflation of the sheets' thickness, by least squares on the other six columns; the
    study tells 603."""
    table = np.array([parameters.values(weld.design, weld.joint.force_reading_n) for weld in many])
    for column in (5, 6):
        others = np.delete(table, column, axis=1)
        left = table[:, column] - others @ np.linalg.lstsq(others, table[:, column], rcond=None)[0]
        inflation = (table[:, column] ** 2).sum() / (left**2).sum()
        assert 400 < inflation < 900


def test_natural_shares_are_near_those_of_the_study(many: Made) -> None:
    """443 : 21 : 31, within four standard errors of 240 welds."""
    found = [quality(weld.states) for weld in many]
    for name, count in zip(QUALITY, (443, 21, 31), strict=True):
        share = count / 495
        assert found.count(name) / 240 == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 240))


def test_nuggets_and_pull_forces_are_of_the_size_of_the_study(many: Made) -> None:
    """Nuggets of 1.9 to 4.7 mm carried 1.4 to 5.8 kN there."""
    nuggets = np.array([nugget_mm(weld.states) for weld in many])
    pulls = np.array([pull_force_kn(weld.states) for weld in many])
    assert np.quantile(nuggets, 0.05) > 1.9
    assert np.quantile(nuggets, 0.95) < 5.0
    assert np.quantile(pulls, 0.05) > 1.2
    assert np.quantile(pulls, 0.95) < 6.2
    assert np.corrcoef(nuggets, pulls)[0, 1] > 0.8


def test_no_result_is_among_the_parameters() -> None:
    assert not {"nugget_mm", "pull_force_kn", "quality"} & set(parameters.COLUMNS)
