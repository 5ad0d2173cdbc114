"""Parts whose statistics are taken over all processes of a training, so that each waits for the others."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from weldfusion.layers.running_scale import RunningScale


@contextmanager
def scales_together(model: nn.Module) -> Iterator[None]:
    """Inside, every `RunningScale` of the model counts the samples of all processes."""
    scales = [part for part in model.modules() if isinstance(part, RunningScale)]
    for scale in scales:
        scale.together = True
    try:
        yield
    finally:
        for scale in scales:
            scale.together = False


def awaited(part: nn.Module, rows: Tensor) -> bool:
    """Whether this process must run a part in training, be it on no sample, because others do.

    All processes must ask, in the same order. `rows` bool (B,): the samples that this one has for it.
    """
    if not part.training or not any(_waits(module) for module in part.modules()):
        return False
    somewhere = rows.any().to(torch.int32)
    torch.distributed.all_reduce(somewhere, torch.distributed.ReduceOp.MAX)
    return bool(somewhere)


def _waits(module: nn.Module) -> bool:
    several = torch.distributed.is_available() and torch.distributed.is_initialized()
    return several and (
        isinstance(module, nn.SyncBatchNorm) or (isinstance(module, RunningScale) and module.together)
    )
