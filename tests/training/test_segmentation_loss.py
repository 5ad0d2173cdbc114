"""The loss of masks against scikit-learn's F1 and torch's own cross-entropy."""

import pytest
import torch
from sklearn.metrics import f1_score

from weldfusion.training.segmentation_loss import mask_loss, soft_dice


def test_dice_of_whole_masks_as_scikit_learn():
    generator = torch.Generator().manual_seed(0)
    found, truth = (torch.rand(3, 1, 40, 50, generator=generator) > 0.6 for _ in range(2))
    dice = soft_dice(found.float(), truth.float())
    for one, a, b in zip(dice, truth, found, strict=True):
        # one pixel is added to numerator and denominator
        assert float(one) == pytest.approx(f1_score(a.flatten(), b.flatten()), abs=1e-3)


def test_cross_entropy_and_dice_add_up():
    logits, truth = torch.randn(2, 1, 8, 9), (torch.rand(2, 1, 8, 9) > 0.5).float()
    share = torch.sigmoid(logits)
    for number, loss in enumerate(mask_loss(logits, truth)):
        p, t = share[number], truth[number]
        entropy = torch.nn.functional.binary_cross_entropy(p, t)
        expected = entropy + 1 - (2 * (p * t).sum() + 1) / (p.sum() + t.sum() + 1)
        torch.testing.assert_close(loss, expected)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_sure_answer_costs_nothing_even_where_the_mask_is_empty(value):
    truth = torch.full((1, 1, 4, 4), value)
    logits = ((truth * 2 - 1) * 100).requires_grad_()
    loss = mask_loss(logits, truth)
    loss.sum().backward()
    assert float(loss.detach()) == pytest.approx(0.0, abs=1e-6)
    assert bool(torch.isfinite(logits.grad).all())
