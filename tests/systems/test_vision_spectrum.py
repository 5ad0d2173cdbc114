"""Vision–spectrum fusion: the numbers of its specification, and what its structure implies."""

from functools import partial
from pathlib import Path

import pytest
import torch

from weldfusion.config.load import load_settings
from weldfusion.data.batch import Batch, Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.segmented import SegmentedBackbone
from weldfusion.encoders.torchvision_backbone import TorchvisionBackbone
from weldfusion.errors import ConfigError
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.systems.vision_spectrum import JOINS, Sizes, VisionSpectrum
from weldfusion.testing import check_model
from weldfusion.testing.samples import everything, random_batch

CONFIGS = Path(__file__).parents[2] / "configs" / "systems" / "vision_spectrum"
STATES = ("baseline", "low_power", "low_gap", "defocus", "water", "oil", "cold_weld")
SEVEN = {"state": TargetSpec("state", "class", classes=STATES)}
PAPER = Sizes(768, 8, 4.0)
CHANNELS = 6


def flows(size=64, join="cross", steps=560, channels=CHANNELS):
    both = {
        "image": Flow("image", 3, size=(size, size)),
        "spectrum": Flow("waveform", channels, length=steps, rate=280.0),
    }
    return {"image": both["image"]} if join == "image" else both


def small(join="cross", seed=0, **settings):
    """A network small enough to be run often."""
    torch.manual_seed(seed)
    backbone = partial(SmallCNN2d, widths=(4, 8), out="maps")
    system = VisionSpectrum(join=join, sizes=Sizes(16, 2, 2.0), backbone=backbone, **settings)
    return FusionModel(flows(join=join), SEVEN, system).eval()


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    ("join", "sizes", "parameters"),
    [
        ("image", PAPER, 5_576_967),
        ("add", PAPER, 14_706_951),
        ("concat", PAPER, 15_887_367),
        ("cross", PAPER, 25_929_735),
        ("image", Sizes(), 2_455_047),
        ("add", Sizes(), 2_764_039),
        ("concat", Sizes(), 2_796_935),
        ("cross", Sizes(), 3_012_231),
    ],
)
def test_parameters(join, sizes, parameters):
    model = FusionModel(flows(join=join), SEVEN, VisionSpectrum(join=join, sizes=sizes))
    assert count(model) == parameters


def test_parameters_of_each_part_of_the_largest():
    model = FusionModel(flows(), SEVEN, VisionSpectrum(sizes=PAPER))
    chain = model.encoders["image"]
    assert count(chain.encoders[0]) == 2_223_872  # MobileNetV2 without its classifier
    assert count(chain.encoders[1]) == 1280 * 768 + 768
    assert count(model.encoders["spectrum"]) == 2_042_112 + 7_087_872
    assert count(model.exchanges) == 2_362_368 + 4_722_432 + 3 * 2 * 768
    assert count(model.trunks["image"]) == 2 * 2_362_368 + 2 * 768 + 590_592
    assert count(model.join) == 1_180_416 + 768 * 7 + 7


def test_shapes_of_the_tokens():
    model = FusionModel(flows(224, channels=40), SEVEN, VisionSpectrum())
    assert model.stem_flows["image"].shape == (49, 128)
    assert model.stem_flows["spectrum"].shape == (40, 128)
    assert FusionModel(flows(256), SEVEN, VisionSpectrum()).stem_flows["image"].length == 64


@pytest.mark.parametrize("join", JOINS)
def test_contract_with_each_modality_missing(join):
    settings = {
        "sizes": Sizes(8, 2, 1.0),
        "backbone": partial(SmallCNN2d, widths=(4, 8), out="maps"),
    }
    check_model(
        lambda given, targets: FusionModel(given, targets, VisionSpectrum(join=join, **settings)),
        flows(48, join, steps=20),
        SEVEN,
    )


@pytest.mark.parametrize("join", ["add", "concat", "cross"])
def test_order_of_the_wavelengths_does_not_count_but_their_time_does(join):
    model = small(join)
    batch = random_batch(model.flows, SEVEN, everything(model.flows), 0)
    order = torch.randperm(CHANNELS, generator=torch.Generator().manual_seed(3))
    spectrum = batch.inputs["spectrum"]

    def logits(given):
        with torch.no_grad():
            return model(Batch({**batch.inputs, "spectrum": given}, batch.present, {}, {}))["state"]

    ours = logits(spectrum)
    torch.testing.assert_close(logits(spectrum[:, order]), ours, atol=1e-6, rtol=1e-5)
    assert (logits(spectrum.flip(-1)) - ours).abs().max() > 1e-4


