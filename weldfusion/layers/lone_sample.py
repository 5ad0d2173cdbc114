"""Batch normalisation of features where a batch may be a single sample."""

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.modules.batchnorm import _BatchNorm


def norm_of_features(norm: _BatchNorm, x: Tensor) -> Tensor:
    """`norm(x)` of features (B, C); a single sample in training is normalised by the running statistics.

    It has no variance in its batch and leaves the running statistics as they are. `nn.SyncBatchNorm` sees
    the samples of the other processes too.
    """
    if norm.training and len(x) == 1 and isinstance(norm, nn.BatchNorm1d):
        return F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps)
    found: Tensor = norm(x)
    return found
