"""The pulsed current: mean, levels, the shutter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weldfusion.simulate.pulsed_gta.pulse import SLOPE_S, Pulse

PULSES = st.builds(
    Pulse,
    peak_a=st.floats(120, 220),
    base_a=st.floats(40, 80),
    frequency_hz=st.floats(1, 5),
    duty=st.floats(0.4, 0.6),
    phase=st.floats(0, 0.999),
)


@given(PULSES)
def test_mean_and_levels(pulse: Pulse) -> None:
    times = np.arange(40_000) / 40_000 / pulse.frequency_hz * 8
    current = pulse.at(times)
    assert current.mean() == pytest.approx(pulse.mean_a, rel=1e-3)
    assert (current.min(), current.max()) == pytest.approx((pulse.base_a, pulse.peak_a))
    assert np.abs(np.diff(current)).max() * 40_000 * pulse.frequency_hz / 8 <= (
        np.pi / 2 * (pulse.peak_a - pulse.base_a) / SLOPE_S * 1.001
    )


@given(PULSES)
def test_the_shutter_opens_at_base_current_and_never_later_than_asked(pulse: Pulse) -> None:
    ticks = np.arange(100) / 20
    exposed = pulse.exposed(ticks)
    assert np.allclose(pulse.at(exposed), pulse.base_a)
    assert (exposed <= ticks + 1e-9).all()
    assert (ticks - exposed).max() <= pulse.duty / pulse.frequency_hz + SLOPE_S + 5e-3 + 1e-6
