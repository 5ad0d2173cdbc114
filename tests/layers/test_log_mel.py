"""The mel spectrogram against torchaudio's functions and a sine of known frequency."""

import numpy as np
import pytest
import torch
from torchaudio.functional import melscale_fbanks

from weldfusion.errors import ConfigError
from weldfusion.layers.log_mel import POWER_FLOOR, LogMel, frame_count

RATE = 16000


def test_it_is_the_spectrogram_written_out():
    torch.manual_seed(0)
    x = torch.randn(1, 1, 3000)
    layer = LogMel(RATE, n_fft=512, hop=200, n_mels=20)
    bank = melscale_fbanks(257, 0.0, RATE / 2, 20, RATE).numpy()
    window = np.sin(np.pi * np.arange(512) / 512) ** 2
    frames = [x[0, 0, i * 200 : i * 200 + 512].numpy() * window for i in range(frame_count(3000, 512, 200))]
    expected = np.log(np.maximum(np.abs(np.fft.rfft(frames)) ** 2 @ bank, POWER_FLOOR)).T
    np.testing.assert_allclose(layer(x)[0, 0].numpy(), expected, atol=2e-3)


def test_a_sine_peaks_in_the_band_around_its_frequency():
    t = torch.arange(RATE) / RATE
    layer = LogMel(RATE, n_fft=1024, hop=256, n_mels=40)
    found = layer(torch.sin(2 * np.pi * 3000 * t).view(1, 1, -1))[0, 0].mean(dim=1)
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 8000 / 700), 42) / 2595) - 1)
    peak = int(found.argmax())
    assert edges[peak] < 3000 < edges[peak + 2]


def test_frames_are_valid_when_all_their_samples_are():
    layer = LogMel(RATE, n_fft=512, hop=128, n_mels=20)
    valid = torch.arange(1500) < torch.tensor([1500, 900, 511]).unsqueeze(1)
    assert layer.out_valid(valid).sum(dim=1).tolist() == [8, 4, 0]


def test_bands_that_hold_no_frequency_are_told():
    with pytest.raises(ConfigError, match=r"n_mels is 40: .* 125 Hz"):
        LogMel(RATE, n_fft=128, hop=128, n_mels=40)
