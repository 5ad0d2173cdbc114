"""Spectrograms for encoders of images: the picture, masks, nested settings in a config."""

from functools import partial

import numpy as np
import pytest
import torch
from scipy.signal import stft
from torch import nn

from weldfusion.config.build import build
from weldfusion.config.join import join
from weldfusion.config.problems import Reading
from weldfusion.data.flow import Flow
from weldfusion.encoders.irnet import IrNet
from weldfusion.encoders.spectrogram_backbone import SpectrogramBackbone
from weldfusion.encoders.tsfpc import TSFPC
from weldfusion.errors import ConfigError
from weldfusion.signals.filter_banks import Mel
from weldfusion.systems.parts import MakeEncoder
from weldfusion.testing import check_encoder

RATE = 16_000.0


def sound(length: int, channels: int = 1) -> Flow:
    return Flow("waveform", channels, length=length, rate=RATE)


def test_the_picture_is_the_spectrogram_of_scipy_in_decibels():
    bank, x = Mel(24, scale="htk"), torch.randn(2, 2, 3000)
    encoder = SpectrogramBackbone(sound(3000, 2), n_fft=512, hop=200, bank=bank).eval()
    _, _, spectrum = stft(
        x.double().numpy(), RATE, "hann", 512, 512 - 200, boundary=None, padded=False, scaling="spectrum"
    )
    power = np.abs(spectrum * 256.0) ** 2  # scipy divides by the sum of the window
    expected = (
        10 * np.log10(np.maximum(bank.weights(RATE, 512) @ power, 1e-6)) / (1 + encoder.norm.eps) ** 0.5
    )
    with torch.no_grad():
        np.testing.assert_allclose(encoder.picture(x).numpy(), expected, atol=2e-3)


def test_a_resized_picture_is_the_same_at_the_same_size():
    x = torch.randn(1, 1, 4096)
    plain = SpectrogramBackbone(sound(4096)).eval()
    frames = (4096 - 1024) // 256 + 1
    resized = SpectrogramBackbone(sound(4096), size=(40, frames)).eval()
    with torch.no_grad():
        torch.testing.assert_close(resized.picture(x), plain.picture(x), atol=1e-4, rtol=1e-5)
        assert SpectrogramBackbone(sound(4096), size=(64, 32)).picture(x).shape == (1, 1, 64, 32)


def test_frames_that_are_not_valid_are_the_mean():
    encoder = SpectrogramBackbone(sound(4096)).eval()
    nn.init.normal_(encoder.norm.running_mean)
    valid = torch.arange(4096).unsqueeze(0) < 2048
    with torch.no_grad():
        picture = encoder.picture(torch.randn(1, 1, 4096), valid)
    whole = (2048 - 1024) // 256 + 1
    assert (picture[..., whole:] == 0).all()
    assert (picture[..., :whole] != 0).all()


@pytest.mark.parametrize(
    "make",
    [
        partial(SpectrogramBackbone, backbone=partial(TSFPC, depths=(1, 1, 1)), size=(64, 64)),
        partial(
            SpectrogramBackbone,
            backbone=partial(IrNet, out="tokens"),
        ),
    ],
)
def test_the_contract_with_other_backbones(make):
    check_encoder(make, sound(8192))


def test_a_config_nests_the_backbone():
    given = {
        "class_path": "SpectrogramBackbone",
        "hop": 128,
        "bank": {"class_path": "Mel", "bands": 64},
        "size": [64, 128],
        "backbone": {"class_path": "TSFPC", "init_args": {"width": 32, "depths": [1, 1, 1]}},
    }
    reading = Reading()
    whole = join(reading, MakeEncoder, "model.encoders.sound", None, given)
    assert not reading.problems
    encoder = build(MakeEncoder, "model.encoders.sound", whole)(sound(16_000))
    assert isinstance(encoder.backbone, TSFPC)
    assert encoder.out == Flow.features(32)
    assert encoder.picture(torch.randn(1, 1, 16_000)).shape == (1, 1, 64, 128)


@pytest.mark.parametrize(
    ("flow", "arguments", "told"),
    [
        (Flow("table", 2), {}, "not table"),
        (Flow("waveform", 1, length=8000), {}, "known length and rate"),
        (sound(1000), {}, "1000 samples are shorter than one frame of 1024"),
        (sound(1000), {"padding": "reflect"}, "lower n_fft to 1000 at most"),
        (sound(8000), {"hop": 0}, "hop 0"),
        (sound(8000), {"backbone": TSFPC}, "multiples of 64 pixels, not 40×28"),
        (sound(8000), {"size": (0, 4)}, r"size is \[0, 4\]"),
    ],
)
def test_settings_that_cannot_work(flow, arguments, told):
    with pytest.raises(ConfigError, match=told):
        SpectrogramBackbone(flow, **arguments)
