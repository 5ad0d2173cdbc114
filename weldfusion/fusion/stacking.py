"""Late fusion by stacking: a small convex model learned from what each modality says alone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.absent import feature_sizes
from weldfusion.fusion.class_outputs import stacked
from weldfusion.fusion.fusion import LateFusion, Tensors
from weldfusion.fusion.stacking_fits import LEAST_LOG, design, fit_convex, fit_logistic, log_pool

if TYPE_CHECKING:
    from weldfusion.data.batch import Truth
    from weldfusion.heads.head import Head

KINDS = ("class", "real")


class Stacking(LateFusion):
    """Stacked generalisation (Wolpert 1992, doi:10.1016/S0893-6080(05)80023-1), learned after training
    from windows that no gradient saw.

    Classes: the mean log-probability of the present modalities plus a logistic regression on all
    log-probabilities, whose weights are pulled towards 0 (ridge). An absent modality stands with its mean
    and a flag. Numbers: a weighted mean by non-negative least squares, over the modalities that are
    present. Before it is learned, and from no windows, it is the mean of log-probabilities or values.

    Args:
        flows: features of each modality.
        strength: of the ridge; the larger, the closer to the mean log-probability.
    """

    fitted_after = True
    mean: Tensor
    weight: Tensor

    def __init__(self, flows: Mapping[str, Flow], strength: float = 1.0) -> None:
        super().__init__()
        self.names = list(feature_sizes(flows, "Stacking"))
        if strength <= 0:
            raise ConfigError(f"strength is {strength}, expected above 0")
        self.strength = strength

    def bind(self, target: TargetSpec) -> None:
        if target.kind not in KINDS:
            raise ConfigError(
                f"Stacking joins classes or numbers of whole windows, but target {target.name} is "
                f"{target.kind}; take MeanProbability, or leave {target.name} out of data.targets"
            )
        count, classes = len(self.names), len(target.classes)
        self.kind = target.kind
        if self.kind == "class":
            self.register_buffer("mean", torch.zeros(count, classes))
            self.register_buffer("weight", torch.zeros(classes, count * classes + count + 1))
        else:
            self.register_buffer("weight", torch.full((count,), 1 / count))

    def forward(self, head: "Head", outputs: Tensors, present: Tensors) -> Tensor:
        raw, here = stacked(self.names, outputs, present)
        weight = self.weight.to(raw.dtype)
        if self.kind == "class":
            log_p = _log_probability(raw)
            return log_pool(log_p, here) + design(log_p, here, self.mean.to(raw.dtype)) @ weight.T
        return head.average(raw, _shares(weight, here))

    def fit_outputs(self, head: "Head", outputs: Tensors, present: Tensors, truth: "Truth") -> None:
        """Windows without a known truth or without any modality are left out."""
        raw, here = stacked(self.names, outputs, present)
        used = truth.known & here.any(dim=0)
        if not bool(used.any()):
            return
        raw, here, value = raw[:, used].double(), here[:, used], truth.value[used]
        if self.kind == "class":
            self._fit_classes(_log_probability(raw), here, value)
        else:
            self._fit_numbers(head, raw, here, value)

    def learned(self) -> dict[str, dict[str, float]]:
        """`weight` of each modality: for numbers that of its value, for classes that of its log-probability
        of a class in the logit of the same class, mean over the classes (1 / M before it is learned)."""
        if self.kind == "class":
            classes, count = len(self.weight), len(self.names)
            own = self.weight[:, : count * classes].reshape(classes, count, classes)
            weights = 1 / count + own.diagonal(dim1=0, dim2=2).mean(dim=1)
        else:
            weights = self.weight
        return {m: {"weight": float(w)} for m, w in zip(self.names, weights, strict=True)}

    def _fit_classes(self, log_p: Tensor, here: Tensor, truth: Tensor) -> None:
        number = here.sum(dim=1).clamp(min=1).unsqueeze(-1)
        mean = torch.where(here.unsqueeze(-1), log_p, 0.0).sum(dim=1) / number
        found = fit_logistic(design(log_p, here, mean), log_pool(log_p, here), truth, self.strength)
        self.mean.copy_(mean)
        self.weight.copy_(found)

    def _fit_numbers(self, head: "Head", raw: Tensor, here: Tensor, truth: Tensor) -> None:
        """From the windows that have every modality, if they are more than the modalities."""
        whole = here.all(dim=0)
        if int(whole.sum()) <= len(self.names):
            return
        values = torch.stack([head.decode(one)[""].double() for one in raw[:, whole]], dim=1)
        found = fit_convex(values.cpu().numpy(), truth[whole].double().cpu().numpy())
        self.weight.copy_(torch.as_tensor(found))


def _log_probability(logits: Tensor) -> Tensor:
    return logits.log_softmax(dim=-1).clamp(min=LEAST_LOG)


def _shares(weight: Tensor, here: Tensor) -> Tensor:
    """Weights (M, B) over the present modalities, sum 1; equal ones where those have no weight."""
    some = weight.unsqueeze(-1) * here
    some = torch.where(some.sum(dim=0) > 0, some, here.to(some.dtype))
    some = torch.where(some.sum(dim=0) > 0, some, torch.ones_like(some))
    return some / some.sum(dim=0)
