"""Photos are given with every window of a weld; they are encoded once for it."""

import numpy as np
import torch
from torch import Tensor

from weldfusion.data.batch import Where

Rows = tuple[Tensor, Tensor]


def shared_rows(x: Tensor, valid: Tensor | None, where: Where | None) -> Rows | None:
    """The first row of each weld, and for each row (B,) the place of its weld among them.

    None where that saves nothing: every row has its own weld, the welds are not known, or rows of one
    weld differ (frames of a sequence, augmented photos).

    >>> none = np.zeros(3)
    >>> where = Where(none, np.array(["b", "a", "b"]), none, none, none, none, none)
    >>> shared_rows(torch.tensor([[1], [2], [1]]), None, where)
    (tensor([1, 0]), tensor([1, 0, 1]))
    >>> shared_rows(torch.tensor([[1], [2], [3]]), None, where) is None
    True
    """
    if where is None:
        return None
    _, found, places = np.unique(where.weld, return_index=True, return_inverse=True)
    if len(found) == len(places):
        return None
    first, place = (torch.from_numpy(part).to(x.device) for part in (found, places))
    same = first[place]
    if not torch.equal(x, x[same]) or (valid is not None and not torch.equal(valid, valid[same])):
        return None
    return first, place
