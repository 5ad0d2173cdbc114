"""The executable contract of a penalty."""

from collections.abc import Callable, Mapping

import torch

from weldfusion.data.flow import Flow
from weldfusion.fusion.penalty import Penalty
from weldfusion.testing.probe import SAMPLES, check_behaviour, finite, require, run, same
from weldfusion.testing.samples import presences, random_values

Flows = Mapping[str, Flow]


def check_penalty(make: Callable[[Flows], Penalty], flows: Flows) -> None:
    """Checks a penalty on random features: one finite number a sample, a finite gradient for equal features
    too, values of absent modalities and the order of names of no account.

    Raises ContractError.

    >>> from weldfusion.fusion.similarity import Similarity
    >>> check_penalty(Similarity, {"sound": Flow.features(4), "photo": Flow.features(4)})
    """
    penalty = make(flows)
    require(isinstance(penalty, Penalty), f"{type(penalty).__name__} is not derived from Penalty")
    x = {name: random_values(flow, seed) for seed, (name, flow) in enumerate(sorted(flows.items()))}
    for case, present in presences(flows).items():
        found = check_behaviour(lambda: make(flows), (x, present))
        require(found.shape == (SAMPLES,), f"{case}: gives {tuple(found.shape)}, expected {(SAMPLES,)}")
        other = {
            name: torch.where(present[name].unsqueeze(-1), value, torch.nan) for name, value in x.items()
        }
        same(run(penalty, (other, present)), found, f"{case}: values of an absent modality count")
        mirrored = dict(reversed(list(x.items())))
        same(run(make(dict(reversed(list(flows.items())))), (mirrored, present)), found, "order of the names")
        _check_gradient(penalty, x, present)
    first = next(iter(x.values()))
    equal = {name: first if value.shape == first.shape else value for name, value in x.items()}
    _check_gradient(penalty, equal, presences(flows)["all present"])


def _check_gradient(
    penalty: Penalty, x: Mapping[str, torch.Tensor], present: Mapping[str, torch.Tensor]
) -> None:
    asked = {name: value.clone().requires_grad_() for name, value in x.items()}
    penalty(asked, present).sum().backward()
    gradients = {name: value.grad for name, value in asked.items() if value.grad is not None}
    finite(gradients, "gradient")
