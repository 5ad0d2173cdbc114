"""Speed settings: the same mathematics in another layout, in one call or compiled; kept with the run."""

import copy
import json
import time
from dataclasses import asdict, replace
from functools import partial

import lightning.pytorch as pl
import pytest
import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW, RMSprop

from tests.training.fake import FakeModel, FakeWindows, largest_difference, stage, weights
from tests.training.tiny_data import write_tiny
from weldfusion.config.load import load_settings
from weldfusion.data.flow import Flow
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.encoders.encoder import Encoder
from weldfusion.encoders.irnet import IrNet
from weldfusion.encoders.lenet import LeNet
from weldfusion.encoders.timm_backbone import TimmBackbone
from weldfusion.encoders.torchvision_backbone import TorchvisionBackbone
from weldfusion.encoders.vgg_se import VGGSE
from weldfusion.errors import ConfigError, RunError
from weldfusion.training import speed_of_run
from weldfusion.training.fit import fit_run
from weldfusion.training.speed import Speed, asked_speed, fuse, resolved, sped_up, speed_line
from weldfusion.training.trial import Outlook, trial

OVERRIDES = {
    "data.windows.length_s": 0.2,
    "trainer.max_epochs": 1,
    "trainer.accelerator": "cpu",
    "training.batch_size": 8,
}
CPU = {"accelerator": "cpu"}
IMAGES = Flow("image", 3, size=(64, 64))
pytestmark = pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")


def networks() -> dict[str, object]:
    return {
        "resnet18": partial(TorchvisionBackbone, name="resnet18", out="maps"),
        "mobilenet_v2": partial(TorchvisionBackbone, name="mobilenet_v2"),
        "mobilevit": partial(TimmBackbone, name="mobilevit_xxs"),
        "lenet": LeNet,
        "irnet": IrNet,
        "vgg_se": VGGSE,
    }


@pytest.mark.parametrize("name", networks())
def test_channels_last_changes_results_by_rounding_only(name):
    torch.manual_seed(0)
    network = networks()[name](IMAGES)
    other = copy.deepcopy(network)
    x = torch.randn(2, *IMAGES.shape)
    network.eval(), other.eval()
    network(x).square().mean().backward()
    with sped_up(other, Speed(channels_last=True)):
        weight = next(m.weight for m in other.modules() if isinstance(m, nn.Conv2d) and m.in_channels > 1)
        assert weight.is_contiguous(memory_format=torch.channels_last)
        other(x).square().mean().backward()
    for (key, a), b in zip(network.named_parameters(), other.parameters(), strict=True):
        assert b.is_contiguous(), key
        if a.grad is not None:
            scale = a.grad.abs().max().item()
            assert (a.grad - b.grad).abs().max().item() <= 1e-3 * scale + 1e-7, key


def test_the_outermost_encoders_are_compiled_and_no_longer_after(monkeypatch):
    compiled = []
    monkeypatch.setattr(nn.Module, "compile", lambda self: compiled.append(self))

    class Around(Encoder):
        def __init__(self) -> None:
            super().__init__()
            self.inner = ConvBlocks1d(Flow("waveform", 1, length=64), widths=[2])

        def forward(self, x, valid=None):
            return self.inner(x)

    model = nn.ModuleDict({"a": Around(), "b": nn.Linear(2, 2)})
    with sped_up(model, Speed(compile=True, channels_last=False)):
        assert compiled == [model["a"]]
    assert model["a"]._compiled_call_impl is None


@pytest.mark.parametrize(
    "make", [partial(AdamW, lr=0.1), partial(Adam, lr=0.1), partial(SGD, lr=0.1, momentum=0.9)]
)
def test_a_fused_step_is_the_optimisers_own(make):
    found = []
    for fused in (False, True):
        torch.manual_seed(0)
        weight = nn.Parameter(torch.randn(7, 5))
        optimizer = make([weight])
        if fused:
            fuse(optimizer)
            assert optimizer.param_groups[0]["fused"]
        for _ in range(5):
            optimizer.zero_grad()
            (weight**4).sum().backward()
            optimizer.step()
        found.append(weight.detach())
    torch.testing.assert_close(found[1], found[0], rtol=1e-5, atol=1e-6)


def test_what_cannot_or_may_not_be_fused_is_left_alone():
    weight = [nn.Parameter(torch.zeros(2))]
    for optimizer in (RMSprop(weight), AdamW(weight, foreach=True), AdamW(weight, fused=False)):
        before = dict(optimizer.param_groups[0])
        fuse(optimizer)
        assert optimizer.param_groups[0] == before


def test_resolved_settings_have_no_auto_and_stay_as_they_are():
    speed = resolved({**CPU, "precision": "auto"})
    assert (speed.precision, speed.channels_last, speed.pin_memory) == ("32-true", True, False)
    assert resolved({**CPU, **asdict(speed)}, bf16_helps=lambda: pytest.fail("asked")) == speed
    assert resolved({**CPU, "precision": "auto"}, lambda: True).precision == "bf16-mixed"


