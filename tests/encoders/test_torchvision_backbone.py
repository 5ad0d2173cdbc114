"""Backbones against torchvision's own networks."""

from urllib.error import URLError

import pytest
import torch
from torch import nn
from torchvision import models

from weldfusion.data.flow import Flow
from weldfusion.encoders.torchvision_backbone import TorchvisionBackbone
from weldfusion.errors import ConfigError
from weldfusion.layers.pretrained import without_pretrained

RGB = Flow("image", 3, size=(64, 64))


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A ResNet-18 with random weights and its file."""
    torch.manual_seed(3)
    network = models.resnet18().eval()
    path = tmp_path_factory.mktemp("weights") / "resnet18.pt"
    torch.save(network.state_dict(), path)
    return network, str(path)


def reference_maps(network: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return nn.Sequential(*list(network.children())[:-2])(x)


def test_features_and_maps_are_those_of_the_network_in_the_file(stored):
    network, path = stored
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        maps = reference_maps(network, x)
        torch.testing.assert_close(TorchvisionBackbone(RGB, weights=path).eval()(x), maps.mean(dim=(2, 3)))
        encoder = TorchvisionBackbone(RGB, weights=path, out="maps").eval()
        torch.testing.assert_close(encoder(x), maps)
    assert encoder.out == Flow("maps", 512, size=(2, 2))


@pytest.mark.parametrize(("name", "weights"), [("resnet50", 25_557_032), ("mobilenet_v2", 3_504_872)])
def test_weights_with_a_classifier_are_the_published_ones(name, weights):
    with torch.device("meta"):
        encoder = TorchvisionBackbone(RGB, name)
        whole = nn.ModuleList([encoder, nn.Linear(encoder.out.channels, 1000)])
    assert sum(weight.numel() for weight in whole.parameters()) == weights


def test_tokens_are_the_maps_row_by_row(stored):
    network, path = stored
    x = torch.randn(2, 3, 96, 64)
    encoder = TorchvisionBackbone(Flow("image", 3, size=(96, 64)), weights=path, out="tokens").eval()
    assert encoder.out == Flow.tokens(6, 512)
    with torch.no_grad():
        maps, tokens = reference_maps(network, x), encoder(x)
    for row in range(3):
        for column in range(2):
            torch.testing.assert_close(tokens[:, 2 * row + column], maps[:, :, row, column])


def test_tokens_of_a_vision_transformer_are_its_patches_without_the_class_token():
    torch.manual_seed(4)
    network = models.vit_b_32(image_size=64).eval()
    encoder = TorchvisionBackbone(RGB, "vit_b_32", out="tokens").eval()
    assert not encoder.network.load_state_dict(network.state_dict(), strict=False).missing_keys
    x = torch.randn(2, 3, 64, 64)
    seen = []
    network.encoder.register_forward_hook(lambda module, given, found: seen.append(found))
    with torch.no_grad():
        network(x)
        torch.testing.assert_close(encoder(x), seen[0][:, 1:])
    assert encoder.out == Flow.tokens(4, 768)


def test_maps_of_another_encoder_are_taken_as_pictures():
    encoder = TorchvisionBackbone(Flow("maps", 5, size=(40, 30)), out="maps")
    assert encoder(torch.randn(2, 5, 40, 30)).shape == (2, 512, 2, 1)


def test_a_grey_picture_looks_the_same_in_one_channel_as_in_three(stored):
    _, path = stored
    grey = torch.randn(2, 1, 64, 64)
    one = TorchvisionBackbone(Flow("image", 1, size=(64, 64)), weights=path).eval()
    three = TorchvisionBackbone(RGB, weights=path).eval()
    with torch.no_grad():
        torch.testing.assert_close(one(grey), three(grey.expand(-1, 3, -1, -1)), atol=1e-4, rtol=1e-4)


def test_weights_of_another_number_of_classes_fit(stored, tmp_path):
    network = models.resnet18(num_classes=5)
    torch.save(network.state_dict(), tmp_path / "own.pt")
    encoder = TorchvisionBackbone(RGB, weights=str(tmp_path / "own.pt"))
    torch.testing.assert_close(encoder.network.conv1.weight, network.conv1.weight)


@pytest.mark.parametrize(
    "name", ["mobilenet_v3_small", "shufflenet_v2_x0_5", "squeezenet1_1", "mnasnet0_5", "googlenet"]
)
def test_other_families_run_and_train(name):
    for out in ("features", "maps"):
        encoder = TorchvisionBackbone(Flow("image", 2, size=(64, 64)), name, out=out).train()
        assert encoder(torch.randn(2, 2, 64, 64)).shape == (2, *encoder.out.shape)


@pytest.mark.parametrize(
    ("flow", "arguments", "told"),
    [
        (RGB, {"name": "resnt18"}, "did you mean resnet18"),
        (Flow("image", 3, size=(224, 224)), {"name": "maxvit_t", "out": "maps"}, "gives no maps"),
        (Flow("image", 3, size=(64, 64), count=4), {}, "put it into Stacked"),
        (Flow("image", 3, size=(20, 30)), {"name": "alexnet"}, "cannot take images"),
        (Flow("image", 3, size=(20, 30)), {"name": "vit_b_32"}, "cannot be built for images"),
        (RGB, {"weights": "none.pt"}, "none.pt is not a file"),
        (Flow("table", 3), {}, "not table"),
    ],
)
def test_settings_that_cannot_work_are_told_in_one_line(flow, arguments, told):
    with pytest.raises(ConfigError, match=told) as error:
        TorchvisionBackbone(flow, **arguments)
    assert "\n" not in str(error.value)


def test_no_network_for_the_published_weights_is_one_line(monkeypatch):
    def offline(*args, **kwargs):
        raise URLError("no route")

    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", offline)
    with pytest.raises(ConfigError, match="DEFAULT of resnet18 cannot be downloaded") as error:
        TorchvisionBackbone(RGB, weights="DEFAULT")
    assert "\n" not in str(error.value)


def test_a_finished_run_needs_no_weights_file():
    with without_pretrained():
        encoder = TorchvisionBackbone(RGB, weights="gone.pt")
    assert encoder.out == Flow.features(512)
