"""Frames at their time, spectra over wavelengths, tables: every kind of sensor on a weld's page."""

import numpy as np
from matplotlib.figure import Figure

from tests.explain.made import made_explanation
from weldfusion.explain.explanation import AttributionMap, Axis
from weldfusion.report.explanation.along import map_along
from weldfusion.report.explanation.pictures import frame_panel, photos_figure, table_figure
from weldfusion.report.explanation.spectra import sequence_panel
from weldfusion.report.signals import SignalView


def a_map(axes, values) -> AttributionMap:
    return AttributionMap("W00", "fold0", 0, "s", "t", "c", np.array([0]), np.array([0.0]), axes, values)


def test_frames_stand_at_their_times_with_the_map_of_that_time():
    time = Axis("time", "s", np.array([0.05, 0.15]))
    sides = (Axis("row", "px", np.array([2.0, 6.0])), Axis("column", "px", np.array([2.0, 6.0])))
    values = np.array([[[[1.0, 0], [0, 0]], [[0, 0], [0, -2.0]]]], dtype=np.float32)
    view = SignalView("image", np.zeros((2, 8, 8), np.uint8), 20.0, times=(0.02, 0.18))
    ax = Figure().subplots()
    ax.set_xlim(0, 0.2)
    frame_panel("camera", view, a_map((time, *sides), values)).paint(ax)
    first, last = ax.child_axes
    assert [line.get_xdata()[0] for line in ax.get_lines()] == [0.02, 0.18]
    assert np.asarray(first.images[1].get_array()).tolist() == [[1, 0], [0, 0]]
    assert np.asarray(last.images[1].get_array()).tolist() == [[0, 0], [0, -2]]


def test_spectra_are_drawn_over_wavelengths_and_seconds():
    values = np.zeros((4, 50))
    values[2, 25:] = 5
    view = SignalView("spectrum", values, 100.0, start_s=1.0, wavelengths=(400.0, 500.0, 600.0, 700.0))
    laid = map_along(a_map((Axis("time", "s", np.array([1.25])),), np.ones((1, 1), np.float32)))
    ax = Figure().subplots()
    sequence_panel("spectrometer", view, laid).paint(ax)
    assert ax.get_ylim() == (350, 750)
    mesh = ax.collections[0]
    assert mesh.get_coordinates()[0, [0, -1], 0].tolist() == [1.0, 1.5]
    assert np.asarray(mesh.get_array())[2, -1] == 5
    assert len(ax.images) == 1


def test_photos_and_tables_have_pictures_of_their_own():
    explanation = made_explanation()
    one = explanation.maps_of("W00", "photo", "penetration", "LP")[0]
    photos = SignalView("image", np.zeros((2, 60, 80, 3), np.uint8))
    plain, over = photos_figure("photo", photos, None, "alt"), photos_figure("photo", photos, one, "alt")
    assert len(over.source) > len(plain.source)
    table = SignalView("table", np.array([1.0, 2.0]), channels=("power", "speed"))
    columns = a_map((Axis("column", "", np.arange(2.0)),), np.array([[0.5, -0.5]], np.float32))
    assert table_figure("settings", table, columns, "alt").source.startswith("data:image/png")