@pytest.mark.parametrize(("bf16", "layout"), [(True, True), (False, False)])
def test_on_a_gpu_channels_last_goes_with_half_precision(monkeypatch, bf16, layout):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: bf16)
    speed = resolved({"accelerator": "gpu"})
    assert (speed.channels_last, speed.pin_memory) == (layout, True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"channels_last": "yes"}, "trainer.channels_last: must be auto, true or false, is 'yes'"),
        ({"compile": 1}, "trainer.compile: must be true or false, is 1"),
    ],
)
def test_a_wrong_value_is_named(given, message):
    with pytest.raises(ConfigError, match=message):
        asked_speed(given)


def test_a_setting_is_switched_off_in_the_config_and_a_wrong_one_told():
    settings, resolved_config = load_settings((), ["--trainer.channels_last", "false"])
    assert resolved_config["trainer"]["channels_last"] is False
    assert not asked_speed(settings.trainer).channels_last
    with pytest.raises(ConfigError, match=r"trainer\.channel_last: .* did you mean channels_last"):
        load_settings((), ["--trainer.channel_last", "false"])
    with pytest.raises(ConfigError, match=r"trainer\.fused"):
        load_settings((), ["--trainer.fused", "7"])


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("data") / "tiny")


def trained(root, folder, say=lambda line: None, **more):
    settings, found = load_settings((), {"data.root": str(root), **OVERRIDES, **more})
    return fit_run(settings, found, folder, say=say)


def test_speed_is_told_and_kept_with_the_run(root, tmp_path):
    lines = []
    run = trained(root, tmp_path / "run", lines.append, **{"trainer.fused": False})
    kept = run.info()["speed"]
    assert kept["fused"] is False
    assert kept["precision"] == "32-true"
    assert f"  {speed_line(Speed(**kept))}" in lines


def test_a_run_goes_on_with_the_speed_it_began_with(root, tmp_path, monkeypatch):
    run = trained(root, tmp_path / "run")
    kept = {**run.info()["speed"], "channels_last": False, "precision": "bf16-mixed"}
    run.info_file.write_text(json.dumps({**run.info(), "speed": kept}))
    fold = run.fold(*run.folds()[0])
    (fold / "2-network.pt").unlink()
    monkeypatch.setattr(speed_of_run, "found", lambda *_: pytest.fail("asked again"))
    lines = []
    trained(root, tmp_path / "run", lines.append)
    assert any("precision bf16-mixed" in line for line in lines)
    assert run.info()["speed"] == kept


class Pictures(FakeModel):
    """Filters of pictures, whose layout matters."""

    def __init__(self) -> None:
        super().__init__()
        self.curve = nn.Sequential(
            nn.Unflatten(2, (4, 4)), nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 8, 2),
            nn.Dropout(0.3), nn.Flatten(),
        )  # fmt: skip


class Stop(pl.Callback):
    def on_train_batch_end(self, trainer, *_):
        if trainer.global_step == 7:
            raise RunError("stopped")


@pytest.mark.parametrize("channels_last", [True, False])
def test_a_training_of_pictures_goes_on_exactly(tmp_path, channels_last):
    def train(folder, *extra):
        torch.manual_seed(0)
        model, once = Pictures(), stage(extra)
        once = replace(once, trainer={**once.trainer, "channels_last": channels_last})
        once.run(model, FakeWindows(40), FakeWindows(16, 40), None, folder)
        return weights(model)

    whole = train(tmp_path / "whole")
    with pytest.raises(RunError, match="stopped"):
        train(tmp_path / "halves", Stop())
    assert largest_difference(train(tmp_path / "halves"), whole) == 0


class SlowToJudge(FakeModel):
    def training_loss(self, batch, hide=None):
        if not self.training:
            time.sleep(0.5)
        return super().training_loss(batch, hide)


def test_the_time_of_a_step_holds_its_share_of_validation():
    """4 batches of validation of 0.5 s each, shared by 5 steps."""
    given = (SlowToJudge(), FakeWindows(40)), (8, torch.device("cpu"), resolved(CPU))
    alone, both = (trial(*given[0], select, *given[1]).step_s for select in (None, FakeWindows(32)))
    assert both - alone == pytest.approx(0.4, abs=0.2)


@pytest.mark.parametrize(
    ("step_s", "half_s", "expected"),
    [(1000.0, 500.0, "bf16-mixed"), (1000.0, 950.0, "32-true"), (1e-4, 1e-5, "32-true")],
)
def test_bf16_on_a_cpu_only_for_long_trainings_that_it_makes_faster(
    root, tmp_path, monkeypatch, step_s, half_s, expected
):
    took = {"32-true": step_s, "bf16-mixed": half_s}
    monkeypatch.setattr(speed_of_run, "bf16_here", lambda: True)
    monkeypatch.setattr(speed_of_run, "MANY_STEPS", 1)
    monkeypatch.setattr(
        speed_of_run, "trial", lambda *given: Outlook(took[given[-1].precision], memory=0, state=0)
    )
    run = trained(root, tmp_path / "run")
    assert run.info()["speed"]["precision"] == expected
