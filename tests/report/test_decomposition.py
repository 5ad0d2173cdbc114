"""Pictures of a decomposition: what is drawn is what was given."""

import base64
from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas
from PIL import Image

from weldfusion.report.decomposition import decomposition_plot, energy_plot
from weldfusion.signals.emd import emd
from weldfusion.signals.hilbert import energy_map, hilbert_spectrum

TIME = np.arange(600) / 1000
SIGNAL = np.sin(2 * np.pi * 50 * TIME) + np.sin(2 * np.pi * 5 * TIME)


def axes_of(drawing):
    """The axes that are painted."""
    canvas = Canvas(figsize=drawing.size)
    drawing.paint(canvas)
    return canvas.axes


def test_rows_are_signal_imfs_and_residue():
    found = emd(SIGNAL)
    axes = axes_of(decomposition_plot(SIGNAL, found, 1000.0))
    assert len(axes) == 2 * (len(found.imfs) + 2)
    np.testing.assert_array_equal(axes[0].lines[0].get_ydata(), SIGNAL)
    np.testing.assert_array_equal(axes[2].lines[0].get_ydata(), found.imfs[0])
    spectrum = axes[3].lines[0]
    assert spectrum.get_xdata()[spectrum.get_ydata().argmax()] == pytest.approx(50)


def test_the_brightest_place_is_the_loudest_tone():
    tones = np.stack([0.1 * np.sin(2 * np.pi * 200 * TIME), np.sin(2 * np.pi * 60 * TIME)])
    energy = energy_map(hilbert_spectrum(tones, 1000.0), np.arange(0, 501, 50.0))
    axes = axes_of(energy_plot(energy, np.arange(0, 501, 50.0), 0.6))
    mesh = axes[0].collections[0].get_array()
    middle = np.asarray(mesh).reshape(10, 600)[:, 300]
    assert middle[1] == pytest.approx(0, abs=0.1)
    assert middle[4] == pytest.approx(-20, abs=0.5)
    assert (np.delete(middle, [1, 4]) == -40).all()


def test_a_picture_comes_out():
    figure = decomposition_plot(SIGNAL, emd(SIGNAL), 1000.0, "V").figure()
    picture = Image.open(BytesIO(base64.b64decode(figure.source.split(",")[1])))
    assert picture.width > 800
    assert "intrinsic mode functions" in figure.alt
