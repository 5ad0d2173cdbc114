"""The pool's filters and the depth of the weld against hand-made cases."""

from dataclasses import replace

import numpy as np
import pytest

from weldfusion.simulate.laser.design import Joint
from weldfusion.simulate.laser.material import AL_6061
from weldfusion.simulate.laser.pool import low_pass, melted_area, open_share, weld_depth
from weldfusion.simulate.laser.weld import SimulatedWeld

JOINT = Joint(AL_6061, 4e-3, 0.2e-3, 4e-3, 0.0, 1.0, 3e3, 0.06)


def test_low_pass_step_response() -> None:
    step = np.r_[0.0, np.ones(2000)]
    answer = low_pass(step, 10_000.0, 0.02)
    assert answer[200] == pytest.approx(1 - np.exp(-1), abs=0.01)
    assert np.allclose(low_pass(np.full(10, 3.0), 500.0, 0.01), 3.0)


def test_weld_depth_keeps_excursions_and_forgets_dips() -> None:
    rate, n = 20_000.0, 8000
    layer = 0.3 * AL_6061.liquid.diffusivity / JOINT.speed_m_s
    flat = np.full(n, 2e-3)
    dipped = flat.copy()
    dipped[4000:4040] = 0.5e-3
    assert np.allclose(weld_depth(dipped, rate, JOINT), 2e-3 + layer)
    raised = flat.copy()
    raised[4000] = 3e-3
    found = weld_depth(raised, rate, JOINT)
    assert np.allclose(found[:4000], 2e-3 + layer)
    assert found.argmax() == pytest.approx(4000 + 0.003 * rate, abs=2)
    assert weld_depth(flat * 3, rate, JOINT).max() == JOINT.plate_m


def test_open_root_is_half_open_at_the_plate_and_closed_in_a_dip() -> None:
    found = open_share(np.full(2, 4e-3), np.array([0.0, 0.4]), 4e-3)
    assert found.tolist() == [0.5, 0.0]


def test_melted_power_is_the_melting_efficiency_times_the_absorbed_power() -> None:
    area = melted_area(np.array([1200.0]), np.zeros(1), JOINT)
    enthalpy = 2415 * (1170 * 622 + 3.80e5)
    assert float(area[0] * JOINT.speed_m_s * enthalpy) == pytest.approx(0.40 * 1200)
    assert float(melted_area(np.array([1200.0]), np.ones(1), replace(JOINT))[0] / area[0]) == 0.75


def test_energy_balance_and_pool_size_of_whole_welds(welds: list[SimulatedWeld]) -> None:
    for weld in welds:
        heat, liquid = weld.states.heat, weld.joint.material.liquid
        absorbed = heat.absorptivity.values * heat.power_w.values
        depth = np.minimum(heat.aspect.values * weld.joint.waist_m, weld.joint.plate_m)
        melted = 0.38 * heat.pool_width_m.values * depth * weld.joint.speed_m_s * liquid.melting_enthalpy
        assert np.all(melted <= 0.48 * absorbed)
    widths = [1e3 * weld.states.heat.pool_width_m.values.mean() for weld in welds]
    assert min(widths) > 1.1
    assert max(widths) < 2.2
