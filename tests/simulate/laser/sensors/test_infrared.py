"""Infrared camera: isotherm of the pool, inversion of the temperature, errors of the emissivity."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.constants import c, h, k

from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.laser.sensors import infrared
from weldfusion.simulate.sensors.clock import Clock

NO_DROPOUTS = np.zeros((0, 2))
CLOCK = Clock(50.0, offset_s=-0.01)
PLAIN = infrared.Setup(emissivity_factor=1.0, width_factor=1.0, detector=5, noise=1.0)
SILENT = replace(PLAIN, noise=0.0)


def frames(states, setup=PLAIN, dropouts=NO_DROPOUTS, seed=0):
    return infrared.record(states, setup, CLOCK, dropouts, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def steady(some_states, changed):
    """A weld whose pool keeps its size, without plume."""
    states = some_states[0]
    for path in ("heat.pool_width_m", "heat.pool_length_m"):
        states = changed(states, path, lambda values: np.full_like(values, values.mean()))
    return changed(states, "keyhole.plume", lambda values: 0 * values)


def test_the_melting_isotherm_is_as_wide_and_long_as_the_pool(steady) -> None:
    field = infrared.temperature(steady, np.ones(1), np.array([1.5]))[0]
    melting = infrared.melting_point(steady.material)
    assert melting == 922
    along = infrared.BEHIND_M
    seam = field[0, along >= 0][::-1]
    length = np.interp(-melting, -seam, along[along >= 0][::-1])
    assert length == pytest.approx(steady.heat.pool_length_m.values[0], rel=0.02)
    widths = [np.interp(-melting, -field[:, j], infrared.ASIDE_M) for j in range(68, 74)]
    assert 2 * max(widths) == pytest.approx(steady.heat.pool_width_m.values[0], rel=0.02)


def test_radiance_is_wiens_law() -> None:
    second_um_k = 1e6 * h * c / k
    temperature = np.array([500.0, 700.0, 922.0])
    expected = 0.1 * np.exp(-second_um_k / 3.9 / temperature)
    found = infrared.radiance(temperature, 0.1)
    assert np.allclose(found / found[0], expected / expected[0], rtol=1e-3)
    assert infrared.radiance(np.array(922.0), 0.22) == pytest.approx(1.0)


def test_temperature_comes_back_when_the_emissivity_is_known(steady) -> None:
    image = frames(steady, SILENT)[75].astype(float)
    truth = infrared.temperature(steady, np.array([1.0]), CLOCK.times(2.0)[75:76])[0]
    wander = infrared.temperature(steady, np.array([1.2]), CLOCK.times(2.0)[75:76])[0]
    solid = (truth < 850) & (truth > 550) & (wander < 870)
    found = infrared.brightness_temperature(image[24:], steady.material.radiation.solid)
    aside = np.abs(found - truth)[solid]
    assert np.median(aside) < 12
    centre = np.zeros_like(solid)
    centre[0] = solid[0]
    assert np.abs(found - truth)[centre].max() < 8


def test_an_emissivity_error_shifts_the_temperature_as_the_formula_says(steady) -> None:
    plain, bright = (
        frames(steady, replace(SILENT, emissivity_factor=factor))[75].astype(float) for factor in (1.0, 1.12)
    )
    used = (plain > 0.02) & (plain < 0.5)
    first, second = (infrared.brightness_temperature(image[used], 0.22) for image in (plain, bright))
    expected = np.log(1.12) * 3.9 / 14_388
    assert np.median(1 / first - 1 / second) == pytest.approx(expected, rel=0.03)


def test_only_the_pool_saturates(some_states) -> None:
    for number, states in enumerate(some_states):
        image = frames(states, seed=number).astype(float)
        assert image.shape == (101, 48, 96)
        assert 0 <= image.min() <= image.max() <= 1
        full = (image == 1).mean(axis=0)
        assert full[22:26, 66:72].max() > 0.9
        pool = (infrared.temperature(states, np.full(101, 1.2), CLOCK.times(2.0)) > 850).mean(axis=0)
        outside = np.concatenate([pool[::-1], pool]) == 0
        stuck = image.max(axis=0) == image.min(axis=0)
        assert full[outside & ~stuck].max(initial=0) == 0


def test_what_lies_behind_was_heated_before(steady) -> None:
    times = np.array([0.05])
    field = infrared.temperature(steady, np.ones(1), times)[0]
    reached = steady.speed_m_s * 0.05 - infrared.PIXEL_M > infrared.BEHIND_M
    assert field[0, ~reached & (steady.speed_m_s * 0.05 + infrared.PIXEL_M < infrared.BEHIND_M)].max() < 305
    assert field[0, reached & (infrared.BEHIND_M >= 0)].min() > 500


def test_soot_shines_ahead_of_the_pool_only(steady, changed) -> None:
    oiled = changed(steady, "film.oil", np.ones_like)
    clean, dirty = frames(steady, SILENT)[50].astype(float), frames(oiled, SILENT)[50].astype(float)
    solid_ahead = (clean[:, 80:] > 0.01) & (clean[:, 80:] < 0.5) & (clean[:, 80:] != dirty[:, 80:])
    assert np.median((dirty[:, 80:] / clean[:, 80:])[solid_ahead]) == pytest.approx(1.3, rel=0.01)
    assert np.array_equal(clean[:, :72], dirty[:, :72])


def test_the_detector_belongs_to_the_machine(steady) -> None:
    def setup(machine: str, session: str) -> infrared.Setup:
        return infrared.setup(Groups(0, "laser_al", Place(machine, session, "w", 0.0)), 1.0)

    first, second, other = setup("m1", "a"), setup("m1", "b"), setup("m2", "a")
    assert first.detector == second.detector != other.detector
    assert first.emissivity_factor != second.emissivity_factor
    still = frames(steady, setup=replace(PLAIN, detector=first.detector))
    assert np.sum(still.max(axis=0) == still.min(axis=0)) == infrared.BAD_PIXELS


def test_group_effects_are_those_of_the_table() -> None:
    setups = [
        infrared.setup(Groups(0, "laser_al", Place(f"m{k}", f"s{k}", f"w{k}", 0.0)), 1.0) for k in range(800)
    ]
    spread = np.std(np.log([setup.emissivity_factor for setup in setups]))
    assert spread == pytest.approx(np.hypot(0.12, 0.06), rel=0.1)


def test_a_dropout_repeats_the_last_frame(some_states) -> None:
    image = frames(some_states[0], dropouts=np.array([[0.5, 0.6]]))
    assert image.dtype == np.float16
    assert (image[26:31] == image[25]).all()
    assert not (image[31] == image[25]).all()
