"""What the sensors show of the states: sizes, cooling, streaks, whiskers, steps."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from tests.simulate.resistance_spot.conftest import Made
from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.resistance_spot.sensors import curves, infrared, views
from weldfusion.simulate.resistance_spot.sensors.picture import Field, digitised, streaks
from weldfusion.simulate.resistance_spot.states import FAYING, SURFACE
from weldfusion.simulate.sensors.clock import Clock

PLAIN = Groups(0, "resistance_spot", Place("m1", "m1s1", "m1s1w1", 0.0), scale=0.0)
QUIET = replace(infrared.setup(PLAIN, 0.0), blur_m=0.0)
CLOCK = Clock(float(curves.RATE), -0.01)


def above(states, delay_s: float) -> np.ndarray:
    setup = replace(QUIET, delay_s=delay_s)
    return infrared.record(states, setup, 96, np.random.default_rng(0))[0].astype(float)


def test_the_hot_spot_is_as_wide_as_the_state_says(thirds: Made) -> None:
    """Root of the second moment of the picture from above against the radius of the hot zone."""
    field, quiet = Field(96), [weld.states for weld in thirds if not len(weld.states.expulsions)]
    found = []
    for states in quiet:
        light = above(states, 0.04)
        light -= light.min()
        weight = light / light.sum()
        found.append(np.sqrt((weight * (field.x**2 + field.y**2)).sum()))
    assert spearmanr(found, [states.mark.hot_radius_m for states in quiet])[0] > 0.9


def test_the_spot_cools_with_80_ms(thirds: Made) -> None:
    """Temperature by the fourth root of the radiance in the middle, 40 and 80 ms after the current: the rise
    falls by exp(-40/80)."""
    states = next(weld.states for weld in thirds if not len(weld.states.expulsions))
    rise = []
    for delay in (0.04, 0.08):
        level = np.quantile(above(states, delay), 0.995) / 255 - 0.04
        rise.append((level * (850**4 - 300**4) + 300**4) ** 0.25 - 300)
    assert rise[1] / rise[0] == pytest.approx(np.exp(-0.5), rel=0.06)


def test_streaks_are_seen_in_expelled_welds_only(thirds: Made) -> None:
    """Light far from the spot (over 6 mm) in the view along the sheets."""
    far = np.hypot(Field(96).x, Field(96).y) > 6e-3
    found: dict[bool, list[int]] = {True: [], False: []}
    for weld in thirds:
        picture = infrared.record(weld.states, QUIET, 96, np.random.default_rng(1))[0]
        found[len(weld.states.expulsions) > 0].append(int(picture[far].max()))
    assert max(found[False]) < 60
    assert np.mean(np.array(found[True]) > 60) > 0.3


def test_whiskers_stick_more_after_expulsion_at_the_electrode(thirds: Made) -> None:
    stuck: dict[int, list[int]] = {FAYING: [], SURFACE: []}
    for weld in thirds:
        states = weld.states
        if len(states.expulsions):
            stuck[states.expulsions.kind[0]].append(int((states.spatter.stuck != 0).sum()))
            without = replace(states, spatter=replace(states.spatter, stuck=np.zeros(len(states.spatter))))
            setup = views.setup(PLAIN, 0.0)
            one, other = (
                views.record(some, setup, 96, np.random.default_rng(2)) for some in (states, without)
            )
            changed = [not np.array_equal(a, b) for a, b in zip(one, other, strict=True)]
            assert changed == [bool((states.spatter.stuck == side).any()) for side in (1, -1)]
    assert np.mean(stuck[SURFACE]) > 2 * np.mean(stuck[FAYING])


def test_curves_are_states_with_leads_and_without_noise(thirds: Made) -> None:
    states = thirds[0].states
    setup = curves.setup(PLAIN, 0.0)
    ohm, current, force, moved = curves.record(
        states, setup, CLOCK, np.zeros((0, 2)), np.random.default_rng(0)
    )
    times = CLOCK.times(states.duration_s)
    k = int(np.searchsorted(times, 0.8 * states.weld_s))
    at = round(times[k] * curves.RATE)
    whole = states.electric.contact_ohm.values[at] + states.electric.bulk_ohm.values[at]
    assert ohm[k] == pytest.approx(40 + 1e6 * whole, rel=1e-3)
    assert current[k] == pytest.approx(1e-3 * states.electric.current_a.values[at], rel=1e-3)
    assert force[k] == pytest.approx(states.mechanics.force_n.values[at], rel=1e-3)
    assert moved[k] == pytest.approx(1e6 * states.mechanics.displacement_m.values[at], abs=0.1)
    assert np.all(ohm[times > states.weld_s + 1e-3] == 0)


def test_a_dropout_holds_the_last_value(thirds: Made) -> None:
    states = thirds[0].states
    gap = np.array([[0.05, 0.12]])
    found = curves.record(states, curves.setup(PLAIN, 1.0), CLOCK, gap, np.random.default_rng(0))
    times = CLOCK.times(states.duration_s)
    inside = (times >= 0.05) & (times < 0.12)
    assert np.all(np.ptp(found[:, inside], axis=1) == 0)


def test_a_line_lies_on_the_pixels_between_its_ends() -> None:
    field = Field(64)
    drawn = streaks(field, np.array([[0.0, 0.0]]), np.array([[4e-3, 0.0]]), np.array([0.3e-3]))
    row = drawn[32]
    assert np.all(row[33:47] > 0.8)
    assert np.all(row[:30] < 0.1)
    assert drawn[20].max() < 1e-3


def test_pictures_are_bytes_of_the_asked_size_and_hardly_saturated(thirds: Made) -> None:
    for weld in thirds:
        for name, shape in (("infrared", (96, 96)), ("views", (96, 96, 3))):
            assert [picture.shape for picture in weld.pictures[name]] == [shape, shape]
            assert all(picture.dtype == np.uint8 for picture in weld.pictures[name])
        assert np.mean(weld.pictures["views"][0] == 255) < 0.02
        assert np.mean(weld.pictures["infrared"][0] == 255) < 0.02
    assert np.isfinite(thirds[0].recordings["curves"].values).all()


def test_noise_has_the_stated_deviation() -> None:
    """Shot noise of 0.012 √light and read noise of 0.006, in levels of 255."""
    found = digitised(np.full((200, 200), 0.5), 1.0, np.random.default_rng(0)).astype(float)
    wanted = 255 * np.sqrt(0.012**2 * 0.5 + 0.006**2)
    assert found.std() == pytest.approx(np.sqrt(wanted**2 + 1 / 12), rel=0.05)
