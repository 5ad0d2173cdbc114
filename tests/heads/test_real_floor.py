"""The floor of RealHead against the tobit likelihood's two regimes, worked out by hand."""

import math

import numpy as np
import pytest
import torch

from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.heads.real import RealHead


def head(floor: float | None) -> RealHead:
    made = RealHead(Flow.features(4), TargetSpec("force", "real", unit="N"), "mae", floor=floor)
    made.fit_truth(np.array([0.0, 200.0]), np.array([True, True]))
    return made


def test_prediction_below_a_truth_at_the_floor_counts_as_right() -> None:
    truth = Truth(torch.tensor([0.0, 0.0, 200.0]), torch.ones(3, dtype=torch.bool))
    raw = torch.tensor([-2.0, 0.5, -2.0])  # -100, 150 and -100 N, standardised by mean 100 and sd 100
    assert head(0.0).loss(raw, truth).tolist() == pytest.approx([0.0, 1.5, 3.0])
    assert head(None).loss(raw, truth).tolist() == pytest.approx([1.0, 1.5, 3.0])


def test_predictions_are_cut_at_the_floor() -> None:
    raw = torch.tensor([-2.0, 0.5])
    assert head(0.0).decode(raw)[""].tolist() == pytest.approx([0.0, 150.0])
    assert head(None).decode(raw)[""].tolist() == pytest.approx([-100.0, 150.0])


def test_slope_through_censored_truths_is_found() -> None:
    """y = max(0, 2x): a straight line fitted with the floor has slope 2, without it less."""
    x = torch.linspace(-1, 1, 201).unsqueeze(1)
    y = (2 * x.squeeze(1)).clamp(min=0)
    truth = Truth(y, torch.ones(len(y), dtype=torch.bool))

    def slope(floor: float | None) -> float:
        made = RealHead(Flow.features(1), TargetSpec("force", "real"), "mse", floor=floor)
        made.fit_truth(y.numpy(), np.ones(len(y), dtype=bool))
        optimiser = torch.optim.LBFGS(made.parameters(), max_iter=200)

        def closure() -> torch.Tensor:
            optimiser.zero_grad()
            loss = made.loss(made(x), truth).mean()
            loss.backward()
            return loss

        for _ in range(20):
            optimiser.step(closure)
        return float(made.linear.weight.detach() * made.std)

    assert math.isclose(slope(0.0), 2.0, rel_tol=0.02)
    assert slope(None) < 1.2
