"""Late fusion by learned weights that depend on what each modality says."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.fusion.absent import feature_sizes
from weldfusion.fusion.class_outputs import stacked
from weldfusion.fusion.fusion import LateFusion, Tensors
from weldfusion.layers.by_name import ModulesByName

if TYPE_CHECKING:
    from weldfusion.heads.head import Head


class MixtureOfExperts(LateFusion):
    """Mean of the outputs of each modality, weighted by a gate (Jacobs et al. 1991,
    doi:10.1162/neco.1991.3.1.79).

    Each modality has a small network of its own that gives a score from its own output; the weights are
    the softmax of the scores over the modalities that are present, so a missing one only leaves its
    share to the others. All is trained together by the loss of the joined output. At the start all
    weights are equal, as in MeanProbability.

    Args:
        flows: features of each modality.
        hidden: width of the networks that score.
    """

    each_alone = False

    def __init__(self, flows: Mapping[str, Flow], hidden: int = 8) -> None:
        super().__init__()
        self.names = list(feature_sizes(flows, "MixtureOfExperts"))
        self.hidden = hidden

    def bind(self, target: TargetSpec) -> None:
        size = max(len(target.classes), 1) * max(target.steps, 1)
        several = self.names if len(self.names) > 1 else []
        self.scores = ModulesByName({name: _score(size, self.hidden) for name in several})

    def forward(self, head: "Head", outputs: Tensors, present: Tensors) -> Tensor:
        raw, here = stacked(self.names, outputs, present)
        return head.average(raw, self.weights(raw, here))

    def weights(self, raw: Tensor, here: Tensor) -> Tensor:
        """Weights (M, B), sum 1, from outputs (M, B, …); equal ones where nothing is present."""
        if not len(self.scores):
            return torch.ones_like(here, dtype=raw.dtype)
        each = raw.flatten(2) if raw.ndim > 2 else raw.unsqueeze(-1)
        scores = [cast(Tensor, self.scores[name](x)) for name, x in zip(self.names, each, strict=True)]
        score = torch.stack(scores).squeeze(-1).float()
        usable = here | ~here.any(dim=0)
        return score.masked_fill(~usable, -math.inf).softmax(dim=0)


def _score(size: int, hidden: int) -> nn.Sequential:
    last = nn.Linear(hidden, 1, bias=False)
    nn.init.zeros_(last.weight)
    return nn.Sequential(nn.Linear(size, hidden), nn.Tanh(), last)
