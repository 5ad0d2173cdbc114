"""Late fusion of evidence that networks learn to give: opinions with an uncertainty, combined."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from weldfusion.data.flow import Flow
from weldfusion.fusion.absent import feature_sizes
from weldfusion.fusion.by_evidence import ByEvidence
from weldfusion.fusion.class_outputs import stacked
from weldfusion.fusion.evidence import Combined, dempster, only_present
from weldfusion.fusion.fusion import Tensors


def opinion(logits: Tensor) -> Tensor:
    """ln masses (…, K + 1) of evidence e = softplus(logits): with α = e + 1 and S = Σ α, b_k = e_k / S on
    each class and u = K / S on Θ (Sensoy et al. 2018, arXiv:1806.01768, eq. 1 and 2).

    >>> opinion(torch.zeros(2)).exp()
    tensor([0.2047, 0.2047, 0.5906])
    """
    evidence = F.softplus(logits)
    strength = evidence.sum(dim=-1, keepdim=True) + logits.shape[-1]
    # ln softplus(x) is x where e^x is small; softplus itself would become 0 there.
    log_evidence = torch.where(logits < -15, logits, evidence.clamp(min=1e-7).log())
    unknown = torch.full_like(strength, math.log(logits.shape[-1]))
    return torch.cat([log_evidence, unknown], dim=-1) - strength.log()


class Evidential(ByEvidence):
    """Trusted multi-view classification (Han et al. 2021, arXiv:2102.02051): each modality's head gives
    evidence instead of logits, Dempster's rule joins the opinions, and all is trained together.

    The output is ln of the expected probability α_k / Σ α of the joined opinion, so the cross-entropy of
    the head is the type II likelihood of Sensoy et al. 2018, eq. 3. It is trained by the loss of the
    joined output: softmax cross-entropy of each modality alone would not give evidence. The paper's
    Kullback–Leibler term against evidence for wrong classes is left out; a temperature is fitted on the
    calibration part instead. An absent modality is vacuous; u > 0, so the conflict is never total.

    Args:
        flows: features of each modality.
    """

    each_alone = False

    def __init__(self, flows: Mapping[str, Flow]) -> None:
        super().__init__()
        self.names = list(feature_sizes(flows, "Evidential"))

    def combined(self, outputs: Tensors, present: Tensors) -> Combined:
        logits, here = stacked(self.names, outputs, present)
        return dempster(only_present(opinion(logits), here))
