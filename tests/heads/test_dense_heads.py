"""Heads of intervals and curves against scikit-learn, torch and numbers worked out by hand."""

import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss
from torch.nn import functional as F

from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.heads.curve import CurveHead
from weldfusion.heads.default import default_head
from weldfusion.heads.intervals import IntervalHead

FLOW = Flow.features(4)
PORES = TargetSpec("pores", "intervals", "interval", classes=("pore", "crack"), step_s=0.01, steps=3)
DEPTH = TargetSpec("depth", "curve", "sample", unit="mm", step_s=0.01, steps=3)
NAN = float("nan")


def known(*flags: int) -> torch.Tensor:
    return torch.tensor(flags, dtype=torch.bool)


def test_loss_of_intervals_is_the_log_loss_over_all_steps():
    torch.manual_seed(0)
    head, raw = IntervalHead(FLOW, PORES), torch.randn(30, 2, 3)
    flags = torch.randint(0, 2, (30, 2, 3)).float()
    found = float(head.loss(raw, Truth(flags, torch.ones(30, dtype=torch.bool))).mean())
    chance = torch.stack(list(head.decode(raw).values()), dim=1)
    assert chance.shape == (30, 2, 3)
    assert found == pytest.approx(log_loss(flags.numpy().ravel(), chance.numpy().ravel()), rel=1e-5)


def test_unknown_steps_do_not_count():
    head, raw = IntervalHead(FLOW, PORES), torch.randn(2, 2, 3)
    flags = torch.tensor([[[1.0, NAN, 0.0], [0.0, NAN, 0.0]], [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]])
    loss = head.loss(raw, Truth(flags, known(1, 0)))
    steps = [0, 2]
    by_hand = F.binary_cross_entropy_with_logits(raw[0][:, steps], flags[0][:, steps])
    assert loss.tolist() == pytest.approx([float(by_hand), 0.0])
    depth = CurveHead(FLOW, DEPTH)
    truth = Truth(torch.tensor([[1.0, NAN, 3.0], [NAN, NAN, NAN]]), known(1, 1))
    assert depth.loss(torch.zeros(2, 3), truth).tolist() == pytest.approx([(1 + 9) / 2, 0.0])


def test_class_weights_are_torchs():
    torch.manual_seed(1)
    head = IntervalHead(FLOW, PORES, class_weights=[3.0, 0.5])
    raw, flags = torch.randn(5, 2, 3), torch.randint(0, 2, (5, 2, 3)).float()
    expected = F.binary_cross_entropy_with_logits(
        raw, flags, pos_weight=torch.tensor([[3.0], [0.5]]), reduction="none"
    ).mean(dim=(1, 2))
    torch.testing.assert_close(head.loss(raw, Truth(flags, torch.ones(5, dtype=torch.bool))), expected)


def test_priors_and_balanced_weights_come_from_the_known_steps():
    head = IntervalHead(FLOW, PORES, class_weights="balanced")
    flags = np.array([[[1, 1, NAN], [0, 0, NAN]], [[0, 0, 0], [1, 0, 0]], [[1, 1, 1], [1, 1, 1]]])
    head.fit_truth(flags, np.array([True, True, False]))
    chance = [v[0].tolist() for v in head.decode(head.prior(1)).values()]
    np.testing.assert_allclose(chance, [[3 / 7] * 3, [2 / 7] * 3], rtol=1e-6)
    np.testing.assert_allclose(head.weight.numpy(), [3 / 2, 4.0], rtol=1e-6)


@pytest.mark.parametrize(
    ("loss", "expected"), [("mse", [5 / 3, 4.0]), ("mae", [1.0, 2.0]), ("huber", [2 / 3, 1.5])]
)
def test_losses_of_curves_are_in_standard_deviations(loss, expected):
    head = CurveHead(FLOW, DEPTH, loss=loss)
    head.fit_truth(np.array([[1.0, 3.0, NAN], [3.0, 1.0, NAN]]), np.array([True, True]))
    truth = Truth(torch.tensor([[3.0, 4.0, 2.0], [4.0, 0.0, NAN]]), known(1, 1))
    assert head.loss(torch.zeros(2, 3), truth).tolist() == pytest.approx(expected)
    assert head.decode(head.prior(2))[""].tolist() == [[2.0] * 3] * 2
    assert head.decode(torch.ones(1, 3))[""].tolist() == [[3.0] * 3]


def test_nothing_known_leaves_the_head_as_it_was():
    head = CurveHead(FLOW, DEPTH)
    head.fit_truth(np.full((2, 3), NAN), np.array([True, True]))
    assert (head.mean.item(), head.std.item()) == (0.0, 1.0)


def test_default_by_kind():
    assert type(default_head(FLOW, PORES)) is IntervalHead
    assert type(default_head(FLOW, DEPTH)) is CurveHead


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: IntervalHead(FLOW, DEPTH), "kind intervals, depth is curve"),
        (lambda: CurveHead(FLOW, PORES), "kind curve, pores is intervals"),
        (lambda: CurveHead(FLOW, TargetSpec("d", "curve", "sample", step_s=0.1)), "not known yet"),
        (lambda: IntervalHead(FLOW, PORES, class_weights=[1.0]), "1 numbers, expected 2"),
    ],
)
def test_settings_that_cannot_work(make, told):
    with pytest.raises(ConfigError, match=told):
        make()
