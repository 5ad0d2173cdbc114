"""Losses, priors and joined predictions against scikit-learn, torch and numbers worked out by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_class_weight
from torch.nn import functional as F

from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.heads.classes import ClassHead
from weldfusion.heads.default import default_head
from weldfusion.heads.multilabel import MultiLabelHead
from weldfusion.heads.real import RealHead
from weldfusion.heads.weights import balanced_weights

FLOW = Flow.features(4)
PENETRATION = TargetSpec("penetration", "class", classes=("under", "normal", "over"))
LABELS = TargetSpec("imperfections", "multilabel", classes=("pore", "crack"))
FORCE = TargetSpec("force", "real", unit="N")


def known(*flags: int) -> torch.Tensor:
    return torch.tensor(flags, dtype=torch.bool)


def test_class_loss_is_scikit_learns_log_loss():
    torch.manual_seed(0)
    head, raw, value = ClassHead(FLOW, PENETRATION), torch.randn(50, 3), torch.randint(0, 3, (50,))
    found = head.loss(raw, Truth(value, torch.ones(50, dtype=torch.bool))).mean()
    chance = np.stack([v.numpy() for v in head.decode(raw).values()], axis=1)
    assert float(found) == pytest.approx(log_loss(value, chance, labels=[0, 1, 2]), rel=1e-5)


def test_focal_loss_by_hand():
    head = ClassHead(FLOW, PENETRATION, focal_gamma=2.0)
    chance = torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]])
    loss = head.loss(chance.log(), Truth(torch.tensor([0, 2]), known(1, 1)))
    expected = [-(0.3**2) * np.log(0.7), -(0.7**2) * np.log(0.3)]
    np.testing.assert_allclose(loss.numpy(), expected, rtol=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_class_weights_are_torchs(smoothing):
    torch.manual_seed(0)
    head = ClassHead(FLOW, PENETRATION, class_weights=[1.0, 2.0, 0.5], label_smoothing=smoothing)
    raw, value = torch.randn(6, 3), torch.tensor([0, 1, 2, 0, 1, 2])
    expected = F.cross_entropy(
        raw, value, torch.tensor([1.0, 2.0, 0.5]), label_smoothing=smoothing, reduction="none"
    )
    torch.testing.assert_close(head.loss(raw, Truth(value, torch.ones(6, dtype=torch.bool))), expected)


@given(numbers=st.lists(st.integers(1, 50), min_size=2, max_size=5))
def test_balanced_weights_are_scikit_learns(numbers):
    labels = np.repeat(np.arange(len(numbers)), numbers)
    expected = compute_class_weight("balanced", classes=np.arange(len(numbers)), y=labels)
    np.testing.assert_allclose(balanced_weights(np.array(numbers)), expected)


def test_balanced_weights_and_prior_come_from_the_known_truths():
    head = ClassHead(FLOW, PENETRATION, class_weights="balanced")
    head.fit_truth(np.array([0, 0, 0, 1, 2, 2, 0]), np.array([1, 1, 1, 1, 1, 1, 0], dtype=bool))
    np.testing.assert_allclose(head.weight.numpy(), [6 / 9, 2.0, 1.0], rtol=1e-6)
    chance = [v.item() for v in head.decode(head.prior(1)).values()]
    np.testing.assert_allclose(chance, [4 / 9, 2 / 9, 3 / 9], rtol=1e-6)


def test_multilabel_loss_is_the_mean_of_binary_log_losses():
    torch.manual_seed(0)
    head, raw = MultiLabelHead(FLOW, LABELS), torch.randn(40, 2)
    flags = torch.randint(0, 2, (40, 2)).float()
    found = float(head.loss(raw, Truth(flags, torch.ones(40, dtype=torch.bool))).mean())
    chance = np.stack([v.numpy() for v in head.decode(raw).values()], axis=1)
    expected = np.mean([log_loss(flags[:, k], chance[:, k], labels=[0, 1]) for k in range(2)])
    assert found == pytest.approx(expected, rel=1e-5)


def test_multilabel_prior_and_weights_come_from_the_known_truths():
    head = MultiLabelHead(FLOW, LABELS, class_weights="balanced")
    flags = np.array([[1, 0], [1, 0], [1, 0], [0, 0], [1, 1]])
    head.fit_truth(flags, np.array([1, 1, 1, 1, 0], dtype=bool))
    chance = [v.item() for v in head.decode(head.prior(1)).values()]
    np.testing.assert_allclose(chance, [4 / 6, 1 / 6], rtol=1e-6)
    np.testing.assert_allclose(head.weight.numpy(), [1 / 3, 1.0], rtol=1e-6)


def test_real_values_come_back_in_their_own_unit():
    truth = np.array([100.0, 200.0, 600.0, 9999.0])
    head = RealHead(FLOW, FORCE)
    head.fit_truth(truth, np.array([True, True, True, False]))
    assert head.decode(head.prior(2))[""].tolist() == pytest.approx([300.0, 300.0])
    deviation = truth[:3].std()
    raw = torch.tensor([0.0, 1.0, -1.0])
    np.testing.assert_allclose(
        head.decode(raw)[""].numpy(), [300.0, 300 + deviation, 300 - deviation], rtol=1e-6
    )


@pytest.mark.parametrize(
    ("loss", "expected"), [("mse", [1.0, 4.0]), ("mae", [1.0, 2.0]), ("huber", [0.5, 1.5])]
)
def test_real_losses_are_in_standard_deviations(loss, expected):
    head = RealHead(FLOW, FORCE, loss=loss)
    head.fit_truth(np.array([90.0, 110.0]), np.array([True, True]))
    truth = Truth(torch.tensor([110.0, 80.0, 0.0]), known(1, 1, 0))
    assert head.loss(torch.zeros(3), truth).tolist() == pytest.approx([*expected, 0.0])


def test_a_constant_truth_does_not_divide_by_zero():
    head = RealHead(FLOW, FORCE)
    head.fit_truth(np.full(5, 7.0), np.ones(5, dtype=bool))
    assert head.decode(torch.zeros(1))[""].item() == 7.0
    assert torch.isfinite(head.loss(torch.ones(1), Truth(torch.tensor([7.0]), known(1)))).all()


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: ClassHead(FLOW, FORCE), "at least two classes"),
        (lambda: RealHead(FLOW, PENETRATION), "force|penetration is class"),
        (lambda: MultiLabelHead(FLOW, FORCE), "multilabel target"),
        (lambda: ClassHead(FLOW, PENETRATION, class_weights=[1.0]), "1 numbers, expected 3"),
        (lambda: ClassHead(FLOW, PENETRATION, class_weights=[1.0, 0.0, 1.0]), "positive"),
        (lambda: ClassHead(FLOW, PENETRATION, class_weights="balance"), "none, balanced or a list"),
        (lambda: ClassHead(FLOW, PENETRATION, label_smoothing=1.5), "label_smoothing is 1.5"),
        (lambda: ClassHead(FLOW, PENETRATION, focal_gamma=-1.0), "focal_gamma is -1.0"),
    ],
)
def test_settings_that_cannot_work(make, told):
    with pytest.raises(ConfigError, match=told):
        make()


def test_default_by_kind():
    kinds = [type(default_head(FLOW, target)) for target in (PENETRATION, LABELS, FORCE)]
    assert kinds == [ClassHead, MultiLabelHead, RealHead]
