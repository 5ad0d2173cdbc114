"""Width between the sheets, bridging, sag and pits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from weldfusion.simulate.busbar import bead
from weldfusion.simulate.busbar.preset import BUSBAR, PRESETS
from weldfusion.simulate.laser.events import Events
from weldfusion.simulate.laser.keyhole import aspect_ratio, beam_radius, keyhole_number
from weldfusion.simulate.laser.material import AL_6061


def test_the_section_is_half_an_ellipse() -> None:
    area, _ = quad(lambda z: float(bead.section_share(np.array([3.0]), z)[0]), 0, 3.0)
    assert area == pytest.approx(np.pi / 4 * 3.0, rel=1e-6)


def test_the_limit_of_a_cold_weld_lies_a_tenth_of_a_millimetre_in_the_lower_sheet() -> None:
    depths = np.linspace(2.0, 2.5, 5001)
    first = depths[bead.section_share(depths, 2.0) >= 0.3][0]
    assert first - 2.0 == pytest.approx(0.1, abs=0.005)


@given(st.floats(0, 2e-3), st.floats(0.5e-3, 3e-3))
def test_gaps_up_to_0_35_of_a_sheet_are_bridged(gap: float, sheet: float) -> None:
    assert bead.bridges(np.array([gap]), sheet)[0] == (gap / sheet <= 0.35 or gap <= 0.35 * sheet)


def test_more_gap_lets_the_surface_sink_more() -> None:
    gap = np.linspace(0, 0.6e-3, 20)
    assert (np.diff(bead.sag(gap, np.full(20, 0.8), np.ones(20))) > 0).all()
    assert bead.sag(np.array([0.8e-3]), np.array([0.1]), np.zeros(1))[0] > 0.3e-3


def test_pits_come_from_pops_deep_mouth_dips_and_by_chance() -> None:
    none = Events(np.zeros(0), np.zeros(0, int), np.zeros(0))
    pops = np.linspace(0, 10, 4000)
    found = bead.draw_pits(pops, none, 10.0, np.random.default_rng(0))
    assert np.isin(found.time_s, pops).sum() == pytest.approx(2000, abs=4 * np.sqrt(1000))
    stray = (~np.isin(found.time_s, pops)).sum()
    assert stray == pytest.approx(50, abs=4 * np.sqrt(50))
    assert np.median(found.diameter_m) == pytest.approx(0.32e-3, rel=0.05)
    closures = Events(np.linspace(0, 1, 1000), np.full(1000, 2), np.full(1000, 0.9))
    roots = Events(np.linspace(0, 1, 1000), np.full(1000, 1), np.full(1000, 0.9))
    many, few = (
        bead.draw_pits(np.zeros(0), some, 1.0, np.random.default_rng(1)) for some in (closures, roots)
    )
    assert len(many.time_s) > 400 > 50 > len(few.time_s)


@pytest.mark.parametrize(("focus_mm", "depth_mm"), [(0, 4.79), (2, 4.28), (4, 3.10), (6, 1.80)])
def test_depth_falls_out_of_focus_as_stated(focus_mm: float, depth_mm: float) -> None:
    """Validation row 5: 4 kW, 120 mm/s, 0.15 mm, without a gap."""
    radius = beam_radius(BUSBAR.beam.waist_m, focus_mm * 1e-3, BUSBAR.beam.rayleigh_m)
    found = 1e3 * radius * aspect_ratio(keyhole_number(4e3, 0.12, radius, BUSBAR.material), BUSBAR.material)
    assert float(found) == pytest.approx(depth_mm, abs=0.01)


def test_the_aluminium_melts_as_the_lasers() -> None:
    assert BUSBAR.material.liquid == AL_6061.liquid
    assert set(PRESETS) == {"busbar", "busbar_cu"}
