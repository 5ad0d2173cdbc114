"""RAT: counts, what it keeps of a ResNet-50, sizes."""

import pytest
import torch
from torch import nn
from torchvision import models

from weldfusion.data.flow import Flow
from weldfusion.encoders.rat import RAT
from weldfusion.errors import ConfigError
from weldfusion.layers.mhsa2d import MHSA2d


def images(*size: int) -> Flow:
    return Flow("image", 3, size=size)


def count(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


@pytest.mark.parametrize(("classes", "weights"), [(1000, 20_852_008), (6, 18_815_302)])
def test_weights_with_a_classifier(classes, weights):
    with torch.device("meta"):
        encoder = RAT(images(224, 224))
        assert count(encoder) + count(nn.Linear(encoder.out.channels, classes)) == weights


def test_fewer_blocks_attend():
    with torch.device("meta"):
        whole = count(models.resnet50()) - count(nn.Linear(2048, 1000))
        conv = 512 * 512 * 9
        for blocks, attention in ((1, 789_760), (2, 2 * 789_760), (3, 2 * 789_760 + 793_344)):
            assert count(RAT(images(224, 224), blocks=blocks)) == whole - blocks * conv + attention


def test_attention_of_the_first_block_sees_the_maps_before_they_are_halved():
    encoder = RAT(images(96, 64)).eval()
    seen = []
    for part in encoder.modules():
        if isinstance(part, MHSA2d):
            part.register_forward_hook(lambda _, given, found: seen.append(tuple(found.shape[2:])))
    with torch.no_grad():
        encoder(torch.randn(1, 3, 96, 64))
    assert seen == [(6, 4), (3, 2), (3, 2)]


def test_a_file_of_a_resnet_50_gives_everything_but_the_replaced_convolutions(tmp_path):
    torch.manual_seed(2)
    network = models.resnet50(num_classes=3)
    torch.save(network.state_dict(), tmp_path / "resnet50.pt")
    encoder = RAT(images(64, 64), weights=str(tmp_path / "resnet50.pt"), blocks=1)
    given = network.state_dict()
    renamed = {"stem.0": "conv1", "stem.1": "bn1"}
    for name, value in encoder.state_dict().items():
        part = ".".join(name.split(".")[:2])
        name = name.replace(part, renamed[part]) if part in renamed else name
        if not name.startswith("layer4.2.conv2"):
            assert torch.equal(value, given[name]), name


def test_other_sizes_than_that_of_the_flow_are_taken():
    encoder = RAT(images(64, 64)).eval()
    with torch.no_grad():
        assert encoder(torch.randn(1, 3, 96, 80)).shape == (1, 2048)


def test_stages_are_the_network_in_order():
    encoder = RAT(images(64, 64)).eval()
    x = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        expected = encoder(x)
        for name in encoder.stages():
            x = encoder.get_submodule(name)(x)
    torch.testing.assert_close(x.mean(dim=(2, 3)), expected)
    assert {name.split(".")[0] for name, _ in encoder.named_parameters()} == set(encoder.stages())


@pytest.mark.parametrize(
    ("flow", "arguments", "told"),
    [
        (images(64, 64), {"blocks": 4}, "blocks is 4, must be 1 to 3"),
        (images(64, 64), {"heads": 3}, "does not divide the 512 channels"),
        (images(16, 64), {}, "more than 16 pixels"),
        (Flow("table", 3), {}, "not table"),
    ],
)
def test_settings_that_cannot_work(flow, arguments, told):
    with torch.device("meta"), pytest.raises(ConfigError, match=told) as error:
        RAT(flow, **arguments)
    assert "\n" not in str(error.value)
