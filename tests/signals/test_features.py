"""Plain features against numpy, scipy and signals whose features are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from weldfusion.signals.features import masked_quantiles, octave_energies, plain_features


def of(values, names, name):
    return values[:, names.index(name)]


def test_masked_waveform_equals_numpy_on_the_valid_part_alone():
    generator = np.random.Generator(np.random.PCG64(0))
    x = generator.normal(size=(3, 2, 50)) * 3 + 1
    lengths = (50, 31, 17)
    valid = np.arange(50) < np.array(lengths)[:, None]
    values, names = plain_features(
        "waveform", np.where(valid[:, None], x, 999.0), 10.0, valid, ["power", "force"]
    )
    for i, length in enumerate(lengths):
        for c, channel in enumerate(("power", "force")):
            y = x[i, c, :length]
            expected = {
                "mean": y.mean(),
                "sd": y.std(),
                "min": y.min(),
                "max": y.max(),
                "rms": np.sqrt((y**2).mean()),
                "slope": stats.linregress(np.arange(length) / 10, y).slope,
                "quantile 0.25": np.quantile(y, 0.25),
                "zero crossings": 10 * (np.diff(np.sign(y - y.mean())) != 0).sum() / length,
            }
            for name, value in expected.items():
                assert values[i, names.index(f"{channel} {name}")] == pytest.approx(value), (i, name)
    np.testing.assert_allclose(of(values, names, "duration"), np.array(lengths) / 10)


def test_absent_waveform_is_nan_and_constant_is_finite():
    valid = np.array([[False] * 8, [True] * 8])
    values, names = plain_features("waveform", np.full((2, 1, 8), 5.0), 4.0, valid)
    assert np.isnan(values[0]).all()
    assert np.isfinite(values[1]).all()
    assert of(values, names, "channel 0 mean")[1] == 5.0
    assert of(values, names, "channel 0 zero crossings")[1] == 0.0


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 60), st.integers(0, 10**6))
def test_octave_energies_keep_parsevals_sum(length, key):
    x = np.random.Generator(np.random.PCG64(key)).normal(size=(2, length))
    x -= x.mean(axis=1, keepdims=True)
    energy, _ = octave_energies(x, 100.0)
    np.testing.assert_allclose(energy.sum(axis=-1), (x**2).sum(axis=-1))


def test_a_tone_lies_in_its_octave():
    time = np.arange(1024) / 1024
    energy, names = octave_energies(np.sin(2 * np.pi * 100 * time)[None], 1024.0)
    assert names[int(energy[0].argmax())] == "64-128 Hz"
    assert energy[0].max() / energy[0].sum() > 0.999


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 20), st.integers(0, 10**6))
def test_masked_quantiles_equal_nanquantile(length, key):
    generator = np.random.Generator(np.random.PCG64(key))
    x = generator.normal(size=(4, length))
    valid = generator.uniform(size=x.shape) < 0.7
    valid[:, 0] = True
    expected = np.nanquantile(np.where(valid, x, np.nan), [0.0, 0.3, 1.0], axis=1).T
    np.testing.assert_allclose(masked_quantiles(x, valid, [0.0, 0.3, 1.0]), expected)


def test_images_are_averaged_over_the_valid_ones():
    generator = np.random.Generator(np.random.PCG64(1))
    photos = generator.integers(0, 255, size=(2, 3, 1, 12, 9), dtype=np.uint8)
    valid = np.array([[True, False, True], [False, False, False]])
    values, names = plain_features("image", photos, valid=valid)
    assert of(values, names, "channel 0 mean")[0] == pytest.approx(photos[0, [0, 2]].mean(), rel=1e-5)
    sd = np.mean([photos[0, s].std() for s in (0, 2)])
    assert of(values, names, "channel 0 sd")[0] == pytest.approx(sd, rel=1e-5)
    assert np.isnan(values[1]).all()
    ramp = np.broadcast_to(np.arange(9.0) * 2, (1, 1, 12, 9))
    values, names = plain_features("image", ramp)
    assert of(values, names, "channel 0 gradient energy")[0] == pytest.approx(4.0)


def test_large_image_quantiles_come_from_a_grid_of_its_pixels():
    image = np.random.Generator(np.random.PCG64(2)).normal(size=(1, 1, 300, 400))
    values, names = plain_features("image", image)
    assert of(values, names, "channel 0 quantile 0.5")[0] == pytest.approx(np.median(image), abs=0.05)


def test_table_and_refusals():
    values, names = plain_features("table", np.ones((2, 2)), valid=np.array([[True, False], [True, True]]))
    assert names == ["channel 0", "channel 1"]
    np.testing.assert_array_equal(np.isnan(values), [[False, True], [False, False]])
    with pytest.raises(ValueError, match="rate in Hz"):
        plain_features("waveform", np.ones((1, 1, 4)))
    with pytest.raises(ValueError, match="kind 'video'"):
        plain_features("video", np.ones((1, 1, 4)))


def test_many_channels_become_bands_of_neighbours():
    rng = np.random.default_rng(0)
    spectra = rng.normal(size=(3, 64, 50))
    values, names = plain_features("waveform", spectra, 100.0, channels=[f"{n} nm" for n in range(64)])
    bands, _ = plain_features("waveform", spectra.reshape(3, 16, 4, 50).mean(2), 100.0)
    np.testing.assert_allclose(values, bands)
    assert names[0] == "0 nm to 3 nm mean"
