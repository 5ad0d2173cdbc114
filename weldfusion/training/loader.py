"""Data loaders over windows: whole batches are read at once, by index lists."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import torch
from torch.utils.data import DataLoader

from weldfusion.data.batch import Batch
from weldfusion.data.dataset import collate


class Windows(Protocol):
    """What training needs of a data set of windows."""

    def __len__(self) -> int: ...

    def __getitems__(self, indices: Sequence[int]) -> Batch: ...


def loader(
    windows: Windows, batches: Iterable[list[int]], workers: int, pin: bool = False
) -> "DataLoader[Batch]":
    """A loader of the given index lists, in their order for any number of workers."""
    return DataLoader(
        windows,  # type: ignore[arg-type]
        batch_sampler=batches,
        collate_fn=collate,  # type: ignore[arg-type]
        num_workers=workers,
        pin_memory=pin,
        persistent_workers=workers > 0,
        worker_init_fn=_one_thread if workers else None,
    )


def in_order(count: int, batch_size: int) -> list[list[int]]:
    """Index lists of all windows in their own order.

    >>> in_order(5, 2)
    [[0, 1], [2, 3], [4]]
    """
    return [list(range(start, min(count, start + batch_size))) for start in range(0, count, batch_size)]


def _one_thread(worker: int) -> None:
    torch.set_num_threads(1)
