"""Median filter beside SciPy's."""

import numpy as np
import pytest
from scipy.ndimage import median_filter

from weldfusion.errors import SignalError
from weldfusion.signals.median import check_median, median_filtered


@pytest.mark.parametrize(
    ("kind", "side"), [(np.uint8, 3), (np.uint8, 9), (np.uint16, 5), (np.float32, 3), (np.float32, 5)]
)
def test_as_in_scipy(kind, side):
    picture = np.random.default_rng(0).integers(0, 256, (20, 31)).astype(kind)
    np.testing.assert_array_equal(
        median_filtered(picture, side), median_filter(picture, side, mode="nearest")
    )


def test_what_cannot_be_is_told():
    for side in (1, 2, 4, -3):
        with pytest.raises(SignalError, match="must be odd"):
            check_median(side)
    with pytest.raises(SignalError, match="at most 5"):
        median_filtered(np.zeros((9, 9), np.float32), 7)
