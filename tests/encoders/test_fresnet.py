"""F-ResNet: counts, levels of the pyramid, joins."""

import pytest
import torch
from torch import nn
from torchvision import models
from torchvision.ops import FeaturePyramidNetwork

from weldfusion.data.flow import Flow
from weldfusion.encoders.fresnet import FResNet
from weldfusion.errors import ConfigError

RGB = Flow("image", 3, size=(64, 64))


def count(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


@pytest.mark.parametrize(
    ("width", "one_view", "shared", "apart"),
    [(256, 13_786_691, 13_789_763, 27_573_379), (128, 11_891_779, 11_893_315, 23_783_555)],
)
def test_weights_with_heads_of_three_classes_of_one_and_of_two_views(width, one_view, shared, apart):
    with torch.device("meta"):
        encoder = FResNet(Flow("image", 3, size=(224, 224)), width=width)
        features = encoder.out.channels
        assert count(encoder) + count(nn.Linear(features, 3)) == one_view
        assert count(encoder) + count(nn.Linear(2 * features, 3)) == shared
        assert 2 * count(encoder) + count(nn.Linear(2 * features, 3)) == apart
        assert count(encoder.pyramid) == {256: 2_607_104, 128: 713_728}[width]


def test_levels_at_224_pixels():
    with torch.device("meta"):
        levels = FResNet(Flow("image", 3, size=(224, 224))).levels(torch.zeros(2, 3, 224, 224))
    assert [tuple(level.shape) for level in levels.values()] == [(2, 256, s, s) for s in (56, 28, 14, 7)]


def test_features_are_the_means_of_torchvisions_pyramid_on_torchvisions_network(tmp_path):
    torch.manual_seed(0)
    network = models.resnet18().eval()
    torch.save(network.state_dict(), tmp_path / "resnet18.pt")
    encoder = FResNet(RGB, weights=str(tmp_path / "resnet18.pt"), width=32).eval()
    pyramid = FeaturePyramidNetwork([64, 128, 256, 512], 32)
    pyramid.load_state_dict(encoder.pyramid.state_dict())
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        maps, found = network.maxpool(network.relu(network.bn1(network.conv1(x)))), {}
        for name in ("layer1", "layer2", "layer3", "layer4"):
            maps = found[name] = getattr(network, name)(maps)
        means = [level.mean(dim=(2, 3)) for level in pyramid(found).values()]
        torch.testing.assert_close(encoder(x), torch.cat(means, dim=1))
        together = FResNet(RGB, width=32, join="sum").eval()
        together.load_state_dict(encoder.state_dict())
        torch.testing.assert_close(together(x), sum(means))
        assert together.out == Flow.features(32)


def test_a_deeper_trunk():
    with torch.device("meta"):
        encoder = FResNet(RGB, name="resnet50")
        assert encoder(torch.zeros(2, 3, 64, 64)).shape == (2, 1024)


def test_every_weight_belongs_to_a_stage():
    with torch.device("meta"):
        encoder = FResNet(RGB)
    assert encoder.stages() == ["stem", "layer1", "layer2", "layer3", "layer4", "pyramid"]
    assert {name.split(".")[0] for name, _ in encoder.named_parameters()} == set(encoder.stages())


@pytest.mark.parametrize(
    ("flow", "arguments", "told"), [(Flow("table", 3), {}, "not table"), (RGB, {"width": 0}, "width is 0")]
)
def test_settings_that_cannot_work(flow, arguments, told):
    with pytest.raises(ConfigError, match=told):
        FResNet(flow, **arguments)
