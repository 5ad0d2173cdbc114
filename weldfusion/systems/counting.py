"""Multiply-adds of a module without running it: shapes only, on the meta device where it allows."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from weldfusion.systems.sizes import on_meta

Given = Callable[[torch.device], tuple[Any, ...]]


def multiply_adds(part: nn.Module, given: Given) -> tuple[int, Any]:
    """Multiply-adds of `part(*given(device))` in evaluation, and the result.

    Counted are convolutions, matrix products and attention; 1 multiply-add is 2 of torch's FLOPs.

    >>> multiply_adds(nn.Linear(3, 5), lambda device: (torch.zeros(2, 3, device=device),))[0]
    30
    """
    training = part.training
    part.eval()
    try:
        with torch.no_grad():
            return _counted(part, given)
    finally:
        part.train(training)


def _counted(part: nn.Module, given: Given) -> tuple[int, Any]:
    """A part that cannot run without values (it makes decisions by them) is run on zeros, with kernels taken
    apart so that nothing is hidden in one."""
    with FlopCounterMode(display=False) as counter:
        try:
            found = on_meta(part, given)
            return counter.get_total_flops() // 2, found
        except Exception:
            pass
    home = next((p.device for p in part.parameters()), torch.device("cpu"))
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    flags = torch.backends.mkldnn.set_flags(False)
    try:
        with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
            found = part(*given(home))
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        torch.backends.mkldnn.set_flags(flags[0])
    return counter.get_total_flops() // 2, found


def parameter_ids(modules: Iterable[nn.Module]) -> dict[int, int]:
    """Every parameter of some modules once: its identity and its number of values."""
    return {id(p): p.numel() for module in modules for p in module.parameters()}
