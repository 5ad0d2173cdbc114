"""Masks of a planned weld belong to its recorded frames."""

import numpy as np
import pytest
from scipy.ndimage import uniform_filter

from weldfusion.errors import WeldfusionError
from weldfusion.simulate.laser.camera_truth import camera_masks
from weldfusion.simulate.laser.process import plan_laser
from weldfusion.simulate.laser.sensors import camera_scene
from weldfusion.simulate.laser.weld import simulate_weld


def test_masks_fit_the_recorded_frames_to_the_pixel() -> None:
    plan = plan_laser(3, 6, sensors=["coaxial_camera"], weld_s=0.5)
    for index in range(3):
        weld = simulate_weld(plan, index)
        frames = weld.recordings["coaxial_camera"].values.astype(float)
        masks = camera_masks(plan, weld)
        times = weld.recordings["coaxial_camera"].true.times(0.5)
        used = (times > 0.05) & (times < 0.49)
        pool, mouth = masks.pool[used], masks.mouth[used]
        level = (frames[used][pool].mean() + frames[used][~pool & ~mouth].mean()) / 2
        bright = (uniform_filter(frames[used], (0, 3, 3)) > level).sum(axis=(1, 2))
        true = (pool | mouth).sum(axis=(1, 2))
        assert np.corrcoef(bright, true)[0, 1] > 0.95
        assert frames[used][mouth].mean() > 1.5 * frames[used][pool].mean()
        one = camera_masks(plan, weld, time_s=float(times[20]))
        assert np.array_equal(one.mouth, masks.mouth[20])
        assert one.mouth.shape == (camera_scene.PIXELS, camera_scene.PIXELS)


def test_a_weld_without_camera_is_told() -> None:
    plan = plan_laser(1, 6, sensors=["noise"], weld_s=0.25)
    with pytest.raises(WeldfusionError, match="has no coaxial_camera"):
        camera_masks(plan, simulate_weld(plan, 0))
