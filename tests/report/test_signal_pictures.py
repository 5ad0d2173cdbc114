"""Pictures over time and frequency: what is drawn is what was given; files of a drawing."""

import io

import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas
from PIL import Image

from weldfusion.report.drawing import Drawing, picture_bytes
from weldfusion.report.signal_pictures import packets_plot, spectrogram_plot

RATE = 100.0
WAVE = np.sin(np.arange(200) / 5)


def axes_of(drawing):
    canvas = Canvas(figsize=drawing.size)
    drawing.paint(canvas)
    return canvas.axes


def test_a_spectrogram_has_its_bands_and_times():
    levels = np.arange(60.0).reshape(3, 20)
    axes = axes_of(spectrogram_plot(WAVE, RATE, levels, np.array([5.0, 10, 20]), (1.0, 3.0), "level"))
    np.testing.assert_array_equal(axes[0].lines[0].get_ydata(), WAVE)
    np.testing.assert_array_equal(np.asarray(axes[1].collections[0].get_array()).reshape(3, 20), levels)
    assert [tick.get_text() for tick in axes[1].get_yticklabels()] == ["5", "10", "20"]
    assert axes[1].get_xlim() == (1.0, 3.0)


def test_energy_of_packets_counts_from_the_largest_above_the_lowest_band():
    energy = np.array([[1e6, 1e6], [1.0, 10.0], [100.0, 1e-9]])
    axes = axes_of(packets_plot(WAVE, RATE, 0.0, energy, np.array([0.5, 1.5]), (0.0, 30.0)))
    mesh = axes[1].collections[0]
    level = np.asarray(mesh.get_array()).reshape(3, 2)
    np.testing.assert_allclose(level, [[0, 0], [-20, -10], [0, -40]])
    corners = mesh.get_coordinates()
    np.testing.assert_allclose(corners[0, :, 0], [0, 1, 2])
    np.testing.assert_allclose(corners[:, 0, 1], [0, 10, 20, 30])


def noise(canvas):
    canvas.subplots().imshow(np.random.default_rng(0).random((500, 700, 3)))


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_drawing_gives_the_same_bytes_twice(suffix):
    drawing = Drawing((3, 2), lambda canvas: canvas.subplots().plot(WAVE), "a wave")
    assert picture_bytes(drawing, suffix) == picture_bytes(drawing, suffix)


def test_a_rich_picture_stays_small_enough():
    content = picture_bytes(Drawing((7, 5), noise, "noise"), ".png")
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.mode == "P"
        assert picture.format == "PNG"
    plain = picture_bytes(Drawing((3, 2), lambda canvas: None, "nothing"), ".png")
    with Image.open(io.BytesIO(plain)) as picture:
        assert picture.size == (450, 300)
