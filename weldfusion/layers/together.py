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


def awaited(part: nn.Module, rows: Tensor) -> int:
    """How many samples all processes have for a part, where they wait for each other in training, else 0.

    Where it is not 0 this process must run the part, be it on no sample, because others do. All processes
    must ask, in the same order. `rows` bool (B,): the samples that this one has for it.
    """
    if not part.training or not any(_waits(module) for module in part.modules()):
        return 0
    count = rows.sum()
    torch.distributed.all_reduce(count)
    return int(count)


def _waits(module: nn.Module) -> bool:
    several = torch.distributed.is_available() and torch.distributed.is_initialized()
    return several and (
        isinstance(module, nn.SyncBatchNorm) or (isinstance(module, RunningScale) and module.together)
    )
