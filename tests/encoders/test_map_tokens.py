"""Maps as tokens, and chains of encoders."""

from functools import partial

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.chain import Chain
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.encoders.map_tokens import MapTokens
from weldfusion.encoders.segments import Segments
from weldfusion.encoders.torchvision_backbone import TorchvisionBackbone
from weldfusion.errors import ConfigError
from weldfusion.testing import check_encoder

MAPS = Flow("maps", 6, size=(2, 3))


def test_tokens_are_the_projected_pixels_row_by_row_plus_a_code_that_is_the_same_for_all():
    torch.manual_seed(0)
    encoder = MapTokens(MAPS, size=8)
    x = torch.randn(2, 6, 2, 3)
    with torch.no_grad():
        code = encoder(torch.zeros(1, 6, 2, 3)) - encoder.project.bias
        for row in range(2):
            for column in range(3):
                expected = x[:, :, row, column] @ encoder.project.weight.T + encoder.project.bias
                found = encoder(x)[:, 3 * row + column] - code[:, 3 * row + column]
                torch.testing.assert_close(found, expected)


def test_without_a_layer_and_a_code_they_are_the_pixels():
    encoder = MapTokens(MAPS, size=None, position="none")
    x = torch.randn(2, 6, 2, 3)
    torch.testing.assert_close(encoder(x), x.flatten(2).transpose(1, 2))
    assert encoder.out == Flow.tokens(6, 6)


def test_vision_tokens_of_a_mobilenet_at_224_pixels():
    with torch.device("meta"):
        chain = Chain(
            Flow("image", 3, size=(224, 224)),
            [partial(TorchvisionBackbone, name="mobilenet_v2", out="maps"), partial(MapTokens, size=128)],
        )
        assert chain(torch.zeros(2, 3, 224, 224)).shape == (2, 49, 128)
        weights = sum(weight.numel() for weight in chain.parameters())
    assert weights == 2_223_872 + 1280 * 128 + 128
    assert chain.stages()[0].startswith("encoders.0.network.features.")
    assert chain.stages()[-1] == "encoders.1"


def test_a_chain_hands_masks_on():
    series = Flow("waveform", 2, length=300, rate=1000.0)
    makes = [partial(ConvBlocks1d, out="tokens"), partial(Segments, segments=3)]
    check_encoder(partial(Chain, encoders=makes), series)
    check_encoder(partial(Chain, encoders=makes[:1]), series)
    torch.manual_seed(0)
    chain = Chain(series, makes).eval()
    first, second = chain.encoders
    x, valid = torch.randn(1, 2, 300), torch.arange(300).unsqueeze(0) < 200
    torch.testing.assert_close(chain(x, valid), second(first(x, valid), first.out_valid(valid)))


@pytest.mark.parametrize(
    ("make", "flow", "told"),
    [
        (MapTokens, Flow.features(3), "not features; give the one before it out: maps"),
        (partial(MapTokens, size=6), MAPS, "multiple of 4 channels, not 6"),
        (partial(MapTokens, size=0), MAPS, "size is 0"),
        (partial(Chain, encoders=[]), MAPS, "encoders is empty"),
        (
            partial(Chain, encoders=[TorchvisionBackbone, MapTokens]),
            Flow("image", 3, size=(64, 64)),
            "out: maps",
        ),
    ],
)
def test_settings_that_cannot_work(make, flow, told):
    with pytest.raises(ConfigError, match=told):
        make(flow)
