"""RTM and what it is compared with: numbers of parameters, sizes, the bilinear join, training."""

import io
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import resnet50

from weldfusion.config.load import load_resolved, load_settings
from weldfusion.data.batch import Batch, Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.concat import Concat
from weldfusion.fusion.mfb import MFB
from weldfusion.fusion.mfh import MFH
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import MakeFusion
from weldfusion.systems.rtm import RTM
from weldfusion.testing import check_model

CONFIGS = Path(__file__).parents[2] / "configs" / "systems" / "rtm"
FILES = sorted(file.stem for file in CONFIGS.glob("*.yaml"))
STATES = ("good", "burn through", "contamination", "lack of fusion", "misalignment", "lack of penetration")
WELD = {"state": TargetSpec("state", "class", classes=STATES)}
PUBLISHED = {
    "pool_camera": Flow("image", 3, size=(224, 224)),
    "current_speed": Flow("waveform", 2, length=1280),
}
SMALL = {
    "pool_camera": Flow("image", 1, size=(48, 48)),
    "current_speed": Flow("waveform", 2, length=64),
}


@pytest.fixture
def narrow(monkeypatch):
    """The same network with bottlenecks of a sixteenth of the channels."""
    monkeypatch.setattr("weldfusion.encoders.rat.resnet50", partial(resnet50, width_per_group=4))


def count(*modules: nn.Module) -> int:
    return sum(p.numel() for module in modules for p in module.parameters())


def published(**settings: int | MakeFusion) -> FusionModel:
    with torch.device("meta"):
        return FusionModel(PUBLISHED, WELD, RTM(**settings))


def of_config(name: str) -> FusionModel:
    settings, _ = load_settings([CONFIGS / f"{name}.yaml"])
    return FusionModel({n: SMALL[n] for n in settings.data.inputs}, WELD, settings.model)


def batch(model: FusionModel, samples: int = 4) -> Batch:
    generator = torch.Generator().manual_seed(1)
    x = {n: torch.randn(samples, *flow.shape, generator=generator) for n, flow in model.flows.items()}
    every = torch.ones(samples, dtype=torch.bool)
    return Batch(x, dict.fromkeys(x, every), {}, {"state": Truth(torch.arange(samples), every)})


def test_attention_and_image_tower_have_the_computed_numbers_of_parameters():
    tower = published().encoders["pool_camera"]
    attends = [tower.layer4[0].conv2[0], tower.layer4[1].conv2, tower.layer4[2].conv2]
    assert [count(one) for one in attends] == [793_344, 789_760, 789_760]
    assert count(tower, nn.Linear(2048, 6)) == 18_815_302


def test_blocks_that_do_not_attend_keep_their_convolution():
    tower = published(blocks=2).encoders["pool_camera"]
    assert count(tower.layer4[0].conv2) == 2_359_296
    assert [count(block.conv2) for block in tower.layer4[1:]] == [789_760, 789_760]


def test_series_tower_has_80_tokens_and_layers_of_the_computed_size():
    tower = published().encoders["current_speed"]
    assert tower.patches.out.shape == (80, 128)
    assert [count(layer) for layer in tower.encoder.layers] == [198_272, 198_272]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, 5 * 256 * (512 + 1) + 5 * 256 * (128 + 1)),
        ({"size": 100, "factor": 3}, 3 * 100 * (512 + 1) + 3 * 100 * (128 + 1)),
        ({"fusion": partial(MFB, size=1000, reduce={"current_speed": 512})}, 12_810_000),
        ({"fusion": partial(MFB, size=256, reduce={"pool_camera": 512, "current_speed": 512})}, 1_313_280),
    ],
)
def test_bilinear_pooling_has_the_published_numbers_of_parameters(settings, expected):
    assert count(published(**settings).join.fusion.product) == expected


def test_number_of_parameters_as_told():
    assert count(published()) == 21_103_174
    assert "21 103 174" in RTM.__doc__


def test_joined_features_have_length_1(narrow):
    torch.manual_seed(0)
    model = of_config("rtm").eval()
    with torch.no_grad():
        joined = model.join.fusion(*model.features(batch(model), {}))
    assert joined.shape == (4, 256)
    torch.testing.assert_close(joined.norm(dim=1), torch.ones(4))


def test_another_join_takes_the_features_of_the_towers():
    assert published(fusion=Concat).join.fusion.out.channels == 2048 + 128
    assert published(fusion=partial(MFH, size=10)).join.fusion.out.channels == 20


def test_several_pictures_of_a_window_are_averaged(narrow):
    torch.manual_seed(0)
    frames = {"pool_camera": Flow("image", 1, size=(48, 48), count=3)}
    model = FusionModel(SMALL | frames, WELD, RTM()).eval()
    given = batch(model)
    with torch.no_grad():
        found = model.features(given, {})[0]["pool_camera"]
        tower = model.encoders["pool_camera"].encoder
        each = [tower(given.inputs["pool_camera"][:, k]) for k in range(3)]
    torch.testing.assert_close(found, torch.stack(each).mean(dim=0), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", FILES)
def test_one_step_lowers_the_loss(name, narrow):
    torch.manual_seed(0)
    model = of_config(name).train()
    given = batch(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

    def loss() -> Tensor:
        torch.manual_seed(1)
        return model.loss(model(given), given.targets)["state"].mean()

    before = loss()
    before.backward()
    optimizer.step()
    with torch.no_grad():
        assert loss() < before


def test_contract_of_the_model(narrow):
    check_model(lambda flows, targets: FusionModel(flows, targets, RTM()), SMALL, WELD)


def test_a_checkpoint_of_the_resolved_config_gives_the_same(narrow):
    settings, resolved = load_settings([CONFIGS / "rtm.yaml"])
    model = FusionModel(SMALL, WELD, settings.model)
    given = batch(model)
    model.train()(given)
    kept = io.BytesIO()
    torch.save(model.state_dict(), kept)
    kept.seek(0)
    twin = FusionModel(SMALL, WELD, load_resolved(resolved).model)
    twin.load_state_dict(torch.load(kept, weights_only=True))
    with torch.no_grad():
        assert torch.equal(model.eval()(given)["state"], twin.eval()(given)["state"])


def test_more_blocks_than_the_last_stage_has():
    with pytest.raises(ConfigError, match=r"^model.encoders.pool_camera: blocks is 4, must be 1 to 3"):
        FusionModel(SMALL, WELD, RTM(blocks=4))
