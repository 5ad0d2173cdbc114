"""States of whole welds: spectra and scatter."""

import numpy as np
import pytest
from scipy.ndimage import uniform_filter1d
from scipy.signal import welch

from weldfusion.simulate.laser_weld import SimulatedWeld


def test_depth_oscillates_at_the_keyhole_frequency_and_falls_with_the_square(
    welds: list[SimulatedWeld],
) -> None:
    ratios, slopes = [], []
    for weld in welds:
        depth = weld.states.keyhole.depth_m.values
        frequency, density = welch(depth - depth.mean(), 20_000, nperseg=4096)
        near = (frequency > 300) & (frequency < 3_000)
        peak = frequency[near][np.argmax(uniform_filter1d(frequency * density, 9)[near])]
        ratios.append(peak / weld.states.heat.frequency_hz.values.mean())
        fast = (frequency > 2_000) & (frequency < 7_000)
        slopes.append(np.polyfit(np.log(frequency[fast]), np.log(density[fast]), 1)[0])
    assert np.median(ratios) == pytest.approx(1.0, abs=0.03)
    assert np.percentile(ratios, 75) - np.percentile(ratios, 25) < 0.1
    assert np.median(slopes) == pytest.approx(-2.0, abs=0.2)


def test_scatter_and_frequency_are_in_the_stated_range(welds: list[SimulatedWeld]) -> None:
    depth = [weld.states.keyhole.depth_m.values for weld in welds]
    assert 0.06 < np.mean([d.std() / d.mean() for d in depth]) < 0.15
    middle = np.median([weld.states.heat.frequency_hz.values.mean() for weld in welds])
    assert 500 < middle < 1200


def test_states_are_finite_and_in_range(welds: list[SimulatedWeld]) -> None:
    for weld in welds:
        keyhole = weld.states.keyhole
        for record in (keyhole, weld.states.heat, weld.states.bead):
            assert all(np.isfinite(curve.values).all() for curve in vars(record).values())
        assert keyhole.depth_m.values.min() >= 0
        assert keyhole.depth_m.values.max() <= weld.states.plate_m
        assert keyhole.opening.values.min() > 0
        assert 0 <= keyhole.open_root.values.min() <= keyhole.open_root.values.max() <= 1
