"""The spectrogram layer against torchaudio, librosa and a sine of known frequency."""

import librosa
import numpy as np
import pytest
import torch
from torchaudio.transforms import MelSpectrogram

from weldfusion.errors import ConfigError
from weldfusion.layers.band_decibels import BandDecibels, frame_count
from weldfusion.signals.filter_banks import Mel

RATE = 16000
HTK = Mel(20, scale="htk", area="peak")


def test_without_padding_it_is_the_spectrogram_written_out():
    torch.manual_seed(0)
    x = torch.randn(1, 1, 3000)
    layer = BandDecibels(RATE, n_fft=512, hop=200, bank=HTK)
    bank = MelSpectrogram(RATE, n_fft=512, n_mels=20).mel_scale.fb.numpy()
    window = np.sin(np.pi * np.arange(512) / 512) ** 2
    frames = [x[0, 0, i * 200 : i * 200 + 512].numpy() * window for i in range(frame_count(3000, 512, 200))]
    expected = 10 * np.log10(np.abs(np.fft.rfft(frames)) ** 2 @ bank).T
    np.testing.assert_allclose(layer(x)[0, 0].numpy(), expected, atol=2e-3)


def test_it_is_torchaudio_where_its_conventions_are_asked_for():
    torch.manual_seed(1)
    x = torch.randn(3, 2, 4000)
    layer = BandDecibels(RATE, n_fft=512, hop=128, bank=HTK, padding="reflect")
    expected = 10 * MelSpectrogram(RATE, n_fft=512, hop_length=128, n_mels=20)(x).log10()
    torch.testing.assert_close(layer(x), expected, atol=1e-3, rtol=1e-5)


def test_it_is_librosa_where_its_conventions_are_asked_for():
    x = np.random.default_rng(2).standard_normal((2, 4000)).astype(np.float32)
    layer = BandDecibels(RATE, n_fft=512, hop=128, bank=Mel(20), padding="zero", floor_db=-100)
    powers = librosa.feature.melspectrogram(y=x, sr=RATE, n_fft=512, hop_length=128, n_mels=20)
    found = 10 ** (layer(torch.from_numpy(x)).numpy() / 10)
    np.testing.assert_allclose(found, powers, rtol=2e-5, atol=1e-5 * powers.max())


def test_its_gradient_is_that_of_finite_differences():
    torch.manual_seed(3)
    layer = BandDecibels(1000, n_fft=32, hop=16, bank=Mel(4, scale="htk", area="peak"))
    x = torch.randn(1, 1, 80, requires_grad=True)
    layer(x).sum().backward()
    step = torch.zeros_like(x)
    step[0, 0, 40] = 1e-2
    with torch.no_grad():
        slope = (layer(x + step).sum() - layer(x - step).sum()) / 2e-2
    assert x.grad is not None
    torch.testing.assert_close(x.grad[0, 0, 40], slope, rtol=2e-2, atol=2e-1)


def test_a_sine_peaks_in_the_band_around_its_frequency():
    t = torch.arange(RATE) / RATE
    layer = BandDecibels(RATE, n_fft=1024, hop=256, bank=Mel(40, scale="htk", area="peak"))
    found = layer(torch.sin(2 * np.pi * 3000 * t).view(1, 1, -1))[0, 0].mean(dim=1)
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 8000 / 700), 42) / 2595) - 1)
    peak = int(found.argmax())
    assert edges[peak] < 3000 < edges[peak + 2]


def test_frames_are_valid_when_all_their_samples_are():
    layer = BandDecibels(RATE, n_fft=512, hop=128, bank=HTK)
    valid = torch.arange(1500) < torch.tensor([1500, 900, 511]).unsqueeze(1)
    assert layer.out_valid(valid).sum(dim=1).tolist() == [8, 4, 0]


@pytest.mark.parametrize("length", [512, 896, 900, 1500])
@pytest.mark.parametrize("padding", ["none", "zero"])
def test_a_padded_signal_has_the_valid_frames_of_the_signal_alone(length, padding):
    layer = BandDecibels(RATE, n_fft=512, hop=128, bank=HTK, padding=padding)
    x = torch.randn(1, 1, length, generator=torch.Generator().manual_seed(0))
    padded = torch.nn.functional.pad(x, (0, 1500 - length))
    kept = layer(padded)[..., layer.out_valid(torch.arange(1500).unsqueeze(0) < length)[0]]
    assert kept.shape[-1] == layer.frames(length)
    torch.testing.assert_close(kept, layer(x))


def test_bands_that_hold_no_frequency_are_told():
    with pytest.raises(ConfigError, match=r"narrower than the 125 Hz"):
        BandDecibels(RATE, n_fft=128, hop=128, bank=Mel(80))


@pytest.mark.parametrize("padding", ["none", "zero", "reflect"])
def test_signals_shorter_than_a_frame_are_refused_with_what_would_fit(padding):
    """512 samples at 16 kHz last 32 ms."""
    layer = BandDecibels(RATE, n_fft=512, hop=128, bank=HTK, padding=padding)
    told = (
        "511 samples are shorter than one frame of 512; lengthen the windows to 0.032 s or lower n_fft to 511"
    )
    with pytest.raises(ConfigError, match=told):
        layer.frames(511)
    with pytest.raises(ConfigError, match="511 samples"):
        layer(torch.zeros(2, 1, 511))
    assert layer(torch.zeros(2, 1, 512)).shape[-1] == layer.frames(512)
