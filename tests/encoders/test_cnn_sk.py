"""CNNSK: parameters and sizes of the published tables, masks of columns, settings."""

from functools import partial

import pytest
import torch
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.cnn_sk import CNNSK
from weldfusion.encoders.spectrogram_backbone import SpectrogramBackbone
from weldfusion.errors import ConfigError
from weldfusion.signals.filter_banks import Mel
from weldfusion.testing import check_encoder

PUBLISHED = Flow("image", 2, size=(64, 344))
HEAD = 256 * 3 + 3


def count(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(
    ("place", "parameters"),
    [(None, 395_515), (1, 402_331), (2, 419_867), (3, 487_195), (4, 750_875), (5, 1_794_331)],
)
def test_parameters_with_the_published_head(place, parameters):
    with torch.device("meta"):
        assert count(CNNSK(PUBLISHED, sk_after=place)) + HEAD == parameters


def test_sizes_of_the_published_table():
    with torch.device("meta"):
        network, x = CNNSK(PUBLISHED).eval(), torch.zeros(1, 2, 64, 344)
        found = []
        for block in network.blocks:
            x, _ = block(x, None)
            found.append(tuple(x.shape[1:]))
    assert found == [(8, 32, 172), (16, 16, 86), (32, 8, 43), (64, 4, 22), (128, 2, 11), (256, 1, 6)]


def test_the_selective_kernel_takes_the_place_of_the_relu():
    torch.manual_seed(0)
    plain, chosen = CNNSK(PUBLISHED, (4, 4), sk_after=None).eval(), CNNSK(PUBLISHED, (4, 4)).eval()
    chosen.load_state_dict(plain.state_dict(), strict=False)
    x = torch.randn(1, 2, 16, 16)
    inner = plain.blocks[0].convolution(x)
    for network, between in ((plain, inner.relu()), (chosen, chosen.blocks[0].chooser(inner))):
        torch.testing.assert_close(network.blocks[0](x, None)[0], network.blocks[0].norm(between))


@pytest.mark.parametrize("mode", ["paper", "external"])
@pytest.mark.parametrize("out", ["features", "maps"])
@pytest.mark.parametrize("place", [None, 2])
def test_contract(mode, out, place):
    make = partial(CNNSK, widths=(4, 6), sk_after=place, kernels=(1, 5), mode=mode, out=out)
    check_encoder(make, Flow("maps", 2, size=(12, 10)))


@pytest.mark.parametrize("length", [1, 13, 22, 37])
@pytest.mark.parametrize("place", [None, 1, 3])
def test_padded_columns_change_nothing(length, place):
    torch.manual_seed(0)
    flow = Flow("image", 1, size=(16, 40))
    padded = CNNSK(flow, (4, 6, 8), sk_after=place).eval()
    for module in padded.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean)
            nn.init.normal_(module.bias)
    x = torch.full((2, 1, 16, 40), 1e3)
    x[..., :length] = torch.randn(2, 1, 16, length)
    valid = (torch.arange(40) < length).expand(2, 40)
    torch.testing.assert_close(padded(x, valid), padded(x[..., :length]), atol=1e-5, rtol=1e-4)


def test_training_statistics_see_valid_columns_only():
    torch.manual_seed(0)
    flow = Flow("image", 1, size=(16, 40))
    padded, alone = CNNSK(flow, (4, 6)), CNNSK(flow, (4, 6))
    alone.load_state_dict(padded.state_dict())
    x = torch.randn(3, 1, 16, 40)
    padded(x, (torch.arange(40) < 24).expand(3, 40))
    alone(x[..., :24])
    for name, tensor in padded.state_dict().items():
        torch.testing.assert_close(tensor, alone.state_dict()[name], atol=1e-5, rtol=1e-4)


ARC = {"n_fft": 1024, "hop": 512, "bank": Mel(64, scale="htk", area="peak"), "padding": "reflect"}


def test_spectrogram_of_4_s_at_44100_hz_is_the_published_picture():
    encoder = SpectrogramBackbone(Flow("waveform", 1, length=176_000, rate=44_100.0), CNNSK, **ARC)
    assert encoder.picture(torch.zeros(1, 1, 176_000)).shape == (1, 1, 64, 344)


@pytest.mark.parametrize("padding", ["none", "zero"])
@pytest.mark.parametrize("length", [3000, 6144, 6615])
def test_a_padded_recording_gives_the_same_as_the_recording_alone(length, padding):
    torch.manual_seed(0)
    settings = {"backbone": partial(CNNSK, widths=(4, 6, 8)), "n_fft": 512, "hop": 128, "padding": padding}
    encoder = SpectrogramBackbone(Flow("waveform", 1, length=8000, rate=16_000.0), **settings).eval()
    for module in encoder.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean)
            if module.affine:
                nn.init.normal_(module.bias)
    x = torch.full((2, 1, 8000), 1e3)
    x[..., :length] = torch.randn(2, 1, length)
    valid = (torch.arange(8000) < length).expand(2, 8000)
    torch.testing.assert_close(encoder(x, valid), encoder(x[..., :length]), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("flow", "settings", "told"),
    [
        (Flow("table", 2), {}, "not table"),
        (PUBLISHED, {"sk_after": 7}, "between 1 and the 6 convolutions"),
        (PUBLISHED, {"sk_after": 0}, "between 1 and the 6 convolutions"),
        (PUBLISHED, {"widths": ()}, "at least one"),
    ],
)
def test_what_cannot_be_built(flow, settings, told):
    with pytest.raises(ConfigError, match=told):
        CNNSK(flow, **settings)
