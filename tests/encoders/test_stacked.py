"""Frames as channels."""

from functools import partial

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.irnet import IrNet
from weldfusion.encoders.stacked import Stacked
from weldfusion.encoders.torchvision_backbone import TorchvisionBackbone
from weldfusion.errors import ConfigError
from weldfusion.systems.branch import stem
from weldfusion.testing import check_encoder

FRAMES = Flow("image", 3, size=(40, 32), count=4)


def test_the_inner_encoder_sees_frame_after_frame_as_channels():
    torch.manual_seed(0)
    encoder = Stacked(FRAMES, partial(SmallCNN2d, out="maps")).eval()
    inner = SmallCNN2d(Flow("image", 12, size=(40, 32)), out="maps").eval()
    inner.load_state_dict(encoder.encoder.state_dict())
    x = torch.randn(2, 4, 3, 40, 32)
    with torch.no_grad():
        torch.testing.assert_close(encoder(x), inner(torch.cat(list(x.unbind(1)), dim=1)))
    assert encoder.out == inner.out


def test_the_model_builder_gives_it_the_whole_set():
    assert isinstance(stem("camera", FRAMES, Stacked), Stacked)


def test_a_frame_that_is_not_valid_counts_as_the_mean():
    encoder = Stacked(FRAMES).eval()
    x = torch.randn(2, 4, 3, 40, 32)
    valid = torch.tensor([[True] * 4, [True, False, True, False]])
    zeroed = x.clone()
    zeroed[1, [1, 3]] = 0.0
    with torch.no_grad():
        torch.testing.assert_close(encoder(x, valid), encoder(zeroed))


def test_the_contract_with_another_encoder_of_pictures():
    check_encoder(partial(Stacked, encoder=partial(IrNet, out="tokens")), FRAMES)


def test_stages_are_those_of_the_inner_encoder():
    names = Stacked(FRAMES, TorchvisionBackbone).stages()
    assert names[0] == "encoder.network.conv1 encoder.network.bn1"


@pytest.mark.parametrize(
    ("flow", "told"), [(Flow("image", 3, size=(8, 8)), "not a single image"), (Flow("table", 3), "not table")]
)
def test_flows_that_cannot_be_used(flow, told):
    with pytest.raises(ConfigError, match=told):
        Stacked(flow)
