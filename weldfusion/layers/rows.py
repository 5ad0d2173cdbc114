"""Running a part on chosen samples of a batch only."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


def on_rows(
    part: Callable[[Tensor, Tensor | None], Tensor],
    x: Tensor,
    valid: Tensor | None,
    rows: Tensor,
    out_shape: tuple[int, ...],
    awaited: bool = False,
    pair: bool = False,
) -> Tensor:
    """`part(x, valid)` for the samples with `rows` (bool (B,)); 0 for the others.

    Absent samples thus reach no batch statistics and cost no time. A single chosen sample of several is given
    twice, because batch normalisation of one value is undefined in training; with `pair` (`wants_pair`) so is
    one that is the whole batch. With none chosen the part is not run, unless other processes wait for it
    (`awaited`).

    >>> on_rows(lambda x, valid: x + 1, torch.ones(2, 1), None, torch.tensor([True, False]), (1,))
    tensor([[2.],
            [0.]])
    """
    if bool(rows.all()) and not (pair and len(rows) == 1):
        return part(x, valid)
    chosen = rows.nonzero().squeeze(1)
    if len(chosen) == 0 and not awaited:
        return x.new_zeros((len(x), *out_shape), dtype=torch.get_default_dtype())
    given = chosen.repeat(2) if len(chosen) == 1 else chosen
    result = part(x[given], None if valid is None else valid[given])[: len(chosen)]
    full = result.new_zeros((len(x), *result.shape[1:]))
    return full.index_copy(0, chosen, result)


def wants_pair(part: nn.Module) -> bool:
    """Whether a part cannot take a batch of one sample: in training, with batch normalisation.

    >>> wants_pair(nn.BatchNorm1d(3)), wants_pair(nn.BatchNorm1d(3).eval()), wants_pair(nn.LayerNorm(3))
    (True, False, False)
    """
    return part.training and any(isinstance(module, _BatchNorm) for module in part.modules())
