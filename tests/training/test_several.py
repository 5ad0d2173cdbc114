"""Several gradient stages: what each trains, and that each is the training of a model of its own."""

import warnings

import lightning.pytorch as pl
import numpy as np
import pytest
import torch
from torch import nn

from tests.training import staged_ranks
from tests.training.fake import FakeWindows, largest_difference, weights
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError, WeldfusionWarning
from weldfusion.fusion.concat import Concat
from weldfusion.fusion.mean_probability import MeanProbability
from weldfusion.heads.classes import ClassHead
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.training.network import NetworkStage
from weldfusion.training.settings import GradientStage, TrainingSettings
from weldfusion.training.several import OfModalities, check_stages, judged, only

FLOWS = {"curve": Flow("waveform", 2, length=16), "table": Flow("table", 3)}
TARGETS = {"defect": TargetSpec("defect", "class", classes=("good", "pore"))}


class Small(Encoder):
    """With everything that could move without a gradient: batch statistics and dropout."""

    def __init__(self, flow):
        super().__init__()
        self.out = Flow.features(6)
        size = int(np.prod(flow.shape))
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(size, 6), nn.BatchNorm1d(6), nn.Dropout(0.3))

    def forward(self, x, valid=None):
        return self.layers(x)


class NormHead(ClassHead):
    """A head runs for hidden modalities too, and must not take in what it sees there."""

    def __init__(self, flow, target):
        super().__init__(flow, target)
        self.norm = nn.BatchNorm1d(flow.channels)

    def forward(self, features):
        return super().forward(self.norm(features))


def model(fusion=MeanProbability, names=("curve", "table"), **parts):
    torch.manual_seed(0)
    encoders = {name: Small for name in names if name not in parts.get("share", {})}
    flows = {name: FLOWS[name] for name in names}
    return FusionModel(
        flows, TARGETS, Parts(encoders=encoders, fusion=fusion, heads={"defect": NormHead}, **parts)
    )


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def train(network, folder, extra=()):
    trainer = {"max_epochs": 2, "accelerator": "cpu", "precision": "32-true"}
    stage = NetworkStage(TrainingSettings(batch_size=8), trainer, 0.3, 7, extra=extra)
    fit, select = (OfModalities(part, ["table"]) for part in (FakeWindows(53), FakeWindows(20, 1000)))
    return stage.run(judged(network), fit, select, None, folder)


@pytest.mark.parametrize("fusion", [MeanProbability, Concat])
def test_only_the_named_branch_changes(tmp_path, fusion):
    network = model(fusion)
    before = weights(network)
    with only(network, ["table"]):
        train(network, tmp_path)
    changed = {name for name, value in weights(network).items() if not torch.equal(value, before[name])}
    assert any("encoders.of_table" in name for name in changed)
    assert any(name.endswith("running_mean") for name in changed)
    assert not [name for name in changed if "of_curve" in name and not name.startswith("join.fusion.")]
    assert all(p.requires_grad for p in network.parameters())
    assert all(module.training for module in network.modules())


def test_a_branch_learns_as_in_a_model_of_its_own(tmp_path):
    network, single = model(), model(names=("table",))
    own = {name: value for name, value in network.state_dict().items() if name in single.state_dict()}
    single.load_state_dict(own)
    with only(network, ["table"]):
        found = train(network, tmp_path / "a")
    expected = train(single, tmp_path / "b")
    trained = {name: value for name, value in network.state_dict().items() if name in own}
    assert largest_difference(trained, single.state_dict()) == 0
    assert found == expected


class Steps(pl.Callback):
    def __init__(self):
        self.losses = []

    def on_train_batch_end(self, trainer, module, outputs, *_):
        gradients = [p.grad.abs().max() for p in module.parameters() if p.grad is not None]
        self.losses.append((float(outputs["loss"]), float(max(gradients, default=torch.zeros(())))))


@pytest.mark.parametrize("fusion", [MeanProbability, Concat])
def test_batches_without_a_named_modality_give_loss_and_gradient_0(tmp_path, fusion):
    class NoTable(FakeWindows):
        def __getitems__(self, indices):
            batch = super().__getitems__(indices)
            batch.present["table"][:] = False
            return batch

    network, steps = model(fusion), Steps()
    stage = NetworkStage(
        TrainingSettings(batch_size=8), {"max_epochs": 1, "accelerator": "cpu"}, 0.3, 7, extra=(steps,)
    )
    with only(network, ["table"]):
        stage.run(judged(network), OfModalities(NoTable(20), ["table"]), None, None, tmp_path)
    assert len(steps.losses) == 3
    assert all(loss == 0 and gradient == 0 for loss, gradient in steps.losses)


def test_truths_are_known_only_where_a_named_modality_is_there():
    batch = OfModalities(FakeWindows(20), ["table"]).__getitems__(list(range(20)))
    assert not batch.present["curve"].any()
    number = np.arange(20)
    assert batch.targets["defect"].known.tolist() == ((number % 5 != 0) & (number % 7 != 0)).tolist()


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ([["tabel"]], r"training\.stages\.0\.modalities: tabel is no modality here; did you mean table"),
        ([["table"]], r"training\.stages: no stage trains curve \(encoders\.of_curve\.layers\.1\.weight\)"),
    ],
)
def test_stages_that_cannot_work(stages, message):
    with pytest.raises(ConfigError, match=message):
        check_stages([GradientStage(names) for names in stages], model())


@pytest.mark.parametrize("settings", [{"modalities": []}, {"modalities": ["a"], "max_epochs": 0}])
def test_settings_of_a_stage_are_checked(settings):
    with pytest.raises(ConfigError, match=r"^(modalities: is empty|max_epochs: must be)"):
        GradientStage(**settings)


def test_what_a_later_stage_changes_is_told():
    each = [GradientStage(["curve"]), GradientStage(["table"])]
    with pytest.warns(WeldfusionWarning, match="what joins the modalities is trained in every stage.*curve"):
        check_stages(each, model(Concat))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_stages(each, model())
        check_stages([*each, GradientStage(["curve", "table"])], model(Concat))
    twins = FusionModel(
        {"side": FLOWS["table"], "top": FLOWS["table"]},
        TARGETS,
        Parts(share={"side": "top"}, fusion=MeanProbability),
    )
    with pytest.warns(WeldfusionWarning, match="side shares an encoder with top, which a later stage"):
        check_stages([GradientStage(["side"]), GradientStage(["top"])], twins)


@pytest.mark.slow
def test_two_processes_train_a_stage_like_one(tmp_path):
    staged_ranks.train(1, tmp_path / "one")
    staged_ranks.train_on_two(tmp_path / "two")
    last = [
        torch.load(tmp_path / name / "checkpoints" / "last.ckpt", weights_only=True)
        for name in ("one", "two")
    ]
    assert largest_difference(*(one["state_dict"] for one in last)) < 1e-6
    losses = [[row["select_loss"] for row in table_of(one)] for one in last]
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)


def table_of(checkpoint):
    return next(iter(checkpoint["callbacks"].values()))["rows"]
