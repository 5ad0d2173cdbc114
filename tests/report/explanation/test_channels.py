"""Wavelengths in the report."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from weldfusion.explain.explanation import AttentionMap, AttributionMap, Axis
from weldfusion.report.explanation.attention import attention_figure, times_even
from weldfusion.report.explanation.channels import channels_figure, told, told_axis
from weldfusion.report.signals import SignalView

NM = (400.0, 410.0, 440.0, 500.0)
VIEW = SignalView("spectrum", np.arange(8.0).reshape(4, 2), 10.0, wavelengths=NM)
CHANNELS = Axis("channel", "", np.array([0.0, 1.5, 3.0]))


def attention(weights):
    return AttentionMap(
        "w", "f", 0, 0, "photo", "photo", "spectrum", np.arange(1), np.array([0.5]),
        Axis("step", "", np.arange(2.0)), CHANNELS, weights,
    )  # fmt: skip


def test_channels_are_told_in_nm():
    axis = told(attention(np.full((1, 2, 3), 1 / 3, np.float32)), {"spectrum": VIEW}).key_axis
    assert (axis.name, axis.unit, axis.centres.tolist()) == ("wavelength", "nm", [400, 425, 500])
    assert told_axis(CHANNELS, None) is CHANNELS
    assert told_axis(CHANNELS, SignalView("waveform", np.zeros((4, 2)), 10.0)) is CHANNELS
    time = Axis("time", "s", np.zeros(3))
    assert told_axis(time, VIEW) is time


def test_even_attention_to_unevenly_spaced_channels_is_one():
    one = told(attention(np.full((1, 2, 3), 1 / 3, np.float32)), {"spectrum": VIEW})
    assert times_even(one) == pytest.approx(np.ones((1, 2, 3)))


def test_axes_of_the_pictures(monkeypatch):
    drawn = []
    for module in ("attention", "channels"):
        path = f"weldfusion.report.explanation.{module}.draw"
        monkeypatch.setattr(path, lambda size, paint, *_: drawn.append(paint))
    attention_figure(told(attention(np.full((1, 2, 3), 1 / 3, np.float32)), {"spectrum": VIEW}), 0, "alt")
    values = np.array([[0.5, -0.2, 0.1], [0.7, -0.4, 0.1]], np.float32)
    one = AttributionMap(
        "w", "f", 0, "spectrum", "state", "bad", np.arange(2), np.zeros(2), (CHANNELS,), values
    )
    channels_figure("spectrum", VIEW, one, "alt")
    canvas = plt.figure()
    drawn[0](canvas)
    assert canvas.axes[0].get_xlabel() == "spectrum: wavelength (nm)"
    assert canvas.axes[0].get_xlim()[0] < 400 < 500 < canvas.axes[0].get_xlim()[1]
    plt.close(canvas)
    canvas = plt.figure()
    drawn[1](canvas)
    ends = [line[1].tolist() for line in canvas.axes[0].collections[0].get_segments()]
    np.testing.assert_allclose(ends, [[400, 0.6], [425, -0.3], [500, 0.1]], rtol=1e-5)
    assert canvas.axes[0].get_xlabel() == "wavelength (nm)"
    plt.close(canvas)
