"""Plain features of windows for the baselines."""

import numpy as np
import pytest

from tests.training.tiny_data import write_tiny
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import read_dataset
from weldfusion.data.settings import DataSettings, Input
from weldfusion.signals.features import plain_features
from weldfusion.training.plain import plain_windows

pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")


def test_whole_welds_of_one_number_of_samples_have_no_rate(tmp_path):
    dataset = read_dataset(write_tiny(tmp_path / "tiny"))
    windows = WeldWindows(dataset, DataSettings(inputs={"curve": Input(samples=32)}))
    assert windows.flows["curve"].rate is None
    found = plain_windows(windows)[0].features["curve"]
    batch = windows.__getitems__(range(len(windows)))
    there, curves = batch.present["curve"].numpy(), batch.inputs["curve"].numpy()[:, 0]
    assert 0 < there.sum() < len(there)
    assert np.isnan(found[~there]).all()
    names = plain_features("waveform", curves[:, None], 32.0)[1]
    slopes = np.polyfit(np.arange(32) / 32, curves[there].T, 1)[0]  # per weld
    np.testing.assert_allclose(found[there, names.index("channel 0 slope")], slopes, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found[there, names.index("channel 0 mean")], curves[there].mean(1), atol=1e-6)
