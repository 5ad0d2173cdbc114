"""Masks of a planned weld belong to its recorded pictures."""

import numpy as np
import pytest

from weldfusion.errors import WeldfusionError
from weldfusion.simulate.aluminium_tig.camera_truth import camera_masks
from weldfusion.simulate.aluminium_tig.process import AluminiumTig
from weldfusion.simulate.aluminium_tig.weld import simulate_weld
from weldfusion.simulate.process import plan_welds


def test_masks_fit_the_recorded_pictures_to_the_pixel() -> None:
    plan = plan_welds(AluminiumTig(), 3, 6, ["pool_camera"], 10.0)
    for index in range(3):
        weld = simulate_weld(plan, index)
        pictures, seen = weld.recordings["pool_camera"].values, camera_masks(plan, weld)
        for picture, arc, rod in zip(pictures, seen.arc, seen.electrode, strict=True):
            columns = np.nonzero(picture >= 250)[1]
            assert abs(columns.mean() - np.nonzero(arc)[1].mean()) < 2.0
            saturated = picture >= 250
            assert (saturated & arc).sum() > 0.8 * arc.sum()
            assert (saturated & ~arc & ~rod).sum() < 0.25 * arc.sum()
        one = camera_masks(plan, weld, time_s=4.2)
        assert np.array_equal(one.electrode, seen.electrode[4])


def test_a_weld_without_camera_is_told() -> None:
    plan = plan_welds(AluminiumTig(), 1, 6, ["noise"], 10.0)
    with pytest.raises(WeldfusionError, match="has no pool_camera"):
        camera_masks(plan, simulate_weld(plan, 0))
