"""What a training minimises besides the losses of the targets: penalties, and learned weights of targets."""

import csv

import lightning.pytorch as pl
import pytest
import torch

from tests.training.fake import FakeWindows, largest_difference, stage, weights
from weldfusion.config.load import load_settings
from weldfusion.data.batch import Batch, Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.similarity import Similarity, angular_distance
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.training.atomic import load_state
from weldfusion.training.settings import TrainingSettings
from weldfusion.training.uncertainty import LearnedWeights

FLOWS = {name: Flow("table", 3) for name in ("a", "b")}
TARGETS = {
    "defect": TargetSpec("defect", "class", classes=("good", "pore")),
    "force": TargetSpec("force", "real", unit="N"),
}


class TwoTables(FakeWindows):
    """The table twice, the second time turned round; a class and a number."""

    def __getitems__(self, indices):
        given = super().__getitems__(indices)
        table, here = given.inputs["table"], given.present["table"]
        inputs, present = {"a": table, "b": table.flip(1)}, {"a": torch.ones_like(here), "b": here}
        truths = {**given.targets, "force": Truth(table[:, 0], torch.ones_like(here))}
        return Batch(inputs, present, {}, truths, given.where)


class Interrupt(pl.Callback):
    def on_train_batch_start(self, trainer, *_):
        if trainer.global_step == 9:
            raise InterruptedError


def train(folder, penalties=None, extra=(), **settings):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = FusionModel(FLOWS, TARGETS, Parts(penalties=penalties))
    stage(extra, augment=None, **settings).run(model, TwoTables(53), TwoTables(20, 1000), None, folder)
    return model


def rows(folder):
    with (folder / "metrics.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def test_penalties_stand_beside_the_losses_of_the_targets():
    model = FusionModel(FLOWS, TARGETS, Parts(penalties=[Similarity])).eval()
    batch = TwoTables(6).__getitems__([1, 2, 3, 4, 5])
    features, here = model.features(batch, {})
    found = model.training_loss(batch)
    assert sorted(found) == ["defect", "force", "penalty.Similarity"]
    expected = torch.where(here["a"] & here["b"], angular_distance(features["a"], features["b"]), 0.0)
    torch.testing.assert_close(found["penalty.Similarity"], expected)
    assert sorted(model.loss(model(batch), batch.targets)) == ["defect", "force"]


def test_a_penalty_changes_training_and_is_logged_but_does_not_judge(tmp_path):
    def strong(flows):
        return Similarity(flows, weight=20.0)

    def fast(parameters):
        return torch.optim.Adam(parameters, lr=0.02)

    plain = train(tmp_path / "plain", optimizer=fast)
    close = train(tmp_path / "close", [strong], optimizer=fast)
    found = rows(tmp_path / "close")
    assert found[-1]["penalty.Similarity"] < 0.8 * found[0]["penalty.Similarity"]
    for row in found:
        assert row["select_loss"] == pytest.approx(row["select_loss_defect"] + row["select_loss_force"])
    batch = TwoTables(20, 1000).__getitems__(list(range(1, 5)))
    far, near = (
        float(angular_distance(*model.eval().features(batch, {})[0].values()).mean().detach())
        for model in (plain, close)
    )
    assert near < 0.5 * far


def test_a_penalty_of_weight_0_changes_nothing(tmp_path):
    def none(flows):
        return Similarity(flows, weight=0.0)

    found = [weights(train(tmp_path / name, given)) for name, given in (("a", None), ("b", [none]))]
    assert largest_difference(*found) == 0


def test_learned_weights_go_to_one_over_the_loss():
    learned = LearnedWeights(["defect", "force"])
    losses = {"defect": torch.tensor(0.5), "force": torch.tensor(8.0)}
    optimiser = torch.optim.Adam(learned.parameters(), lr=0.05)
    for _ in range(600):
        optimiser.zero_grad()
        learned(losses, dict.fromkeys(losses, torch.tensor(3))).backward()
        optimiser.step()
    assert learned.weights() == pytest.approx({"defect": 2.0, "force": 0.125}, rel=1e-3)


def test_a_target_without_truth_in_a_batch_moves_no_weight():
    learned = LearnedWeights(["defect", "force"])
    losses = {"defect": torch.tensor(0.5), "force": torch.tensor(0.0)}
    learned(losses, {"defect": torch.tensor(3), "force": torch.tensor(0)}).backward()
    grads = {name: float(p.grad) for name, p in learned.log_variances.items()}
    assert grads == {"of_defect": 0.5, "of_force": 0.0}


def test_learned_weights_train_and_stay_out_of_model_and_selection(tmp_path):
    fixed, learned = train(tmp_path / "fixed"), train(tmp_path / "learned", target_weights="learned")
    assert list(fixed.state_dict()) == list(learned.state_dict())
    found = rows(tmp_path / "learned")
    assert found[-1]["weight_defect"] != 1
    assert found[-1]["weight_force"] != found[-1]["weight_defect"]
    for row in found:
        assert row["select_loss"] == pytest.approx(row["select_loss_defect"] + row["select_loss_force"])
    kept = load_state(tmp_path / "learned" / "checkpoints" / "last.ckpt")["state_dict"]
    assert {name for name in kept if not name.startswith("model.")} == {
        "learned.log_variances.of_defect",
        "learned.log_variances.of_force",
    }


def test_an_interrupted_training_goes_on_exactly(tmp_path):
    def warm(flows):
        return Similarity(flows, warmup=0.5)

    with pytest.raises(InterruptedError):
        train(tmp_path / "b", [warm], (Interrupt(),), target_weights="learned")
    again = train(tmp_path / "b", [warm], target_weights="learned")
    whole = train(tmp_path / "a", [warm], target_weights="learned")
    assert largest_difference(weights(again), weights(whole)) == 0
    assert rows(tmp_path / "b") == rows(tmp_path / "a")


def test_a_config_names_both():
    words = [
        "--training.target_weights",
        "learned",
        "--model.penalties",
        "[{class_path: Similarity, weight: 0.2}]",
    ]
    settings, resolved = load_settings(overrides=words)
    assert settings.training.target_weights == "learned"
    model = FusionModel(FLOWS, TARGETS, settings.model)
    assert model.penalties["Similarity"].weight == 0.2
    assert resolved["training"]["target_weights"] == "learned"
    with pytest.raises(ConfigError, match=r"target_weights: expected .*learned or null, got 'lerned'"):
        load_settings(overrides=["--training.target_weights", "lerned"])
    assert TrainingSettings(target_weights={"force": 2.0}).target_weights == {"force": 2.0}


def test_a_penalty_that_does_not_fit_names_its_key():
    flows = {"a": Flow("table", 3), "b": Flow("image", 1, size=(32, 32))}
    with pytest.raises(
        ConfigError, match=r"^model\.penalties\.0: Similarity compares .*model\.trunks\.b: .*Proj"
    ):
        FusionModel(flows, TARGETS, Parts(penalties=[Similarity]))
