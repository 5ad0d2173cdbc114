"""Batch normalisation of a single sample in training."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


@contextmanager
def lone_sample(network: nn.Module, count: int, everywhere: int = 0) -> Iterator[None]:
    """Inside, a network takes a batch of `count` samples in training, be it one or none.

    With one sample, a batch normalisation that gets one value a channel (features), where torch refuses
    because one value has no variance, normalises by its running statistics, as in eval mode, and leaves them
    as they are. Maps of one sample have many values; they are normalised by themselves, as torch does.
    `nn.SyncBatchNorm` sees the samples of all processes; only where their number, `everywhere`, is one does
    it take its running statistics too, in every process.

    >>> import torch
    >>> with lone_sample(norm := nn.BatchNorm1d(1), 1):
    ...     round(norm(torch.tensor([[3.0]])).item(), 3), norm.running_mean.item()
    (3.0, 0.0)
    """
    if count > 1:
        yield
        return
    norms = [part for part in network.modules() if isinstance(part, _BatchNorm) and part.training]
    together = [norm for norm in norms if isinstance(norm, nn.SyncBatchNorm)]
    handles = [norm.register_forward_pre_hook(_choose) for norm in norms if norm not in together]
    for synchronised in together:
        synchronised.train(everywhere != 1)
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
        for norm in norms:
            norm.train()


def _choose(norm: nn.Module, given: tuple[Tensor]) -> None:
    """The batch's statistics where a channel has several values, else the running ones."""
    x = given[0]
    norm.train(x.numel() > x.shape[1])
