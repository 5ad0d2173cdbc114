"""EMMDL: published numbers of parameters, views, evidence of absent sensors, shares of its classifiers."""

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from weldfusion.config.load import load_settings
from weldfusion.data.batch import Batch
from weldfusion.data.flow import Flow
from weldfusion.data.target import TargetSpec
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.errors import ConfigError
from weldfusion.explain.shapley import coalitions, coefficients
from weldfusion.fusion.mean_probability import MeanProbability
from weldfusion.systems import emmdl
from weldfusion.systems.emmdl import EMMDL
from weldfusion.systems.graph import FusionModel
from weldfusion.testing.models import check_model
from weldfusion.testing.samples import random_batch
from weldfusion.training.several import check_stages

CONFIGS = Path(__file__).parents[2] / "configs" / "systems" / "emmdl"
VERDICT = {"verdict": TargetSpec("verdict", "class", classes=("good", "bad", "explode"))}
PAPER = {
    "infrared": Flow("image", 1, size=(128, 128)),
    "views": Flow("image", 3, size=(224, 224), count=2),
    "parameters": Flow("table", 5),
}
SMALL = {
    "infrared": Flow("image", 1, size=(16, 24)),
    "views": Flow("image", 1, size=(32, 32), count=2),
    "parameters": Flow("table", 5),
}
NAMES = tuple(sorted(SMALL))


def small(seed: int = 0, **settings) -> FusionModel:
    torch.manual_seed(seed)
    return FusionModel(SMALL, VERDICT, EMMDL(pyramid=8, **settings))


def size(model: FusionModel, name: str) -> int:
    """Parameters of one classifier with its head."""
    return sum(p.numel() for part in model.branch(name) for p in part.parameters())


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ({}, 13_789_763),
        ({"shared_stages": 0}, 27_573_379),
        ({"join": "mean"}, 13_786_691),
        ({"pyramid": 128}, 11_893_315),
        ({"pyramid": 128, "shared_stages": 0}, 23_783_555),
        ({"pyramid": 128, "join": "mean"}, 11_891_779),
    ],
)
def test_views_have_the_published_numbers_of_parameters(settings, count):
    with torch.device("meta"):
        model = FusionModel(PAPER, VERDICT, EMMDL(**settings))
    assert size(model, "views") == count


