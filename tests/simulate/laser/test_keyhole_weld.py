"""States of whole welds: spectra, scatter, energy, films."""

from dataclasses import replace

import numpy as np
import pytest

from weldfusion.simulate.laser.figures import of_states
from weldfusion.simulate.laser.preset import LASER_AL, LASER_SS
from weldfusion.simulate.laser.process import plan_laser
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.laser.weld import SimulatedWeld, simulate_weld


@pytest.fixture(scope="module")
def states(welds: list[SimulatedWeld]) -> list[States]:
    return [weld.states for weld in welds]


def test_depth_oscillates_at_the_keyhole_frequency_and_falls_with_the_square(states: list[States]) -> None:
    ratios = of_states.oscillation_ratios(states)
    assert np.median(ratios) == pytest.approx(1.01, abs=0.03)
    assert np.percentile(ratios, 75) - np.percentile(ratios, 25) < 0.1
    assert np.median(of_states.depth_slopes(states)) == pytest.approx(-2.0, abs=0.2)


def test_scatter_and_frequency_are_in_the_stated_range(states: list[States]) -> None:
    depth = [some.keyhole.depth_m.values for some in states]
    assert 0.06 < np.mean([d.std() / d.mean() for d in depth]) < 0.15
    assert 500 < np.median([some.heat.frequency_hz.values.mean() for some in states]) < 1200


def test_restless_depth_goes_with_pores_more_than_a_restless_mouth(states: list[States]) -> None:
    found = of_states.scatter_correlations(states)
    assert found["depth"] == pytest.approx(0.45, abs=0.15)
    assert found["depth"] > found["opening"]


def test_no_more_than_the_melting_efficiency_goes_into_the_melt(states: list[States]) -> None:
    assert max(of_states.melted_share(some).max() for some in states) <= 0.48
    for some in states:
        assert np.all(some.heat.pool_width_m.values >= 3 * some.heat.radius_m.values)


def test_states_are_finite_and_in_range(states: list[States]) -> None:
    for some in states:
        keyhole = some.keyhole
        for record in (keyhole, some.heat, some.bead):
            assert all(np.isfinite(curve.values).all() for curve in vars(record).values())
        assert keyhole.depth_m.values.min() >= 0
        assert keyhole.depth_m.values.max() <= some.plate_m
        assert keyhole.opening.values.min() > 0
        assert 0 <= keyhole.open_root.values.min() <= keyhole.open_root.values.max() <= 1
        temperature = keyhole.plume_temperature_k.values
        assert temperature.min() > 2_000
        assert temperature.max() < 9_000


def test_lap_welds_of_steel_have_a_gap_and_all_penetrations() -> None:
    plan = plan_laser(60, 1, sensors=["noise"], weld_s=1.0, preset=LASER_SS)
    welds = [simulate_weld(plan, index) for index in range(60)]
    assert all(share > 0.15 for share in of_states.class_shares([weld.states for weld in welds]).values())
    gap = np.array([weld.inputs.gap_m.mean() for weld in welds])
    assert 0.10e-3 < gap.mean() < 0.15e-3
    assert all(1.2e3 <= weld.design.power_w <= 3.5e3 for weld in welds)
    assert all(weld.states.plate_m == pytest.approx(2.4e-3, rel=0.08) for weld in welds)


def test_a_wet_film_cools_and_brightens_the_plume_and_leaves_the_fluctuation() -> None:
    wet = replace(LASER_AL, ranges=replace(LASER_AL.ranges, water=(1.0, 1.0)))
    dry_weld, wet_weld = (
        simulate_weld(plan_laser(4, 6, sensors=["noise"], preset=preset), 1) for preset in (LASER_AL, wet)
    )
    before, after = dry_weld.states.keyhole, wet_weld.states.keyhole
    film = np.repeat(wet_weld.states.film.water.values, 40)
    inside, clean = film == 1, np.flatnonzero(film == 0)
    assert 0.3 < inside.mean() < 0.9
    ratio = after.plume_temperature_k.values / before.plume_temperature_k.values
    assert np.median(ratio[inside]) == pytest.approx(0.95, abs=0.01)
    assert np.median(ratio[clean]) == pytest.approx(1.0, abs=0.005)
    assert np.array_equal(dry_weld.inputs.power_w, wet_weld.inputs.power_w)
