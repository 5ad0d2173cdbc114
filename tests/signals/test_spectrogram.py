"""Power spectrograms against librosa, scipy and Parseval's theorem."""

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from weldfusion.signals import spectrogram
from weldfusion.signals.filter_banks import Mel
from weldfusion.signals.spectrogram import band_powers, frame_times_s, power_spectrogram

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("n_fft", "hop", "time"), [(256, 80, 8000), (100, 33, 1001), (2048, 512, 9000)])
def test_it_is_librosas_stft(n_fft, hop, time):
    x = RNG.standard_normal((2, 3, time))
    expected = np.abs(librosa.stft(x, n_fft=n_fft, hop_length=hop)) ** 2
    np.testing.assert_allclose(power_spectrogram(x, n_fft, hop), expected, rtol=1e-9, atol=1e-10)


def test_reflection_is_librosas_too():
    x = RNG.standard_normal((2, 3000))
    expected = np.abs(librosa.stft(x, n_fft=512, hop_length=128, pad_mode="reflect")) ** 2
    np.testing.assert_allclose(power_spectrogram(x, 512, 128, "reflect"), expected, rtol=1e-9, atol=1e-10)


def test_without_padding_it_is_scipys_frames():
    x = RNG.standard_normal(5000)
    window = signal.get_window("hann", 256)
    _, _, expected = signal.stft(
        x, nperseg=256, noverlap=156, window=window, boundary=None, padded=False, scaling="spectrum"
    )
    expected = np.abs(expected * window.sum()) ** 2
    np.testing.assert_allclose(power_spectrogram(x, 256, 100, "none"), expected, rtol=1e-9, atol=1e-10)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(2, 60), st.integers(60, 300), st.sampled_from(["zero", "none"]))
def test_blocks_change_nothing(hop, n_fft, time, padding):
    x = np.random.default_rng(time).standard_normal((2, time))
    whole = power_spectrogram(x, n_fft, hop, padding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spectrogram, "BLOCK_SAMPLES", 1)
        np.testing.assert_array_equal(power_spectrogram(x, n_fft, hop, padding), whole)
    length = time if padding == "none" else time + 2 * (n_fft // 2)
    assert whole.shape == (2, n_fft // 2 + 1, len(range(0, length - n_fft + 1, hop)))
    assert whole.min() >= 0


def test_bands_are_librosas_melspectrogram():
    x = RNG.standard_normal((3, 8000)).astype(np.float32)
    expected = librosa.feature.melspectrogram(y=x, sr=8000, n_fft=512, hop_length=128, n_mels=40)
    found = band_powers(x, Mel(40).weights(8000, 512), 512, 128)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6 * expected.max())


def test_frames_lie_where_a_click_is():
    x = np.zeros(8000)
    x[3000] = 1.0
    for padding in ("zero", "none"):
        power = power_spectrogram(x, 256, 80, padding).sum(axis=0)
        times = frame_times_s(len(power), 8000, 256, 80, padding)
        assert abs(times[power.argmax()] - 3000 / 8000) <= 0.5 * 80 / 8000 + 1e-12


@pytest.mark.parametrize(
    ("values", "settings", "told"),
    [
        (np.array([1.0, np.nan]), (4, 2), r"values\[1\] is nan"),
        (np.zeros((2, 0)), (4, 2), "0 samples"),
        (np.zeros(3), (4, 2, "none"), "shorter than a frame of 4"),
        (np.zeros(3), (4, 2, "zero"), "shorter than a frame of 4"),
        (np.zeros(3), (4, 2, "reflect"), "shorter than a frame of 4"),
        (np.zeros(9), (1, 2), "n_fft"),
        (np.zeros(9), (4, 0), "hop"),
        (np.array(["a"]), (4, 2), "real numbers"),
    ],
)
def test_signals_that_cannot_be_used_are_told(values, settings, told):
    with pytest.raises(ValueError, match=told):
        power_spectrogram(values, *settings)


@pytest.mark.parametrize("padding", ["zero", "reflect", "none"])
def test_a_signal_of_one_frame_is_long_enough(padding):
    assert power_spectrogram(np.ones(4), 4, 4, padding).shape == (3, 1 if padding == "none" else 2)


def test_weights_of_another_length_are_told():
    with pytest.raises(ValueError, match="129 bins"):
        band_powers(np.zeros(100), np.ones((3, 129)), 512, 128)
