"""Backbones against timm's own networks."""

import sys

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.timm_backbone import TimmBackbone
from weldfusion.errors import ConfigError
from weldfusion.layers.pretrained import without_pretrained
from weldfusion.testing import check_encoder

timm = pytest.importorskip("timm")

RGB = Flow("image", 3, size=(64, 64))
SMALL = "mobilenetv3_small_050"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A small network with random weights and its file."""
    torch.manual_seed(3)
    network = timm.create_model(SMALL, num_classes=7).eval()
    path = tmp_path_factory.mktemp("weights") / "small.pt"
    torch.save(network.state_dict(), path)
    return network, str(path)


def test_features_maps_and_tokens_are_those_of_the_network_in_the_file(stored):
    network, path = stored
    x = torch.randn(2, 3, 64, 96)
    flow = Flow("image", 3, size=(64, 96))
    with torch.no_grad():
        features = network.forward_head(network.forward_features(x), pre_logits=True)
        torch.testing.assert_close(TimmBackbone(flow, SMALL, weights=path).eval()(x), features)
        maps = TimmBackbone(flow, SMALL, weights=path, out="maps").eval()
        tokens = TimmBackbone(flow, SMALL, weights=path, out="tokens").eval()
        assert (maps.out, tokens.out) == (Flow("maps", 1024, size=(2, 3)), Flow.tokens(6, 1024))
        found = maps(x)
        torch.testing.assert_close(tokens(x)[:, 4], found[:, :, 1, 1])
        pooled = network.global_pool(network.forward_features(x))
        assert pooled.shape[1] < 1024
        expected = network.act2(network.norm_head(network.conv_head(network.forward_features(x))))
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(
    ("name", "prefix"), [("vit_tiny_patch16_224", 1), ("swin_tiny_patch4_window7_224", 0)]
)
def test_maps_of_a_transformer_are_its_patches(name, prefix):
    torch.manual_seed(4)
    encoder = TimmBackbone(RGB, name, out="maps").eval()
    x = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        raw = encoder.network.forward_features(x)
        patches = raw[:, prefix:] if raw.ndim == 3 else raw.flatten(1, 2)
        torch.testing.assert_close(encoder(x).flatten(2).transpose(1, 2), patches)


def test_a_grey_picture_looks_the_same_in_one_channel_as_in_three(stored):
    _, path = stored
    grey = torch.randn(2, 1, 64, 64)
    one = TimmBackbone(Flow("image", 1, size=(64, 64)), SMALL, weights=path).eval()
    three = TimmBackbone(RGB, SMALL, weights=path).eval()
    with torch.no_grad():
        torch.testing.assert_close(one(grey), three(grey.expand(-1, 3, -1, -1)), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", [SMALL, "convnext_atto", "repvgg_a0"])
def test_the_contract_holds_for_other_families(name):
    check_encoder(lambda flow: TimmBackbone(flow, name, out="tokens"), Flow("image", 2, size=(64, 48)))


def test_published_weights_are_loaded_by_timm(monkeypatch, stored):
    network, _ = stored
    asked = []

    def load(model, pretrained_cfg, **others):
        asked.append(pretrained_cfg["tag"])
        model.load_state_dict(network.state_dict(), strict=False)

    monkeypatch.setattr("timm.models._builder.load_pretrained", load)
    encoder = TimmBackbone(RGB, f"{SMALL}.lamb_in1k", weights="DEFAULT")
    assert asked == ["lamb_in1k"]
    torch.testing.assert_close(encoder.network.conv_stem.weight, network.conv_stem.weight)


def test_no_network_for_the_published_weights_is_one_line(monkeypatch):
    def offline(*args, **kwargs):
        raise OSError("no route")

    monkeypatch.setattr("timm.models._builder.load_pretrained", offline)
    with pytest.raises(ConfigError, match=f"DEFAULT of {SMALL} cannot be downloaded") as error:
        TimmBackbone(RGB, SMALL, weights="DEFAULT")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("flow", "arguments", "told"),
    [
        (RGB, {"name": "resnt18"}, "did you mean resnet18"),
        (RGB, {"name": "resnet18.a1_in1"}, r"did you mean resnet18\.a1_in1k"),
        (RGB, {"name": "hf-hub:someone/something"}, "timm has no hf-hub:someone/something"),
        (RGB, {"name": "mixer_s32_224", "weights": "DEFAULT"}, "timm has no weights of mixer_s32_224"),
        (RGB, {"name": "levit_128s", "out": "maps"}, "gives no maps"),
        (RGB, {"name": "coat_tiny", "out": "maps"}, "gives no maps"),
        (Flow("image", 3, size=(10, 12)), {"name": "vit_tiny_patch16_224"}, r"\(10, 12\) pixels"),
        (RGB, {"name": "inception_v3"}, "cannot take images"),
        (RGB, {"weights": "none.pt"}, "none.pt is not a file"),
        (Flow("table", 3), {}, "not table"),
        (Flow("image", 3, size=(64, 64), count=2), {}, "put it into Stacked"),
    ],
)
def test_settings_that_cannot_work_are_told_in_one_line(flow, arguments, told):
    with pytest.raises(ConfigError, match=told) as error:
        TimmBackbone(flow, **arguments)
    assert "\n" not in str(error.value)


def test_without_timm_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(ConfigError, match=r"pip install weldfusion\[backbones\]"):
        TimmBackbone(RGB)


def test_a_finished_run_needs_no_weights_file():
    with without_pretrained():
        assert TimmBackbone(RGB, SMALL, weights="gone.pt").out == Flow.features(1024)
