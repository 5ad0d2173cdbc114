"""Every device: finite, stored type, range; group effects of the diodes' window and of OCT."""

import numpy as np
import pytest

from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.laser.sensors import oct as oct_sensor
from weldfusion.simulate.laser.sensors import photodiode
from weldfusion.simulate.laser.weld import TIMED
from weldfusion.simulate.sensors.clock import calibrated_clock

TYPES = {
    "photodiode": (np.float32, (3, 40_400), 4.0),
    "microphone": (np.float32, (1, 96_960), 12.0),
    "oct": (np.float32, (1, 20_200), 15.0),
    "coaxial_camera": (np.uint8, (202, 64, 64), 255),
    "opening": (np.float32, (4, 4_040), 10.0),
    "infrared": (np.float16, (101, 48, 96), 1.0),
    "spectrometer": (np.float32, (256, 566), 4.0),
    "noise": (np.float32, (1, 2_020), 8.0),
    "back_diode": (np.float32, (1, 40_400), 4.0),
}


@pytest.mark.parametrize("name", TYPES)
def test_values_are_finite_in_range_and_of_the_stored_type(name: str, some_states) -> None:
    device = TIMED[name]
    kind, shape, largest = TYPES[name]
    for number, states in enumerate(some_states):
        groups = Groups(number, "laser_al", Place("m1", "m1s1", "m1s1w1", number / 5))
        clock = calibrated_clock(name, device.RATE, groups)
        rng = np.random.default_rng(number)
        values = device.record(states, device.setup(groups, 1.0), clock, np.array([[0.7, 0.8]]), rng)
        assert values.dtype == kind
        assert values.shape == shape
        assert np.nanmax(np.abs(values)) <= largest
        assert np.nanstd(values.astype(float)) > 0
        if name != "oct":
            assert np.isfinite(values).all()


def test_the_window_fouls_during_a_session_by_up_to_15_percent() -> None:
    lost = []
    for session in range(300):
        clean, fouled = (
            photodiode.setup(Groups(3, "laser_al", Place("m1", f"s{session}", "w", progress)), 1.0).gain
            for progress in (0.0, 1.0)
        )
        lost.append(1 - np.divide(fouled, clean))
        assert np.ptp(lost[-1]) < 1e-12
    assert 0 <= np.min(lost) < 0.002
    assert 0.14 < np.max(lost) <= 0.15


def test_chances_and_scale_of_oct_vary_by_session() -> None:
    setups = [
        oct_sensor.setup(Groups(0, "laser_al", Place(f"m{k}", f"s{k}", "w", 0.0)), 1.0) for k in range(1_000)
    ]
    assert np.median([s.no_signal_chance for s in setups]) == pytest.approx(0.10, rel=0.05)
    assert np.std(np.log([s.no_signal_chance for s in setups])) == pytest.approx(0.26, rel=0.1)
    assert np.std(np.log([s.scale for s in setups])) == pytest.approx(0.12, rel=0.1)
    assert np.std(np.log([s.bottom_factor for s in setups])) == pytest.approx(0.50, rel=0.1)
    assert np.std([s.offset_mm for s in setups]) == pytest.approx(np.hypot(0.04, 0.05), rel=0.1)
