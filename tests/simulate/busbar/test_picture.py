"""The picture of a pair: both seams alike once the upper half is mirrored, sizes as the states say."""

from dataclasses import replace

import numpy as np
import pytest

from weldfusion.data.crop import Crop
from weldfusion.simulate.busbar.preset import BUSBAR
from weldfusion.simulate.busbar.sensors import picture
from weldfusion.simulate.busbar.sensors.picture import Setup
from weldfusion.simulate.busbar.sensors.sheet_picture import EDGE_M
from weldfusion.simulate.busbar.sensors.view import view_of
from weldfusion.simulate.busbar.weld import part_of, simulate_pair
from weldfusion.simulate.curve import Curve

CLEAR = Setup(1.0, (1.0, 1.0, 1.0), 0.0, (0.0, 0.0), 1.0, 1.0, 0.0, 0.0)
COLUMNS = 768


def seen(states, other=None, setup=CLEAR, columns=COLUMNS, seed=0):
    pair = (states, states if other is None else other)
    return picture.record(pair, setup, columns, BUSBAR.colour, np.random.default_rng(seed))


def halves(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows = len(pixels) // 2
    return Crop(0, rows, mirrored=True).of(pixels), Crop(rows, 2 * rows).of(pixels)


def first(seams, cause: str):
    return next(seam.states for seam in seams if seam.design.cause == cause)


def edge_shadow_px(half: np.ndarray) -> float:
    """Rows near the edge of the upper sheet that are darker than half of the sheet, mean over the columns."""
    grey = half.mean(axis=2)[70:]
    return float((grey < 0.5 * np.median(half.mean(axis=2))).sum(axis=0).mean())


def test_both_halves_show_the_same_once_the_first_is_mirrored(seams) -> None:
    taken = seen(first(seams, "none"))
    upper, lower = (half.mean(axis=(1, 2)) for half in halves(taken.pixels))
    assert np.corrcoef(upper, lower)[0, 1] > 0.98
    assert np.corrcoef(upper[::-1], lower)[0, 1] < 0.8
    middle = taken.outlines[0] == taken.outlines[1]
    assert middle.mean() > 0.98


def test_the_outline_is_as_wide_and_long_as_the_states_say(seams) -> None:
    for cause in ("none", "defocus"):
        states = first(seams, cause)
        view = view_of(states.duration_s, COLUMNS, (0.0, 0.0))
        outline = seen(states).outlines[0] > 0
        width = np.median(outline.sum(axis=0)[100:600]) * view.pixel_m
        assert width == pytest.approx(states.weld.heat.pool_width_m.values.mean(), rel=0.12)
        length = outline.any(axis=0).sum() * view.pixel_m
        assert length == pytest.approx(states.weld.speed_m_s * states.duration_s, rel=0.02)


def test_the_shadow_at_the_edge_grows_with_the_gap(seams) -> None:
    states = first(seams, "none")
    widths = []
    for gap in (0.2e-3, 0.4e-3, 0.6e-3, 0.8e-3):
        curve = Curve(np.full(len(states.gap_m), gap), states.gap_m.rate)
        widths.append(edge_shadow_px(halves(seen(replace(states, gap_m=curve)).pixels)[0]))
    slope, _ = np.polyfit([0.2, 0.4, 0.6, 0.8], widths, 1)
    assert slope == pytest.approx(2.0 / 0.1, rel=0.15)  # 2 mm of shadow a mm of gap, 0.1 mm a pixel
    assert 1.5 * states.weld.heat.pool_width_m.values.max() < EDGE_M


def test_burnt_oil_darkens_the_sheet_beside_the_bead_where_it_lay(seams) -> None:
    states = first(seams, "none")
    film = states.weld.film
    oil = np.zeros(len(film.oil))
    oil[140:] = 1.0
    dirty = replace(states, weld=replace(states.weld, film=replace(film, oil=Curve(oil, 500.0))))
    clean, dark = (halves(seen(some).pixels)[0].mean(axis=2) for some in (states, dirty))
    beside = slice(44, 54)
    ratio = dark[beside] / clean[beside]
    assert ratio[:, 60:300].mean() == pytest.approx(1.0, abs=0.02)
    assert ratio[:, 450:650].mean() < 0.9


def test_an_open_joint_has_a_dark_line_in_its_middle(seams) -> None:
    states = first(seams, "none")
    closed, opened = (
        replace(states, bridged=Curve(np.full(len(states.bridged), value), 500.0)) for value in (1.0, 0.0)
    )
    line = [halves(seen(some).pixels)[1][60:68, 100:600].mean() for some in (closed, opened)]
    assert line[1] < 0.9 * line[0]


def test_a_flank_that_is_turned_away_from_the_lamp_is_black(seams) -> None:
    """The bead is sunken so steeply that its light comes out negative."""
    states = first(seams, "none")
    sunken = replace(states, sag_m=Curve(np.full(len(states.sag_m), 1e-3), states.sag_m.rate))
    with np.errstate(invalid="raise"):
        pixels = seen(sunken, setup=replace(CLEAR, noise=1.0)).pixels
    away, towards = (halves(pixels)[1][rows, 200:500] for rows in (slice(59, 61), slice(66, 68)))
    assert (away == 0).mean() > 0.9
    assert towards.min() > 100


def test_frames_are_8_bit_and_hardly_saturated(plan) -> None:
    for pair in range(6):
        pixels = simulate_pair(plan, BUSBAR, pair, COLUMNS).picture.pixels
        assert pixels.dtype == np.uint8
        assert pixels.shape == (256, 768, 3)
        assert (pixels == 255).mean() < 0.02
        assert 40 < pixels.mean() < 180


def test_each_seam_has_its_half(plan) -> None:
    pair = simulate_pair(plan, BUSBAR, 3, COLUMNS)
    assert [part_of(pair, index).part for index in (6, 7)] == ["/0:128,0:768,mirrored", "/128:256,0:768"]
    assert part_of(pair, 6).name == "b0004"
    assert simulate_pair(plan, BUSBAR, 3, 192).picture.pixels.shape == (64, 192, 3)
