"""Grad-CAM of any feature map, without traces in the network (tensors in, tensors out)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from weldfusion.explain.places import first_tensor, hooked


def class_map(maps: Tensor, gradient: Tensor) -> Tensor:
    """Σ_c (mean of the gradient of channel c over the cells) · map c: (B, C, *cells) twice → (B, *cells).

    With its sign: without the ReLU of the paper, so that what speaks against a class is seen too.
    Source: Selvaraju et al. 2017, doi:10.1109/ICCV.2017.74.

    >>> maps = torch.tensor([[[1.0, 2.0], [5.0, 0.0]]])
    >>> class_map(maps, torch.tensor([[[1.0, 3.0], [-1.0, -1.0]]]))
    tensor([[-3.,  4.]])
    """
    weight = gradient.flatten(2).mean(dim=2)
    return torch.einsum("bc,bc...->b...", weight, maps)


@contextmanager
def frozen(model: nn.Module) -> Iterator[None]:
    """Within it no parameter asks for a gradient, so nothing below a cut is kept, no `.grad` written."""
    wanted = [parameter for parameter in model.parameters() if parameter.requires_grad]
    for parameter in wanted:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in wanted:
            parameter.requires_grad_(True)


@contextmanager
def cut(module: nn.Module, call: int = 0) -> Iterator[list[Tensor]]:
    """Gives the `call`-th output of `module`, once it is made, so that gradients of it can be asked for.

    It is cut off from what made it, unless gradients of something before it are wanted too. What follows
    gets the same values.
    """
    found: list[Tensor] = []
    calls = 0

    def hook(_: nn.Module, given: Any, result: Any) -> Any:
        nonlocal calls
        calls += 1
        made = first_tensor(result)
        if calls - 1 != call or made is None:
            return result
        leaf = made if made.requires_grad else made.detach().requires_grad_()
        found.append(leaf)
        # A copy, because what follows may work in place.
        onward = leaf.clone()
        return (onward, *result[1:]) if isinstance(result, tuple) else onward

    with torch.enable_grad(), hooked([module], hook):
        yield found


def gradients(scores: Tensor, maps: Sequence[Tensor], weight: Tensor | None = None) -> list[Tensor]:
    """Gradient of scores (of each sample) with respect to maps; 0 where they do not depend on them.

    Samples must not depend on each other, as in eval mode. `weight` multiplies the scores, 1 by default.
    """
    if not scores.requires_grad:
        return [torch.zeros_like(one) for one in maps]
    given = torch.ones_like(scores) if weight is None else weight
    found = torch.autograd.grad(scores, list(maps), grad_outputs=given, retain_graph=True, allow_unused=True)
    return [torch.zeros_like(m) if g is None else g for m, g in zip(maps, found, strict=True)]


def grad_cam(model: nn.Module, layer: nn.Module, x: Tensor, label: int) -> Tensor:
    """Grad-CAM of a plain network (B, …) → (B, K) at `layer` for class `label`: (B, *cells).

    Runs the network once and only what comes after the layer backwards.
    """
    with frozen(model), cut(layer) as found:
        scores = model(x)[:, label]
        (gradient,) = gradients(scores, found)
    return class_map(found[0].detach(), gradient)
