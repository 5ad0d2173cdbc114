"""Running a part on chosen samples of a batch only."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from weldfusion.layers.lone_sample import lone_sample


def on_rows(
    part: Callable[[Tensor, Tensor | None], Tensor],
    x: Tensor,
    valid: Tensor | None,
    rows: Tensor,
    out_shape: tuple[int, ...],
    network: nn.Module,
    awaited: int = 0,
) -> Tensor:
    """`part(x, valid)` for the samples with `rows` (bool (B,)); 0 for the others.

    Absent samples thus reach no batch statistics and cost no time. A single chosen sample is normalised as
    `lone_sample` says; `network` is what the part runs. With none chosen the part is not run, unless other
    processes wait for it: `awaited`, the number of samples of all of them.

    >>> rows = torch.tensor([True, False])
    >>> on_rows(lambda x, valid: x + 1, torch.ones(2, 1), None, rows, (1,), nn.Identity())
    tensor([[2.],
            [0.]])
    """
    if bool(rows.all()):
        with lone_sample(network, len(rows), awaited):
            return part(x, valid)
    chosen = rows.nonzero().squeeze(1)
    if len(chosen) == 0 and not awaited:
        return x.new_zeros((len(x), *out_shape), dtype=torch.get_default_dtype())
    with lone_sample(network, len(chosen), awaited):
        result = part(x[chosen], None if valid is None else valid[chosen])
    full = result.new_zeros((len(x), *result.shape[1:]))
    return full.index_copy(0, chosen, result)
