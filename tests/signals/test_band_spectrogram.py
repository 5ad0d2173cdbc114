"""Spectrograms as steps, and their scales, against librosa."""

from fractions import Fraction

import librosa
import numpy as np
import pytest

from weldfusion.errors import ConfigError
from weldfusion.signals.band_spectrogram import BandSpectrogram, ConstantQSpectrogram
from weldfusion.signals.filter_banks import Mel, Octaves
from weldfusion.signals.loudness import ClipDecibels, Decibels, PerChannelEnergy

RATE = Fraction(16000)
X = np.random.default_rng(0).standard_normal((2, 8000)).astype(np.float32)


def test_the_default_is_librosas_mel_in_decibels_against_one():
    found, rate = BandSpectrogram()(X, RATE)
    powers = librosa.feature.melspectrogram(y=X, sr=16000, n_fft=1024, hop_length=256, n_mels=40)
    expected = librosa.power_to_db(powers, ref=1.0, top_db=None)
    assert rate == Fraction(125, 2)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected.reshape(80, -1), atol=1e-3)


def test_a_clips_own_maximum_is_librosas_for_that_clip():
    powers = np.abs(np.random.default_rng(1).standard_normal((3, 5, 7)))
    expected = [librosa.power_to_db(clip, ref=np.max, top_db=80) for clip in powers]
    np.testing.assert_allclose(ClipDecibels().of(powers, 100.0), expected, atol=1e-10)


def test_a_fixed_reference_keeps_loudness_and_the_clips_maximum_does_not():
    powers = np.abs(np.random.default_rng(1).standard_normal((5, 7))) + 1e-3
    assert np.allclose(Decibels().of(100 * powers, 1.0) - Decibels().of(powers, 1.0), 20.0)
    assert np.allclose(ClipDecibels().of(100 * powers, 1.0), ClipDecibels().of(powers, 1.0))


def test_silence_is_the_floor_and_finite():
    silent = np.zeros((3, 4))
    assert (Decibels(floor_db=-90).of(silent, 1.0) == -90).all()
    assert np.isfinite(ClipDecibels().of(silent, 1.0)).all()
    assert np.isfinite(PerChannelEnergy().of(silent, 1.0)).all()


def test_per_channel_energy_is_librosas():
    powers = np.abs(np.random.default_rng(2).standard_normal((2, 6, 50)))
    expected = librosa.pcen(powers * 2.0**31, sr=16000, hop_length=256)
    np.testing.assert_allclose(PerChannelEnergy().of(powers, 62.5), expected, rtol=1e-6)


def test_constant_q_is_librosas():
    found, rate = ConstantQSpectrogram(bands=48, loudness=Decibels(floor_db=-200))(X, RATE)
    expected = np.abs(librosa.cqt(X, sr=16000, hop_length=256, fmin=65.0, n_bins=48)) ** 2
    assert rate == Fraction(125, 2)
    np.testing.assert_allclose(10 ** (found / 10), expected.reshape(96, -1), rtol=1e-3, atol=1e-9)


@pytest.mark.parametrize("padding", ["zero", "reflect"])
def test_a_click_lies_at_its_second(padding):
    click = np.zeros((1, 8000))
    click[0, 3000] = 1.0
    found, rate = BandSpectrogram(256, 80, loudness=Decibels(floor_db=-200), padding=padding)(click, RATE)
    power = (10 ** (found / 10)).sum(axis=0)
    assert abs(power.argmax() / float(rate) - 3000 / 16000) <= 0.5 * 80 / 16000 + 1e-12


def test_frames_only_inside_the_signal_would_be_dated_early():
    with pytest.raises(ConfigError, match="padding: is 'none', must be 'zero' or 'reflect'"):
        BandSpectrogram(padding="none")


def test_a_tone_is_in_its_band_with_every_bank():
    tone = np.sin(2 * np.pi * 1000 * np.arange(8000) / 16000)[None]
    for bank in (Mel(40), Octaves(3, 200)):
        found, _ = BandSpectrogram(bank=bank)(tone, RATE)
        edges = bank.edges_hz(16000)
        peak = int(found.mean(axis=1).argmax())
        assert edges[peak] < 1000 < edges[peak + 2]


@pytest.mark.parametrize(
    ("step", "rate", "told"),
    [
        (BandSpectrogram(), None, "known rate"),
        (ConstantQSpectrogram(), None, "known rate"),
        (ConstantQSpectrogram(bands=96), RATE, "highest band"),
    ],
)
def test_steps_that_do_not_fit_are_told(step, rate, told):
    with pytest.raises(ConfigError, match=told):
        step(X, rate)
