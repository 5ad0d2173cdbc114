"""What is drawn of spectra and films: the means and frames that were recorded."""

from pathlib import Path

import numpy as np
import pytest

from tests.data.films import frames, write_video
from tests.data.test_damaged_formats import write_formats
from weldfusion.data.folder import read_dataset
from weldfusion.report.recordings import views
from weldfusion.report.signals import MOST_IMAGES, spectrum_picture, weld_plot


def test_blocks_are_means_and_missing_values_are_left_out() -> None:
    values = np.random.default_rng(0).normal(size=(6, 40))
    shown = spectrum_picture(values, wide=10, high=3)
    np.testing.assert_allclose(shown, values.reshape(3, 2, 10, 4).mean((1, 3)))
    values[:, 4:8] = np.nan
    shown = spectrum_picture(values, wide=10, high=3)
    assert np.isnan(shown[:, 1]).all()
    assert np.isfinite(np.delete(shown, 1, axis=1)).all()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_formats(tmp_path_factory.mktemp("formats") / "set")
    write_video(root / "w0.avi", frames(10))
    return root


def test_views_hold_what_was_recorded(root: Path) -> None:
    dataset = read_dataset(root)
    found = views(dataset, "w0", dataset.card.modalities)
    assert {name: view.kind for name, view in found.items()} == {
        "camera": "image",
        "thermal": "image",
        "spectra": "spectrum",
        "force": "waveform",
        "current": "waveform",
    }
    camera = found["camera"]
    assert len(camera.values) == MOST_IMAGES
    # Ten frames at 25 Hz in five equal parts: the middle of each.
    assert np.allclose(camera.times, [1 / 25, 3 / 25, 5 / 25, 7 / 25, 9 / 25])
    np.testing.assert_array_equal(camera.values, frames(10)[1::2])
    assert found["spectra"].wavelengths == (400, 500, 600, 700, 800)
    plot = weld_plot(found, None, "all sensors")
    assert plot is not None
    assert plot.source.startswith("data:image/png;base64,")


def test_a_spectrum_of_nothing_but_nan_is_drawn() -> None:
    from weldfusion.report.signals import SignalView

    view = SignalView("spectrum", np.full((3, 9), np.nan), 10.0, wavelengths=(1.0, 2.0, 4.0))
    assert weld_plot({"s": view}, None, "empty") is not None
