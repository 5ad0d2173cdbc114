"""Coaxial camera: size of the mouth in a frame, masks, saturation, noise, drop-outs."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import zoom

from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.laser.plume import Spatter
from weldfusion.simulate.laser.sensors import camera_scene, coaxial_camera
from weldfusion.simulate.laser.sensors.mouth import mouth_at
from weldfusion.simulate.sensors.clock import Clock

NO_DROPOUTS = np.zeros((0, 2))
CLOCK = Clock(100.0, offset_s=-0.01)
PLAIN = coaxial_camera.Setup(gain=1.0, blur_px=0.0, width_factor=1.0, noise=1.0)
SILENT = replace(PLAIN, noise=0.0)
NO_SPATTER = Spatter(*(np.zeros(0) for _ in range(5)))


def frames(states, setup=PLAIN, dropouts=NO_DROPOUTS, seed=0):
    return coaxial_camera.record(states, setup, CLOCK, dropouts, np.random.default_rng(seed))


def test_mouth_radius_is_recovered_from_a_noise_free_frame(some_states, changed) -> None:
    for number, states in enumerate(some_states):
        dark = changed(replace(states, spatter=NO_SPATTER), "keyhole.plume", lambda values: 0 * values)
        image = frames(dark, SILENT, seed=number).astype(float)
        times = CLOCK.times(2.0)
        for frame in np.flatnonzero((times > 0.1) & (times < 1.9))[::20]:
            middle = zoom(image[frame, 20:44, 36:60], 8, order=1)
            level = (np.median(image[frame, 30:34, 46:50]) + np.median(middle)) / 2
            area = np.sum(middle > level) * (55e-6 * 23 / 191) ** 2
            instants = times[frame] + 1e-4 * np.linspace(-1, 1, 21)
            truth = mouth_at(states, instants).area_m2.mean()
            assert np.sqrt(area) == pytest.approx(np.sqrt(truth), rel=0.06)


def test_pool_width_in_the_mask_is_that_of_the_states(some_states) -> None:
    for states in some_states:
        masks = coaxial_camera.masks(states, PLAIN, CLOCK, np.random.default_rng(0))
        times = CLOCK.times(2.0)
        used = (times > 0.2) & (times < 1.9)
        width_m = 55e-6 * (masks.pool | masks.mouth)[used].sum(axis=1).max(axis=1)
        truth = states.heat.pool_width_m.at(times[used])
        assert np.mean(width_m / truth) == pytest.approx(1.0, abs=0.06)
        assert 0.03 < np.std(width_m / truth) < 0.09


def test_masks_are_where_the_light_is_and_of_the_same_frames(some_states) -> None:
    states = some_states[0]
    image = frames(states, seed=3)
    masks = coaxial_camera.masks(states, PLAIN, CLOCK, np.random.default_rng(3))
    on = slice(2, 200)
    level = {name: image[on][getattr(masks, name)[on]].mean() for name in ("mouth", "pool", "spatter")}
    away = ~(masks.mouth | masks.pool | masks.spatter)
    assert level["mouth"] > 1.8 * level["pool"]
    assert level["pool"] > 2 * image[on][away[on]].mean()
    assert level["spatter"] > image[on][~masks.spatter[on] & ~masks.mouth[on]].mean()
    assert not (masks.mouth & masks.pool).any()
    one = coaxial_camera.masks(states, PLAIN, CLOCK, np.random.default_rng(3), time_s=0.5004)
    assert np.array_equal(one.pool, masks.pool[51])
    assert not masks.mouth[0].any()


def test_masks_come_back_from_the_stored_scene(some_states) -> None:
    scene = coaxial_camera.scene(some_states[0], PLAIN, CLOCK, np.random.default_rng(3))
    again = camera_scene.masks(camera_scene.Scene(**{k: np.array(v) for k, v in vars(scene).items()}))
    masks = coaxial_camera.masks(some_states[0], PLAIN, CLOCK, np.random.default_rng(3))
    assert all(np.array_equal(a, b) for a, b in zip(vars(again).values(), vars(masks).values(), strict=True))


def test_a_particle_flies_away_from_the_mouth_at_its_speed(some_states) -> None:
    one = [np.array([value]) for value in (0.5, 90e-6, 2.0, np.pi / 2, np.pi / 3)]
    scene = coaxial_camera.scene(
        replace(some_states[0], spatter=Spatter(*one)),
        PLAIN,
        Clock(10_000.0, offset_s=0.4998),
        np.random.default_rng(0),
    )
    start = 0.4998 + scene.spatter_frame / 1e4
    assert np.allclose(scene.spatter_place[:, 0], 0, atol=1e-12)
    middle = scene.spatter_place[2::5, 1]
    flown = np.maximum(start[2::5] - 0.5, 0)
    assert np.allclose(middle, 2.0 * np.cos(np.pi / 3) * flown, atol=1e-12)
    assert flown.max() == pytest.approx(1.9e-3, abs=1.01e-4)


def test_mouth_cut_changes_pixels_around_the_mouth_only(some_states, changed) -> None:
    states = some_states[1]
    smaller = changed(states, "keyhole.opening", lambda values: 0.5 * values)
    different = (frames(states) != frames(smaller)).any(axis=0)
    assert different[30:34, 46:50].all()
    assert not different[:16].any()
    assert not different[48:].any()
    assert not different[:, :32].any()


def test_range_type_and_saturation(plain) -> None:
    saturated = []
    for number, weld in enumerate(plain(6, ("noise",))):
        place = Place(f"m{number}", f"m{number}s1", f"m{number}s1w1", 0.5)
        setup = coaxial_camera.setup(Groups(number, "laser_al", place), 1.0)
        image = frames(weld.states, setup, seed=number)
        assert image.shape == (202, 64, 64)
        assert image.dtype == np.uint8
        masks = coaxial_camera.masks(weld.states, setup, CLOCK, np.random.default_rng(number))
        saturated.append(np.mean((image == 255)[~masks.mouth]))
        assert image[0].mean() == pytest.approx(0.12 * 110 * setup.gain, rel=0.1)
    assert max(saturated) < 0.02


def test_group_effects_are_those_of_the_table() -> None:
    places = [Place(f"m{k}", f"s{k}", f"w{k}", 0.0) for k in range(800)]
    setups = [coaxial_camera.setup(Groups(0, "laser_al", place), 1.0) for place in places]
    assert np.std(np.log([s.gain for s in setups])) == pytest.approx(0.15, rel=0.1)
    assert np.std(np.log([s.width_factor for s in setups])) == pytest.approx(0.10, rel=0.1)
    blur = np.array([s.blur_px for s in setups])
    assert 0 <= blur.min() < 0.05
    assert 0.95 < blur.max() <= 1.0
    none = coaxial_camera.setup(Groups(0, "laser_al", places[0], scale=0.0), 1.0)
    assert none == coaxial_camera.Setup(1.0, 0.0, 1.0, 1.0)


def test_gain_scales_and_blur_softens(some_states) -> None:
    states = replace(some_states[0], spatter=NO_SPATTER)
    whole, half = (
        frames(states, SILENT).astype(float),
        frames(states, replace(SILENT, gain=0.5)).astype(float),
    )
    assert np.abs(whole - 2 * half).max() <= 1.5
    soft = frames(states, replace(SILENT, blur_px=1.0)).astype(float)
    steepest = [np.abs(np.diff(image[100, :, 47])).max() for image in (whole, soft)]
    assert steepest[1] < 0.85 * steepest[0]


def test_noise_is_that_of_shot_and_readout(some_states) -> None:
    exact, noisy = (frames(some_states[0], setup)[:1].astype(float) for setup in (SILENT, PLAIN))
    expected = np.sqrt(0.8**2 * exact.mean() + 2**2 + 1 / 12)
    assert (noisy - exact).std() == pytest.approx(expected, rel=0.05)


def test_a_dropout_repeats_the_last_frame(some_states) -> None:
    image = frames(some_states[0], dropouts=np.array([[0.495, 0.6]]))
    assert (image[51:61] == image[50]).all()
    assert not (image[61] == image[50]).all()
