"""Views of one weld with encoders of their own, and what joins them."""

from functools import partial

import pytest
import torch

from weldfusion.config.load import load_settings
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.side_by_side import SideBySide
from weldfusion.encoders.table import TableMLP
from weldfusion.encoders.torchvision_backbone import TorchvisionBackbone
from weldfusion.encoders.views import Views
from weldfusion.errors import ConfigError
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.image_set import ImageSet
from weldfusion.systems.parts import Parts
from weldfusion.testing import check_encoder, check_model

PAIR = Flow("image", 1, size=(16, 16), count=2)
SMALL = partial(SmallCNN2d, widths=(4, 8))
TARGETS = {"verdict": TargetSpec("verdict", "class", classes=("good", "bad"))}


def test_each_view_goes_through_its_own_encoder():
    torch.manual_seed(0)
    views = Views(PAIR, SMALL).eval()
    x = torch.randn(3, 2, 1, 16, 16)
    alone = [encoder(x[:, k]) for k, encoder in enumerate(views.views)]
    torch.testing.assert_close(views(x), torch.stack(alone, dim=1))
    assert not torch.allclose(views(x.flip(1)), views(x).flip(1), atol=1e-3)
    shared = ImageSet(PAIR, SMALL).eval()
    torch.testing.assert_close(shared(x.flip(1)), shared(x).flip(1))


@pytest.mark.parametrize(
    ("stages", "norms"), [(0, "own"), (1, "own"), (2, "own"), (1, "shared"), (2, "shared")]
)
def test_stages_that_views_share_hold_the_contract(stages, norms):
    views = Views(PAIR, SMALL, stages, norms)
    convolutions = [[view.layers[0].weight, view.layers[3].weight] for view in views.views]
    assert [a is b for a, b in zip(*convolutions, strict=True)] == [stages > 0, stages > 1]
    assert (views.views[0].layers[1] is views.views[1].layers[1]) == (stages > 0 and norms == "shared")
    check_encoder(partial(Views, encoder=SMALL, stages=stages, norms=norms), PAIR)


def test_parameters_of_two_trunks():
    """A ResNet-18 without its last layer has 11,176,512 parameters (torchvision)."""
    two = Flow("image", 3, size=(64, 64), count=2)
    with torch.device("meta"):
        apart, shared = Views(two, TorchvisionBackbone), ImageSet(two, TorchvisionBackbone)
    assert sum(p.numel() for p in apart.parameters()) == 2 * 11_176_512
    assert sum(p.numel() for p in shared.parameters()) == 11_176_512


def test_side_by_side_keeps_the_order_and_a_vector_for_what_is_missing():
    trunk = SideBySide(Flow.tokens(2, 3))
    with torch.no_grad():
        trunk.absent.copy_(torch.tensor([[7.0] * 3, [8.0] * 3]))
    x = torch.arange(12.0).view(2, 2, 3)
    valid = torch.tensor([[True, True], [True, False]])
    assert trunk(x, valid).tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 8, 8, 8]]
    assert SideBySide(Flow.tokens(2, 3), "zero")(x, valid)[1].tolist() == [6, 7, 8, 0, 0, 0]


@pytest.mark.parametrize(
    "encoder", [SMALL, partial(Views, encoder=SMALL), partial(Views, encoder=SMALL, stages=1)]
)
def test_a_model_of_two_views_side_by_side(encoder):
    parts = Parts(encoders={"photo": encoder}, trunks={"photo": SideBySide})
    model = FusionModel({"photo": PAIR}, TARGETS, parts)
    assert model.late["photo"].channels == 16
    flows = {"photo": PAIR, "settings": Flow("table", 3)}
    check_model(lambda flows, targets: FusionModel(flows, targets, parts), flows, TARGETS)


def test_a_config_names_views_and_their_encoder():
    words = ["--model.encoders.photo", "Views", "--model.encoders.photo.encoder", "SmallCNN2d"]
    words += ["--model.encoders.photo.encoder.widths", "[4, 8]", "--model.encoders.photo.stages", "1"]
    settings, _ = load_settings(overrides=[*words, "--model.trunks.photo", "SideBySide"])
    stem = FusionModel({"photo": PAIR}, TARGETS, settings.model).encoders["photo"]
    assert isinstance(stem, Views)
    assert stem.out.shape == (2, 8)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Views(PAIR.single), "takes sets of images, not one image"),
        (lambda: Views(PAIR, SMALL, stages=3), "stages is 3; SmallCNN2d has 2 that can be shared"),
        (lambda: Views(Flow("table", 3), TableMLP), "takes sets of images, not table"),
        (lambda: SideBySide(Flow.features(3)), "SideBySide takes tokens, not features"),
    ],
)
def test_what_does_not_fit_is_told(make, told):
    with pytest.raises(ConfigError, match=told):
        make()