def test_the_spectrum_counts_where_the_picture_is_missing():
    model = small()
    batch = random_batch(model.flows, SEVEN, everything(model.flows), 0)
    dark = {**batch.present, "image": torch.zeros_like(batch.present["image"])}
    with torch.no_grad():
        blind = model(Batch(batch.inputs, dark, {}, {}))["state"]
    assert (blind - blind[0]).abs().max() > 1e-4


@pytest.mark.parametrize(("chance", "expected"), [(0.9, 0.0010536), (0.5, 0.173287), (0.1, 1.865094)])
def test_focal_loss(chance, expected):
    head = small("image").head("state")
    rest = (1 - chance) / (len(STATES) - 1)
    raw = torch.full((1, len(STATES)), rest).log()
    raw[0, 2] = torch.tensor(chance).log()
    truth = Truth(torch.tensor([2]), torch.tensor([True]))
    assert head.loss(raw, truth).item() == pytest.approx(expected, rel=1e-4)
    plain = small("image", focal_gamma=0.0).head("state")
    assert plain.loss(raw, truth).item() == pytest.approx(-torch.log(torch.tensor(chance)).item(), rel=1e-5)


@pytest.mark.parametrize("join", JOINS)
def test_steps_lower_the_loss_and_weights_travel(join, tmp_path):
    model = small(join).train()
    batch = random_batch(model.flows, SEVEN, everything(model.flows), 0)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)

    def loss():
        return model.loss(model(batch), batch.targets)["state"].mean()

    losses = []
    for _ in range(8):
        torch.manual_seed(0)
        losses.append(loss())
        optimizer.zero_grad()
        losses[-1].backward()
        optimizer.step()
    assert losses[-1] < losses[0]
    torch.save(model.state_dict(), tmp_path / "state.pt")
    twin = small(join, seed=1)
    twin.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    with torch.no_grad():
        assert torch.equal(twin(batch)["state"], model.eval()(batch)["state"])


def test_channels_are_selected_before_they_are_embedded():
    system = VisionSpectrum(channels=4)
    assert system.parts().select["spectrum"].count == 4
    assert FusionModel(flows(), SEVEN, system).stem_flows["spectrum"].length == 4
    assert VisionSpectrum(channels=4, join="image").parts().select is None


def test_the_seam_alone():
    backbone = partial(
        SegmentedBackbone,
        widths=(4, 8),
        backbone=partial(TorchvisionBackbone, name="mobilenet_v2", out="maps"),
    )
    model = FusionModel(flows(), SEVEN, VisionSpectrum(backbone=backbone))
    assert model.stem_flows["image"].shape == (4, 128)


def test_frames_give_the_tokens_of_each():
    given = {**flows(), "image": Flow("image", 1, size=(64, 64), count=3, rate=100.0)}
    assert FusionModel(given, SEVEN, VisionSpectrum()).stem_flows["image"].shape == (3 * 4, 128)


@pytest.mark.parametrize("name", ["vgg16", "googlenet", "resnet50", "vit_b_16"])
def test_backbones_of_the_paper_from_the_command_line(name):
    words = ["TorchvisionBackbone", "--model.backbone.out", "maps", "--model.backbone.name", name]
    settings, _ = load_settings([CONFIGS / "image.yaml"], ["--model.backbone", *words])
    flow = Flow("image", 3, size=(64, 64), count=1)
    with torch.device("meta"):
        encoder = settings.model.parts().encoders["picture"].keywords["encoders"][0](flow.single)
    assert encoder.out.kind == "maps"


@pytest.mark.parametrize(
    ("name", "parameters"), [("image", 5_576_967), ("concat", 15_887_367), ("cross", 25_929_735)]
)
def test_paper_presets(name, parameters):
    settings, _ = load_settings([CONFIGS / f"paper_{name}.yaml"])
    system = settings.model
    assert (system.sizes, system.join) == (PAPER, name)
    given = {
        "picture": Flow("image", 3, size=(64, 64)),
        "spectrometer": Flow("waveform", 256, length=560),
    }
    chosen = {key: given[key] for key in settings.data.inputs}
    seven = {"state": TargetSpec("state", "class", classes=STATES)}
    assert count(FusionModel(chosen, seven, system)) == parameters


def test_the_spectrum_alone_has_no_attention():
    settings, _ = load_settings([CONFIGS / "spectrum.yaml"])
    assert isinstance(settings.model, Parts)
    assert settings.model.exchange is None


def test_settings_that_cannot_work():
    with pytest.raises(ConfigError, match="did you mean cross"):
        VisionSpectrum(join="crosss")
    with pytest.raises(ConfigError, match="heads is 3"):
        FusionModel(flows(), SEVEN, VisionSpectrum(sizes=Sizes(128, 3)))
    with pytest.raises(ConfigError, match="count must be from 1 to the 6 channels"):
        FusionModel(flows(), SEVEN, VisionSpectrum(channels=7))
