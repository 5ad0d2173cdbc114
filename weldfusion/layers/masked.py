"""Arithmetic on tensors of which only some positions are real."""

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


def masked_mean(tokens: Tensor, valid: Tensor | None) -> Tensor:
    """Mean over the valid tokens: (B, L, D) and bool (B, L) → (B, D); 0 where no token is valid.

    >>> masked_mean(torch.tensor([[[1.0], [5.0]]]), torch.tensor([[True, False]]))
    tensor([[1.]])
    """
    if valid is None:
        return tokens.mean(dim=1)
    mask = valid.unsqueeze(-1)
    total = tokens.masked_fill(~mask, 0.0).sum(dim=1)
    return total / mask.sum(dim=1).clamp(min=1).to(total.dtype)


def by_channel(valid: Tensor) -> Tensor:
    """A mask of samples (B, L) as one that goes with (B, C, L): (B, 1, L); a mask (B, C, L) as it is."""
    return valid.unsqueeze(1) if valid.ndim == 2 else valid


def channels_valid(valid: Tensor | None, channels: int) -> Tensor | None:
    """Which channels have a valid sample: bool (B, L) or (B, C, L) → (B, C).

    >>> channels_valid(torch.tensor([[True, False], [False, False]]), 2)
    tensor([[ True,  True],
            [False, False]])
    """
    return None if valid is None else by_channel(valid).any(dim=2).expand(-1, channels)


def masked_max(tokens: Tensor, valid: Tensor | None) -> Tensor:
    """Largest of the valid tokens: (B, L, D) and bool (B, L) → (B, D); 0 where no token is valid.

    >>> masked_max(torch.tensor([[[1.0], [5.0]]]), torch.tensor([[True, False]]))
    tensor([[1.]])
    """
    if valid is None:
        return tokens.amax(dim=1)
    largest = tokens.masked_fill(~valid.unsqueeze(-1), -torch.inf).amax(dim=1)
    return largest.masked_fill(~valid.any(dim=1, keepdim=True), 0.0)


def masked_softmax(scores: Tensor, usable: Tensor, dim: int) -> Tensor:
    """Softmax over the usable entries (bool, of the shape of `scores`) along an axis; 0 elsewhere.

    >>> masked_softmax(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[True, False]] * 2), dim=1)
    tensor([[1., 0.],
            [1., 0.]])
    """
    something = usable.any(dim=dim, keepdim=True)
    weights = scores.masked_fill(something & ~usable, -torch.inf).softmax(dim=dim)
    return torch.where(usable, weights, 0.0)


def window_valid(valid: Tensor, size: int, step: int) -> Tensor:
    """Which windows of `size` positions, one every `step`, count: bool (B, L) → (B, (L - size) // step + 1).

    A window counts if something in it is valid and it lies between the first and the last valid
    position. Padding thus leaves as many windows as the signal alone has, and gaps within a signal
    (drop-outs, an unlucky reading) do not spread.

    >>> valid = torch.tensor([[True, False, True, True, False, False]])
    >>> window_valid(valid, size=2, step=1)
    tensor([[ True,  True,  True, False, False]])
    """
    after_first = valid.cumsum(dim=1) > 0
    before_last = valid.flip(1).cumsum(dim=1).flip(1) > 0
    inside = (after_first & before_last).unfold(1, size, step).all(dim=-1)
    return inside & valid.unfold(1, size, step).any(dim=-1)


def masked_batch_norm(norm: _BatchNorm, x: Tensor, valid: Tensor | None) -> Tensor:
    """Batch normalisation whose training statistics see valid positions only.

    Args:
        norm: `nn.BatchNorm1d` or `nn.BatchNorm2d`; its running statistics are updated as usual.
        x: (B, C, …).
        valid: bool, broadcastable to (B, 1, …); None: every position is real.

    Padding would otherwise pull mean and variance towards the padded value; in eval mode and
    without a mask this is `norm(x)`; so it is for `nn.SyncBatchNorm`, which knows no masks.
    """
    if valid is None or not norm.training or isinstance(norm, nn.SyncBatchNorm):
        return norm(x)
    axes = [0, *range(2, x.ndim)]
    weight = valid.expand(x.shape[0], 1, *x.shape[2:]).to(torch.float32)
    count = weight.sum().clamp(min=1.0)
    values = x.float()
    mean = (values * weight).sum(dim=axes, keepdim=True) / count
    variance = ((values - mean).square() * weight).sum(dim=axes, keepdim=True) / count
    with torch.no_grad():
        _update_running(norm, mean.flatten(), variance.flatten() * count / (count - 1).clamp(min=1.0))
    shape = (1, -1) + (1,) * (x.ndim - 2)
    normalised = (values - mean) * torch.rsqrt(variance + norm.eps)
    if norm.affine:
        normalised = normalised * norm.weight.view(shape) + norm.bias.view(shape)
    return normalised.to(x.dtype)


def _update_running(norm: _BatchNorm, mean: Tensor, variance: Tensor) -> None:
    assert norm.num_batches_tracked is not None
    assert norm.running_mean is not None
    assert norm.running_var is not None
    assert norm.momentum is not None
    norm.num_batches_tracked.add_(1)
    norm.running_mean.lerp_(mean, norm.momentum)
    norm.running_var.lerp_(variance, norm.momentum)
