"""Late fusion by belief functions: each modality's probabilities, discounted by its reliability."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.absent import feature_sizes
from weldfusion.fusion.by_evidence import ByEvidence
from weldfusion.fusion.class_outputs import accuracy_alone, stacked
from weldfusion.fusion.conflict_rules import murphy, pcr5, yager
from weldfusion.fusion.evidence import Combined, Rule, dempster, masses_of, only_present, pignistic
from weldfusion.fusion.evidence import simple_support as simple
from weldfusion.fusion.fusion import Tensors

if TYPE_CHECKING:
    from weldfusion.data.batch import Truth
    from weldfusion.heads.head import Head

RULES: dict[str, Rule] = {"dempster": dempster, "yager": yager, "murphy": murphy, "pcr5": pcr5}
BEFORE_FIT = 0.9
LEAST, MOST = 1e-3, 0.999


class DempsterShafer(ByEvidence):
    """Masses w p_k on each class and 1 − w on Θ of every modality, combined; the result is the pignistic
    probability. An absent modality has the vacuous mass, which changes nothing.

    p is the softmax of what the modality says alone (at its own temperature, which the join of outputs
    learns), w its reliability, learned after training from windows that no gradient saw. With w = 1
    Dempster's rule is no more than the product of the probabilities; w below 1 keeps one wrong and sure
    modality from deciding alone. Dempster 1967, doi:10.1214/aoms/1177698950; Shafer 1976.

    Args:
        flows: features of each modality.
        rule: `dempster`, `yager` (what contradicts is not known), `murphy` (mean of the modalities, combined
            with itself) or `pcr5` (conflict is given back; modalities in order of their names).
        reliability: `accuracy` (balanced accuracy alone), `fitted` (all together, least log loss of the
            joined probabilities) or one number for all, 0 … 1.
        support: `all` classes by their probability, or the `top` class only (simple support function).
    """

    fitted_after = True
    reliability: Tensor

    def __init__(
        self,
        flows: Mapping[str, Flow],
        rule: Literal["dempster", "yager", "murphy", "pcr5"] = "dempster",
        reliability: Literal["accuracy", "fitted"] | float = "accuracy",
        support: Literal["all", "top"] = "all",
    ) -> None:
        super().__init__()
        self.names = list(feature_sizes(flows, "DempsterShafer"))
        if not isinstance(reliability, str) and not 0.0 <= reliability <= 1.0:
            raise ConfigError(f"reliability is {reliability}, expected accuracy, fitted or a number 0 … 1")
        self.rule = RULES[rule]
        self.how = reliability
        self.masses = masses_of if support == "all" else simple
        first = BEFORE_FIT if isinstance(reliability, str) else reliability
        self.register_buffer("reliability", torch.full((len(self.names),), float(first)))

    def combined(self, outputs: Tensors, present: Tensors) -> Combined:
        logits, here = stacked(self.names, outputs, present)
        return self._joined(logits.log_softmax(dim=-1), here, self.reliability.to(logits.dtype))

    def _joined(self, log_probability: Tensor, here: Tensor, reliability: Tensor) -> Combined:
        each = reliability.unsqueeze(-1).expand(here.shape)
        return self.rule(only_present(self.masses(log_probability, each), here))

    def fit_outputs(self, head: "Head", outputs: Tensors, present: Tensors, truth: "Truth") -> None:
        """Reliabilities, unless they are given; `BEFORE_FIT` where no window's truth is known."""
        if not isinstance(self.how, str):
            return
        logits, here = stacked(self.names, outputs, present)
        here = here & truth.known
        for i in range(len(self.names)):
            if bool(here[i].any()):
                self.reliability[i] = accuracy_alone(logits[i, here[i]], truth.value[here[i]])
        if self.how == "fitted" and bool(here.any()):
            self._fit_together(logits.double(), here, truth.value)

    def learned(self) -> dict[str, dict[str, float]]:
        """`reliability` where it is the balanced accuracy alone, else `fitted reliability`; nothing where it
        is given."""
        if not isinstance(self.how, str):
            return {}
        name = "reliability" if self.how == "accuracy" else "fitted reliability"
        return {m: {name: float(w)} for m, w in zip(self.names, self.reliability, strict=True)}

    def _fit_together(self, logits: Tensor, here: Tensor, truth: Tensor) -> None:
        """Reliabilities between `LEAST` and `MOST` of least log loss, from those of each alone."""
        some = here.any(dim=0)
        log_p = logits[:, some].log_softmax(dim=-1)
        here, truth = here[:, some], truth[some]
        span = MOST - LEAST
        start = ((self.reliability.double().clamp(0.01, 0.99) - LEAST) / span).logit()
        free = start.detach().clone().requires_grad_()
        optimiser = torch.optim.LBFGS([free], max_iter=100, line_search_fn="strong_wolfe")

        def loss() -> Tensor:
            optimiser.zero_grad()
            weights = LEAST + span * free.sigmoid()
            value = F.nll_loss(pignistic(self._joined(log_p, here, weights).log_mass), truth)
            value.backward()  # type: ignore[no-untyped-call]
            return value

        with torch.enable_grad():
            optimiser.step(loss)  # type: ignore[no-untyped-call]
        self.reliability.copy_(LEAST + span * free.detach().sigmoid())
