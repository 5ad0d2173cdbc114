"""To what each sensor listened in the others: weights of attention exchanges on real time axes."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor

from weldfusion.data.batch import Batch
from weldfusion.explain.explanation import Axis
from weldfusion.fusion.fusion import Exchange
from weldfusion.systems.graph import FusionModel

MOST_CELLS = 32


@dataclass(frozen=True)
class Listening:
    """Weights (B, cells of query, cells of key) of one attention, mean over heads; see `AttentionMap`.

    `query_tokens` and `key_tokens` are the numbers of tokens before they were joined to cells.
    """

    exchange: int
    listener: str
    query: str
    key: str
    weights: np.ndarray
    query_tokens: int
    key_tokens: int


@torch.no_grad()
def batch_attention(model: FusionModel, batch: Batch) -> list[Listening]:
    """All attention weights of a batch; empty for models without attention.

    Computed apart from the network's forward pass, which stays as fast as it is.
    """
    if not model.exchanges:
        return []
    here = model.presence(batch, {})
    x, valid = model.stems(batch, here)
    found = []
    for number, module in enumerate(model.exchanges):
        exchange = cast(Exchange, module)
        for (listener, other), weights in exchange.attention(x, here, valid).items():
            query, key = exchange.roles(listener, other)
            usable = here[query].unsqueeze(1).expand(weights.shape[0], weights.shape[2])
            usable = usable & valid[query] if query in valid else usable
            usable = usable & here[key].unsqueeze(1)
            cells = joined(_array(weights.float().mean(dim=1)), _array(usable))
            found.append(Listening(number, listener, query, key, cells, weights.shape[2], weights.shape[3]))
        x = exchange(x, here, valid)
    return found


def joined(weights: np.ndarray, usable: np.ndarray, most: int = MOST_CELLS) -> np.ndarray:
    """Weights (B, Lq, Lk) → (B, cells, cells) float32 with at most `most` cells a side.

    Sum over the keys of a cell, mean over its usable queries (bool (B, Lq)): rows sum to 1 as before; NaN
    where no query is usable.

    >>> weights = np.array([[[0.5, 0.5, 0.0, 0.0], [0.1, 0.1, 0.2, 0.6]]])
    >>> joined(weights, np.array([[True, True]]), most=2).round(3).tolist()
    [[[1.0, 0.0], [0.20000000298023224, 0.800000011920929]]]
    """
    queries, keys = (starts(count, most) for count in weights.shape[1:])
    by_key = np.add.reduceat(weights.astype(np.float64), keys, axis=2)
    counted = np.add.reduceat(usable.astype(np.int64), queries, axis=1)[:, :, None]
    total = np.add.reduceat(np.where(usable[:, :, None], by_key, 0.0), queries, axis=1)
    return np.where(counted > 0, total / np.maximum(counted, 1), np.nan).astype(np.float32)


def starts(tokens: int, most: int = MOST_CELLS) -> np.ndarray:
    """First token of each cell when tokens are joined to at most `most` cells of about equal size.

    >>> starts(5, 2).tolist()
    [0, 2]
    """
    cells = min(tokens, most)
    return np.arange(cells) * tokens // cells


def joined_axis(axis: Axis) -> Axis:
    """The axis of the cells: the mean of the centres of their tokens."""
    first = starts(len(axis.centres))
    sizes = np.diff([*first, len(axis.centres)])
    return Axis(axis.name, axis.unit, np.add.reduceat(axis.centres.astype(float), first) / sizes)


def known_cells(weights: np.ndarray, query: Axis, key: Axis) -> tuple[np.ndarray, Axis, Axis]:
    """Weights (W, Lq, Lk) and axes without cells whose centre is NaN: channels that a selection left empty.

    >>> key = Axis("channel", "", np.array([3.0, np.nan]))
    >>> known_cells(np.array([[[0.75, 0.25]]]), Axis("step", "", np.zeros(1)), key)[0].tolist()
    [[[0.75]]]
    """
    rows, columns = (np.isfinite(axis.centres) for axis in (query, key))
    axes = [Axis(a.name, a.unit, a.centres[kept]) for a, kept in ((query, rows), (key, columns))]
    return weights[:, rows][:, :, columns], axes[0], axes[1]


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.cpu().numpy()
