"""Windows of recordings and their truth, against what they are cut from."""

import numpy as np
import pytest

from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.pulsed_gta.figures.of_windows import features_of, truth_of, windows
from weldfusion.simulate.pulsed_gta.process import PulsedGTA

SMALL = PulsedGTA(picture_px=32)


def test_windows_start_where_they_should() -> None:
    weld = SMALL.simulate(plan_welds(SMALL, 2, 3, ["microphone"], 2.0), 1)
    recording = weld.recordings["microphone"]
    cut = windows(recording, 4)
    times = recording.calibrated.times(2.0)
    assert cut.shape == (4, 22_050, 1)
    for number in range(4):
        first = np.flatnonzero(times >= 0.5 * number - 1e-9)[0]
        assert np.array_equal(cut[number, :, 0], recording.values[0, first : first + 22_050])


def test_features_and_truth_have_a_row_for_each_window() -> None:
    weld = SMALL.simulate(plan_welds(SMALL, 2, 3, None, 2.0), 0)
    features, truth = features_of(weld), truth_of(weld)
    assert {name: len(table) for name, table in features.items()} == dict.fromkeys(features, 4)
    assert set(features) == {"pool_camera", "microphone", "infrared", "noise", "parameters"}
    grey = weld.recordings["pool_camera"].values
    assert grey.shape[-1] == 3
    assert features["pool_camera"][:, 0].min() >= grey[..., 0].min()
    means = 1e3 * weld.states.bead.depth_m.values.reshape(4, 100).mean(axis=1)
    assert truth["depth"] == pytest.approx(means)
