"""Pool camera: geometry of masks, light where they say, film, offset, and the enhancement that cuts the
electrode off."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_laplace

from weldfusion.signals.pool_enhancement import PoolEnhancement
from weldfusion.simulate.aluminium_tig.sensors import pool_camera
from weldfusion.simulate.aluminium_tig.sensors.pool_scene import FIELD_MM
from weldfusion.simulate.curve import Curve
from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.sensors.clock import Clock

CLOCK = Clock(1.0, offset_s=-0.01)
PLAIN = pool_camera.setup(Groups(0, "aluminium_tig", Place("m1", "m1s1", "m1s1w1", 0.0), 0.0), 1.0)
NONE = np.zeros((0, 2))


def frames(states, setup=PLAIN, dropouts=NONE, seed=0):
    return pool_camera.record(states, setup, CLOCK, dropouts, np.random.default_rng(seed))


def masks(states, setup=PLAIN, seed=0, time_s=None):
    return pool_camera.masks(states, setup, CLOCK, np.random.default_rng(seed), time_s)


def changed(states, group, name, value):
    part = getattr(states, group)
    curve = Curve(np.full(len(part.__dict__[name]), value), 64.0)
    return replace(states, **{group: replace(part, **{name: curve})})


@pytest.fixture(scope="module")
def good(calm):
    return next(w.states for w in calm if w.design.cause == "none")


def test_a_picture_a_second_covers_the_weld(good) -> None:
    times = pool_camera.times_of(good, CLOCK)
    assert times[0] < 0
    assert times[-1] < 20 < times[-1] + 1
    assert frames(good).shape == (21, 224, 224)


def test_width_and_length_of_the_pool_are_those_of_the_states(calm) -> None:
    mm = FIELD_MM / 224
    for weld in calm[:12]:
        seen = masks(weld.states)
        whole = seen.pool | seen.arc
        width = mm * whole[1:-1].any(axis=1).sum(axis=1)
        truth = np.interp(
            pool_camera.times_of(weld.states, CLOCK)[1:-1],
            weld.states.pool.width_mm.times,
            weld.states.pool.width_mm.values,
        )
        assert np.mean(width / np.maximum(truth, 4.2)) == pytest.approx(1, abs=0.06)


def test_the_electrode_keeps_its_shape_and_moves_by_two_pixels(calm) -> None:
    sizes, places = [], []
    for weld in calm[:6]:
        rod = masks(weld.states, seed=weld.states.plate_mm.__hash__() % 100).electrode
        sizes += list(rod.sum(axis=(1, 2)))
        places += [np.nonzero(one)[1].mean() for one in rod]
    assert np.std(sizes) / np.mean(sizes) < 0.08
    assert np.std(places) == pytest.approx(np.hypot(2, 1), rel=0.35)


def test_light_is_where_the_masks_say(good) -> None:
    seen, light = masks(good), frames(good).astype(float)
    level = {name: light[getattr(seen, name)].mean() for name in ("electrode", "arc", "pool", "reflection")}
    away = ~(seen.electrode | seen.arc | seen.pool)
    assert level["arc"] > 245 > level["electrode"] > 150 > level["reflection"] > level["pool"]
    assert level["pool"] > 1.3 * light[away].mean()
    assert not (seen.pool & (seen.electrode | seen.arc)).any()
    assert (seen.reflection <= seen.pool).all()
    assert np.mean(light == 255) < 0.05


def test_the_pool_goes_aside_with_the_torch(good) -> None:
    middle = {}
    for offset in (-1.0, 0.0, 1.0):
        pool = masks(changed(good, "joint", "offset_mm", offset)).pool[:, 105:]  # below the arc
        middle[offset] = np.mean([np.nonzero(one)[1].mean() for one in pool])
    pixels = 0.8 * 224 / FIELD_MM
    assert middle[-1.0] - middle[0.0] == pytest.approx(pixels, rel=0.05)
    assert middle[0.0] - middle[1.0] == pytest.approx(pixels, rel=0.05)


def test_film_makes_the_pool_rough_and_dark(good) -> None:
    rough, light = [], []
    for film in (0.0, 0.3, 0.6):
        states = changed(good, "joint", "film", film)
        seen, picture = masks(states).pool[5:], frames(states)[5:].astype(np.float32)
        rough.append(np.mean([gaussian_laplace(p, 1.5)[m].std() for p, m in zip(picture, seen, strict=True)]))
        light.append(picture[seen].mean())
    assert rough[2] > 1.5 * rough[1] > 1.5 * rough[0] / 1.2
    assert light == sorted(light, reverse=True)


def test_dirt_on_the_rest_of_the_world_does_not_move_geometry(good) -> None:
    dirty = changed(good, "joint", "film", 0.7)
    for name, mask in vars(masks(good)).items():
        assert np.array_equal(mask, getattr(masks(dirty), name))


def test_the_enhancement_cuts_the_electrode_off_and_keeps_the_pool(calm) -> None:
    """Rows that its first step cuts, against the true masks: all of the electrode, little of the pool."""
    step, kept, cut = PoolEnhancement(), [], []
    for weld in calm[:8]:
        seen, pictures = masks(weld.states), frames(weld.states)
        for k in (5, 15):
            below = step.pictures(pictures[k])["side of the pool"]
            rows = 224 - len(below)
            kept.append(seen.pool[k][rows:].sum() / seen.pool[k].sum())
            cut.append(seen.electrode[k][:rows].sum() / seen.electrode[k].sum())
    assert min(cut) > 0.98
    assert np.median(kept) > 0.6


def test_a_mask_of_one_instant_is_that_of_its_picture(good) -> None:
    every, one = masks(good, seed=4), masks(good, seed=4, time_s=7.2)
    assert np.array_equal(one.pool, every.pool[7])


def test_other_sizes_show_the_same(good) -> None:
    half = replace(PLAIN, picture_px=112, mm_per_px=FIELD_MM / 112, blur_px=0.25)
    large, small = masks(good), masks(good, half)
    assert small.pool.shape == (21, 112, 112)
    assert small.pool.mean() == pytest.approx(large.pool.mean(), rel=0.03)
    smaller = frames(good).reshape(21, 112, 2, 112, 2).mean(axis=(2, 4))
    assert abs(smaller.mean() - frames(good, half).mean()) < 4


def test_a_drop_out_repeats_the_last_picture(good) -> None:
    held = frames(good, dropouts=np.array([[4.9, 5.05]]))
    assert np.array_equal(held[5], held[4])
    assert not np.array_equal(held[6], held[5])
