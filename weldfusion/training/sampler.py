"""The order of windows in training: keyed, the same for any number of workers, resumable at any batch."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from torch.utils.data import Sampler

from weldfusion.training.keyed import ORDER, generator


def shuffled(count: int, seed: int, epoch: int) -> np.ndarray:
    """A permutation of `range(count)` keyed by seed and epoch; int64 (count,)."""
    return generator(seed, ORDER, epoch).permutation(count)


def balanced(classes: np.ndarray, seed: int, epoch: int) -> np.ndarray:
    """As many window numbers as there are windows, every class equally often (to one); int64 (N,).

    `classes` (N,) holds class numbers, negative where unknown (such windows are one more class). Each
    class is drawn without repetition until it is used up, then again in another order: in an epoch a
    rare window comes several times and some of the frequent ones not at all.
    """
    rng = generator(seed, ORDER, epoch)
    names = np.unique(classes)
    share, more = divmod(len(classes), len(names))
    extra = set(rng.permutation(len(names))[:more].tolist())
    drawn = [
        _cycle(np.flatnonzero(classes == name), share + (place in extra), rng)
        for place, name in enumerate(names)
    ]
    return rng.permutation(np.concatenate(drawn))


def _cycle(members: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    rounds = -(-count // len(members))
    return np.concatenate([rng.permutation(members) for _ in range(rounds)] or [members[:0]])[:count]


def edges(count: int, batch_size: int, world: int) -> list[int]:
    """Where batches of `count` windows begin, and the end; the last one is joined to the one before if it
    has not a window for each of `world` processes.

    >>> edges(9, 4, 1), edges(9, 4, 2)
    ([0, 4, 8, 9], [0, 4, 9])
    """
    found = [*range(0, count, batch_size), count]
    if len(found) > 2 and found[-1] - found[-2] < world:
        del found[-2]
    return found


def share(count: int, batch_size: int, rank: int, world: int) -> list[list[int]]:
    """What one of `world` processes takes of each batch of all windows in order; as many for each.

    >>> share(9, 4, 1, 2)
    [[1, 3], [5, 7]]
    """
    return [
        list(range(start + rank, stop, world)) for start, stop in pairwise(edges(count, batch_size, world))
    ]


class KeyedBatchSampler(Sampler[list[int]]):
    """Batches of window numbers; no window is dropped or repeated to fill a batch.

    Args:
        count: number of windows.
        batch_size: windows per batch over all ranks.
        seed: key of the order.
        position: gives (epoch, batches of it already processed) when an iteration starts; a resumed run
            goes on after them. With all of them processed the epoch starts anew.
        classes: class number of each window (N,) for class-balanced drawing; None: each window once.
        rank, world: this process takes its share of each batch of the one global order.

    With several ranks a last batch too small to give each one a window is joined to the one before.

    >>> len(list(KeyedBatchSampler(10, 4, seed=0, position=lambda: (0, 1))))
    2
    """

    def __init__(
        self,
        count: int,
        batch_size: int,
        seed: int,
        position: Callable[[], tuple[int, int]],
        classes: np.ndarray | None = None,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self.count = count
        self.batch_size = batch_size
        self.seed = seed
        self.position = position
        self.classes = classes
        self.rank = rank
        self.world = world

    def __len__(self) -> int:
        return len(edges(self.count, self.batch_size, self.world)) - 1

    def __iter__(self) -> Iterator[list[int]]:
        epoch, processed = self.position()
        order = (
            shuffled(self.count, self.seed, epoch)
            if self.classes is None
            else balanced(self.classes, self.seed, epoch)
        )
        batches = list(pairwise(edges(self.count, self.batch_size, self.world)))
        for start, stop in batches[processed % len(batches) :]:
            yield order[start:stop][self.rank :: self.world].tolist()
