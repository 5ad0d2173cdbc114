"""A late fusion that learns after training: the mean of probabilities, weighed by accuracy."""

import torch
from torch import Tensor

from weldfusion.fusion.fusion import LateFusion, Tensors
from weldfusion.heads.head import Head


class ByAccuracy(LateFusion):
    """Weights are the shares of known windows that each modality alone gets right."""

    fitted_after = True
    weight: Tensor

    def __init__(self, flows) -> None:
        super().__init__()
        self.names = sorted(flows)
        self.register_buffer("weight", torch.ones(len(self.names)))
        self.seen = None

    def fit_outputs(self, head: Head, outputs: Tensors, present: Tensors, truth) -> None:
        assert bool(truth.known.all())
        self.seen = {name: x.clone() for name, x in outputs.items()}
        right = [
            (outputs[name].argmax(dim=1) == truth.value)[present[name]].float().mean() for name in self.names
        ]
        self.weight.copy_(torch.stack(right))

    def forward(self, head: Head, outputs: Tensors, present: Tensors) -> Tensor:
        weight = torch.stack([present[name] * w for name, w in zip(self.names, self.weight, strict=True)])
        share = weight / weight.sum(dim=0).clamp(min=1e-9)
        share = torch.where(weight.sum(dim=0) > 0, share, 1 / len(self.names))
        return head.average(torch.stack([outputs[name] for name in self.names]), share)