def test_parts_shared_by_stages_lie_between_shared_and_unshared():
    with torch.device("meta"):
        sizes = [
            size(FusionModel(PAPER, VERDICT, EMMDL(shared_stages=stages)), "views") for stages in (0, 3, 6)
        ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 27_573_379


def test_network_of_the_parameters_has_2563_weights():
    with torch.device("meta"):
        model = FusionModel(PAPER, VERDICT, EMMDL())
    layers = [m for part in model.branch("parameters") for m in part.modules() if isinstance(m, nn.Linear)]
    assert sum(p.numel() for layer in layers for p in layer.parameters()) == 2563


def test_paper_preset_has_the_papers_sizes():
    settings, _ = load_settings([CONFIGS / "paper.yaml"])
    inputs, training = settings.data.inputs, settings.training
    assert inputs["views"].size == (224, 224)
    assert training.batch_size == 64
    assert [stage.modalities for stage in training.stages] == [["infrared"], ["views"], ["parameters"]]
    with torch.device("meta"):
        model = FusionModel(PAPER, VERDICT, settings.model)
    assert size(model, "views") == 13_789_763
    check_stages(training.stages, model)


@pytest.mark.parametrize(
    "settings", [{}, {"shared_stages": 0, "join": "mean"}, {"fusion": MeanProbability}], ids=str
)
def test_contract(settings, monkeypatch):
    """With a small network in place of each F-ResNet, whose own contract has its test."""
    monkeypatch.setattr(emmdl, "FResNet", lambda flow, weights, width: SmallCNN2d(flow, widths=(width,)))
    check_model(
        lambda flows, targets: FusionModel(flows, targets, EMMDL(pyramid=8, **settings)), SMALL, VERDICT
    )


def test_swapped_views_count_only_side_by_side():
    batch = random_batch(SMALL, VERDICT, {name: torch.ones(4, dtype=torch.bool) for name in SMALL}, 1)
    whole = {name: torch.ones_like(mask) for name, mask in batch.valid.items()}
    given = Batch(batch.inputs, batch.present, whole, batch.targets)
    turned = Batch(given.inputs | {"views": given.inputs["views"].flip(1)}, given.present, whole, {})
    for join, same in (("mean", True), ("concat", False)):
        model = small(join=join).eval()
        with torch.no_grad():
            close = torch.allclose(model(given)["verdict"], model(turned)["verdict"], atol=1e-6)
        assert close == same


def test_steps_lower_the_loss():
    model = small().train()
    present = {name: torch.ones(4, dtype=torch.bool) for name in SMALL}
    batch = random_batch(SMALL, VERDICT, present, 3)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    for _ in range(3):
        torch.manual_seed(0)
        loss = sum(value.mean() for value in model.training_loss(batch).values())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_state_goes_into_a_fresh_model(tmp_path):
    model, fresh = small(0).eval(), small(1).eval()
    batch = random_batch(SMALL, VERDICT, {name: torch.ones(4, dtype=torch.bool) for name in SMALL}, 4)
    model.join.fusions["verdict"].reliability.copy_(torch.tensor([0.3, 0.5, 0.7]))
    torch.save(model.state_dict(), tmp_path / "state.pt")
    with torch.no_grad():
        assert not torch.equal(model(batch)["verdict"], fresh(batch)["verdict"])
        fresh.load_state_dict(torch.load(tmp_path / "state.pt"))
        assert torch.equal(model(batch)["verdict"], fresh(batch)["verdict"])


def test_one_sensor_alone_is_its_discounted_probability():
    model = small().eval()
    reliability = model.join.fusions["verdict"].reliability
    reliability.copy_(torch.tensor([0.3, 0.5, 0.8]))
    present = {name: torch.full((4,), name == "views") for name in SMALL}
    batch = random_batch(SMALL, VERDICT, present, 5)
    with torch.no_grad():
        found = model(batch)["verdict"].softmax(dim=-1)
        features, _ = model.features(batch, {})
        p = model.join.alone(features)["verdict"]["views"].softmax(dim=-1)
    torch.testing.assert_close(found, 0.8 * p + 0.2 / 3)


def shares(logits: np.ndarray, reliability: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Shapley values (3, K) of sensors that say `logits` (3, K), and the joined probabilities (8, K)."""
    fusion = small().join.fusions["verdict"]
    fusion.reliability.copy_(torch.tensor(reliability))
    member = torch.from_numpy(coalitions(3))
    said = {name: torch.tensor(logits[i]).expand(8, -1).double() for i, name in enumerate(NAMES)}
    joined = fusion(None, said, {name: member[:, i] for i, name in enumerate(NAMES)}).exp().numpy()
    return coefficients(3) @ joined, joined


def test_shares_add_up_from_ignorance_and_are_those_of_all_orders():
    logits = np.random.default_rng(0).normal(size=(3, 3))
    found, joined = shares(logits, [0.6, 0.7, 0.9])
    np.testing.assert_allclose(joined[0], 1 / 3)
    np.testing.assert_allclose(found.sum(axis=0), joined[7] - 1 / 3)
    by_order = np.zeros_like(found)
    for order in permutations(range(3)):
        there = 0
        for player in order:
            by_order[player] += (joined[there | 1 << player] - joined[there]) / 6
            there |= 1 << player
    np.testing.assert_allclose(found, by_order)


def test_equal_sensors_have_equal_shares_and_a_vacuous_one_none():
    same, _ = shares(np.tile([2.0, 0.0, -1.0], (3, 1)), [0.8, 0.8, 0.8])
    part = np.abs(same).sum(axis=1) / np.abs(same).sum()
    np.testing.assert_allclose(part, 1 / 3)
    nothing, _ = shares(np.random.default_rng(1).normal(size=(3, 3)), [0.8, 0.0, 0.5])
    np.testing.assert_allclose(nothing[1], 0.0, atol=1e-12)


def test_one_view_side_by_side_is_refused_in_one_line():
    flows = SMALL | {"views": Flow("image", 1, size=(32, 32))}
    with pytest.raises(ConfigError, match="SideBySide takes tokens"):
        FusionModel(flows, VERDICT, EMMDL(pyramid=8))
