"""What stacking learns from the outputs of each modality: two convex problems, pure functions."""

import numpy as np
import torch
from scipy.optimize import nnls
from torch import Tensor
from torch.nn import functional as F

LEAST_LOG = -9.2103404
"""ln 1e-4: a probability below counts as this, so that one sure modality cannot rule a class out."""


def log_pool(log_probability: Tensor, here: Tensor) -> Tensor:
    """Mean log-probability (B, K) over the present modalities of (M, B, K); all of them where none is."""
    here = here | ~here.any(dim=0)
    weight = here.to(log_probability.dtype) / here.sum(dim=0)
    return (log_probability * weight.unsqueeze(-1)).sum(dim=0)


def design(log_probability: Tensor, here: Tensor, mean: Tensor) -> Tensor:
    """What the logistic regression sees (B, M K + M + 1): log-probabilities less their `mean` (M, K), 0 where
    a modality is absent, which is its mean put in; a flag for each that is absent; 1."""
    centred = torch.where(here.unsqueeze(-1), log_probability - mean.unsqueeze(1), 0.0)
    values = centred.movedim(0, 1).flatten(1)
    return torch.cat([values, (~here).T.to(values.dtype), torch.ones_like(values[:, :1])], dim=1)


def fit_logistic(seen: Tensor, offset: Tensor, truth: Tensor, strength: float) -> Tensor:
    """Weights (K, D) of least Σ cross-entropy(offset + W x, truth) + strength / 2 · |W|².

    Convex, one minimum; L-BFGS. It starts from 0, which is the offset alone.

    Args:
        seen: x, (N, D).
        offset: logits (N, K).
        truth: class numbers (N,).
        strength: of the pull towards the offset, above 0.
    """
    x, start, truth = seen.double(), offset.double(), truth.long()
    weights = torch.zeros((start.shape[1], x.shape[1]), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [weights], max_iter=500, tolerance_grad=1e-9, tolerance_change=1e-14, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimiser.zero_grad()
        fit = F.cross_entropy(start + x @ weights.T, truth, reduction="sum")
        value = fit + 0.5 * strength * weights.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    with torch.enable_grad():
        optimiser.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach()


def fit_convex(values: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Weights (M,), none negative, sum 1, with which predictions (N, M) come nearest to `truth` (N,):
    non-negative least squares around the mean truth, then brought to sum 1 (Breiman 1996,
    doi:10.1007/BF00117832). Equal weights where nothing is learned (all weights 0).

    >>> fit_convex(np.array([[1.0, 0], [2, 7], [3, 2]]), np.array([1.0, 2, 3])).round(6).tolist()
    [1.0, 0.0]
    """
    centre = truth.mean()
    weights, _ = nnls(values - centre, truth - centre)
    total = weights.sum()
    return weights / total if total > 0 else np.full(values.shape[1], 1 / values.shape[1])
