"""Preparing single recordings: rates, missing values, steps, images."""

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from weldfusion.data.card import Modality
from weldfusion.data.clock import Clock
from weldfusion.data.images import fit_image
from weldfusion.data.manifest import Weld
from weldfusion.data.prepare import Recipe, Recording, key_of_recording, prepare
from weldfusion.data.settings import Input
from weldfusion.errors import ReadError

RATE = Fraction(1000)
WAVE = Modality("force", "waveform", True, rate=RATE, column="force")


def curve(tmp_path: Path, values: np.ndarray) -> Recording:
    path = tmp_path / "x.npy"
    np.save(path, values)
    return Recording(Weld("w", 2, files={"force": (path,)}), Clock(RATE))


def recipe(modality: Modality = WAVE, settings: Input = Input(), rate: int | None = 1000) -> Recipe:  # noqa: B008
    return Recipe(modality, settings, 1, None if rate is None else Fraction(rate))


def test_a_recording_at_its_own_rate_is_unchanged(tmp_path):
    values = np.random.default_rng(0).standard_normal(500).astype(np.float32)
    np.testing.assert_array_equal(prepare(recipe(), curve(tmp_path, values))[0], values)


def test_resampled_to_the_asked_rate(tmp_path):
    t = np.arange(3000) / 1000
    out = prepare(recipe(rate=250), curve(tmp_path, np.sin(2 * np.pi * 20 * t)))
    assert out.shape == (1, 750)
    wanted = np.sin(2 * np.pi * 20 * np.arange(750) / 250)
    assert np.abs(out[0] - wanted)[50:-50].max() < 0.01


def test_a_stretch_resampled_to_a_number_of_samples(tmp_path):
    line = np.arange(1000.0)
    recording = replace(curve(tmp_path, line), span=(0.2, 0.6))
    out = prepare(recipe(settings=Input(samples=100), rate=None), recording)
    np.testing.assert_allclose(out[0], 200 + 4 * np.arange(100), atol=1e-3)


def test_undeclared_nan_is_refused_with_its_place(tmp_path):
    values = np.ones(100)
    values[17] = np.nan
    with pytest.raises(ReadError, match=r"x\.npy: force is NaN at sample 17.*missing: nan"):
        prepare(recipe(), curve(tmp_path, values))


def test_infinity_is_always_refused(tmp_path):
    values = np.ones(100)
    values[3] = np.inf
    with pytest.raises(ReadError, match="infinite at sample 3"):
        prepare(recipe(replace(WAVE, missing="nan", max_missing=1.0)), curve(tmp_path, values))


def test_declared_nan_stays_where_it_was_and_does_not_spread(tmp_path):
    values = np.linspace(0, 1, 1000)
    gone = values.copy()
    gone[400:500] = np.nan
    permitted = replace(WAVE, missing="nan", max_missing=0.2)
    out = prepare(recipe(permitted, rate=500), curve(tmp_path, gone))[0]
    assert np.flatnonzero(np.isnan(out)).tolist() == list(range(200, 250))
    known = ~np.isnan(out)
    np.testing.assert_allclose(out[known], values[::2][known], atol=1e-3)
    with pytest.raises(ReadError, match=r"10.0% of force is NaN.*permits 5.0%"):
        prepare(recipe(replace(permitted, max_missing=0.05)), curve(tmp_path, gone))


@dataclass(frozen=True)
class Thin:
    """Every n-th sample."""

    step: int

    def __call__(self, values, rate):
        return values[:, :: self.step], rate / self.step


class Broken:
    def __call__(self, values, rate):
        return values * np.nan, rate


def test_steps_are_applied_in_order(tmp_path):
    out = prepare(recipe(settings=Input(steps=[Thin(2), Thin(5)])), curve(tmp_path, np.arange(100.0)))
    assert out[0].tolist() == list(range(0, 100, 10))


def test_a_step_that_gives_nan_is_named(tmp_path):
    with pytest.raises(ReadError, match=r"steps\[0\] Broken: gave NaN"):
        prepare(recipe(settings=Input(steps=[Broken()])), curve(tmp_path, np.ones(10)))


def test_wrong_number_of_channels_is_refused(tmp_path):
    with pytest.raises(ReadError, match="has 2 channels, force needs 1"):
        prepare(recipe(), curve(tmp_path, np.ones((2, 10))))


def test_more_than_one_file_of_a_waveform_is_refused(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(10), 1000)
    with pytest.raises(ReadError, match=r"weld w \(row 2\): force has 2 files"):
        prepare(recipe(), Recording(Weld("w", 2, files={"force": (path, path)}), Clock(RATE)))


def test_the_key_follows_everything_that_matters(tmp_path):
    recording = curve(tmp_path, np.ones(10))
    keys = [
        key_of_recording(r, recording, tmp_path)
        for r in (
            recipe(),
            recipe(rate=500),
            recipe(settings=Input(steps=[Thin(2)])),
            recipe(settings=Input(steps=[Thin(3)])),
            recipe(replace(WAVE, reader={"time_axis": 0})),
            recipe(replace(WAVE, missing="nan")),
        )
    ]
    assert len(set(keys)) == len(keys)
    assert key_of_recording(recipe(), recording, tmp_path) == keys[0]
    assert key_of_recording(recipe(), curve(tmp_path, np.ones(11)), tmp_path) != keys[0]
    recording.weld.files["force"][0].unlink()
    with pytest.raises(ReadError, match="correct the manifest's path"):
        key_of_recording(recipe(), recording, tmp_path)


def test_photos_become_one_array(tmp_path):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (8, 12, 3), dtype=np.uint8)
    paths = (tmp_path / "a.png", tmp_path / "b.png")
    for path in paths:
        Image.fromarray(pixels).save(path)
    photo = Modality("photo", "image", False, column="photo")
    weld = Weld("w", 2, files={"photo": paths})
    out = prepare(Recipe(photo, Input(), 3, size=(4, 6), count=2), Recording(weld))
    assert out.shape == (2, 3, 4, 6)
    assert out.dtype == np.uint8
    mean = pixels.reshape(4, 2, 6, 2, 3).mean((1, 3)).transpose(2, 0, 1)
    assert np.abs(out[0] - mean).max() <= 0.5
    assert len(prepare(Recipe(photo, Input(), 3, size=(4, 6), count=1), Recording(weld))) == 1


def test_deep_images_keep_their_values():
    deep = np.arange(16, dtype=np.uint16).reshape(4, 4, 1) * 1000
    out = fit_image(deep, (2, 2), 1)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out[0], deep[..., 0].reshape(2, 2, 2, 2).mean((1, 3)))


def test_channels_that_do_not_agree_are_refused():
    with pytest.raises(ValueError, match="has 3 channels, expected 1"):
        fit_image(np.zeros((2, 2, 3), np.uint8), (2, 2), 1)
