"""Windows: edges, spans, places."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weldfusion.data.manifest import Weld
from weldfusion.data.settings import Windows
from weldfusion.data.windows import Pace, common_span, cut, pace_of, places
from weldfusion.errors import ConfigError


@given(st.floats(0, 100), st.integers(1, 500), st.integers(1, 50), st.integers(1, 50))
def test_as_many_windows_as_fit(start, samples, length, hop):
    """On a grid of milliseconds the count is known in whole numbers."""
    pace = Pace(Fraction(length, 1000), Fraction(hop, 1000))
    edges = cut((start, start + samples / 1000), pace)
    assert len(edges) == max(0, (samples - length) // hop + 1)
    np.testing.assert_allclose(edges[:, 1] - edges[:, 0], length / 1000, atol=1e-9)
    np.testing.assert_allclose(np.diff(edges[:, 0]), hop / 1000, atol=1e-9)


def test_without_length_a_weld_is_one_window():
    assert cut((0.5, 2.25), Pace(None, None)).tolist() == [[0.5, 2.25]]


def test_hop_is_the_length_by_default():
    assert pace_of(Windows(length_s=0.5), {}) == Pace(Fraction(1, 2), Fraction(1, 2))


def test_length_in_samples_of_a_modality():
    pace = pace_of(Windows(length_s=1024, hop_s=512, samples_of="sound"), {"sound": Fraction(44100)})
    assert pace == Pace(Fraction(1024, 44100), Fraction(512, 44100))


@pytest.mark.parametrize(
    ("windows", "message"),
    [
        ({"length_s": 0}, "length_s: must be above 0"),
        ({"length_s": 1, "hop_s": -1}, "hop_s: must be above 0"),
        ({"hop_s": 1}, "hop_s: needs length_s"),
        ({"samples_of": "sound"}, "samples_of: needs length_s"),
        ({"length_s": 10, "samples_of": "sonud"}, "no timed input 'sonud'; did you mean sound"),
    ],
)
def test_wrong_settings_are_refused(windows, message):
    with pytest.raises(ConfigError, match=message):
        pace_of(Windows(**windows), {"sound": Fraction(1)})


def test_span_is_what_all_share_within_the_active_part():
    weld = Weld("a", 2, active_from=1.0, active_to=9.0)
    assert common_span(weld, [(0.0, 8.0), (2.0, 20.0)]) == (2.0, 8.0)
    assert common_span(weld, [(-1.0, 30.0)]) == (1.0, 9.0)
    assert common_span(weld, [(0.0, 2.0), (3.0, 4.0)]) is None
    assert common_span(Weld("b", 3), []) == (0.0, 0.0)


def test_place_of_the_middle_on_the_seam():
    edges = np.array([[1.0, 2.0], [2.0, 3.0]])
    assert places(Weld("a", 2, speed_mm_s=10.0, active_from=1.0), edges).tolist() == [5.0, 15.0]
    assert np.isnan(places(Weld("a", 2), edges)).all()
