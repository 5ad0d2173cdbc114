"""Weights of several targets, learned with the network."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from weldfusion.layers.by_name import attribute


class LearnedWeights(nn.Module):
    """Σ exp(−s)·L + s over the losses L of the targets, with a log-variance s each, 0 at the start.

    A target whose loss stays large gets a small weight; at the optimum exp(−s) = 1 / L. A target of which no
    truth is known in a batch adds nothing, so that its s does not drift.

    Source: Kendall, Gal and Cipolla, CVPR 2018, doi:10.1109/CVPR.2018.00781 (homoscedastic uncertainty).

    >>> weights = LearnedWeights(["defect", "force"])
    >>> losses = {"defect": torch.tensor(2.0), "force": torch.tensor(3.0)}
    >>> weights(losses, dict.fromkeys(losses, torch.tensor(4.0)))
    tensor(5., grad_fn=<SumBackward0>)
    >>> weights.weights()
    {'defect': 1.0, 'force': 1.0}
    """

    def __init__(self, targets: Sequence[str]) -> None:
        super().__init__()
        self.targets = list(targets)
        self.log_variances = nn.ParameterDict({attribute(name): torch.zeros(()) for name in targets})

    def forward(self, losses: Mapping[str, Tensor], known: Mapping[str, Tensor]) -> Tensor:
        """Mean loss of each target and the number of known truths that it is of → one number."""
        parts = []
        for name in self.targets:
            s = self.log_variances[attribute(name)]
            parts.append(torch.where(known[name] > 0, torch.exp(-s) * losses[name] + s, 0.0))
        return torch.stack(parts).sum()

    def weights(self) -> dict[str, float]:
        """exp(−s) of each target."""
        return {
            name: float(torch.exp(-self.log_variances[attribute(name)].detach())) for name in self.targets
        }
