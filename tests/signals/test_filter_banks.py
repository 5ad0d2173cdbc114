"""Filter banks against librosa, torchaudio and their own definition."""

import librosa
import numpy as np
import pytest
from torchaudio.functional import melscale_fbanks

from weldfusion.errors import ConfigError
from weldfusion.signals.filter_banks import FilterBank, Linear, Mel, MelThenLinear, Octaves


@pytest.mark.parametrize(("rate", "n_fft", "bands"), [(8000, 256, 32), (44100, 2048, 128), (16000, 1024, 40)])
def test_mel_is_librosas_by_default(rate, n_fft, bands):
    expected = librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=bands, dtype=np.float64)
    np.testing.assert_allclose(Mel(bands).weights(rate, n_fft), expected, rtol=1e-12, atol=1e-15)


def test_mel_is_torchaudios_when_asked():
    expected = melscale_fbanks(513, 0.0, 8000.0, 40, 16000).numpy().T
    found = Mel(40, scale="htk", area="peak").weights(16000, 1024)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("bank", [Mel(24), MelThenLinear(2000, 16), Octaves(3, 500), Linear(16)])
def test_every_band_has_an_area_of_one_hertz(bank: FilterBank):
    fine = bank.weights(16000, 1 << 16)
    np.testing.assert_allclose(fine.sum(axis=1) * 16000 / (1 << 16), 1.0, rtol=1e-3)


def test_bands_above_the_corner_have_one_width():
    edges = MelThenLinear(corner_hz=2000, bands=24).edges_hz(44100)
    above = np.diff(edges[edges >= 2000 - 1e-6])
    np.testing.assert_allclose(above, above[0], rtol=1e-9)
    below = np.diff(edges[edges <= 2000 + 1e-6])
    np.testing.assert_allclose(above[0], below[-1], rtol=0.05)
    assert edges[-1] == 22050


def test_octaves_have_a_constant_ratio():
    centres = Octaves(6, 250).centres_hz(16000)
    np.testing.assert_allclose(centres[1:] / centres[:-1], 2 ** (1 / 6))
    assert centres[0] == pytest.approx(250 * 2 ** (1 / 6))


@pytest.mark.parametrize(
    ("bank", "told"),
    [
        (Mel(256), "narrower than"),
        (Mel(20, high_hz=9000), "half the rate, 8000 Hz"),
        (MelThenLinear(corner_hz=9000), "corner_hz 9000"),
        (Octaves(low_hz=7900), "no band"),
    ],
)
def test_banks_that_do_not_fit_are_told(bank, told):
    with pytest.raises(ConfigError, match=told):
        bank.weights(16000, 512)
