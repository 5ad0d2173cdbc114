"""Convolutions that train as several branches and are deployed as one."""

from copy import deepcopy
from functools import reduce
from operator import add
from typing import Self, TypeVar, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.modules.batchnorm import _BatchNorm

from weldfusion.errors import ConfigError

KERNELS = ((3, 3), (1, 3), (3, 1), (1, 1))
M = TypeVar("M", bound=nn.Module)


class MultiBranchConv2d(nn.Module):
    """Σ BN_k(Conv_k(x)) over 3×3, 1×3, 3×1 and 1×1 convolutions, plus BN(x) where the shape allows it.

    The identity branch is there with stride 1 and as many channels out as in. In eval mode the sum is
    one 3×3 convolution, which `fused` gives: fewer weights, faster, the same result.

    Source: Ding et al., "RepVGG", CVPR 2021 (1×1 and identity); "ACNet", ICCV 2019 (1×3 and 3×1).

    >>> sum(p.numel() for p in MultiBranchConv2d(16, 16).parameters())
    4256
    """

    def __init__(self, channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.stride = stride
        self.convolutions = nn.ModuleList(
            nn.Conv2d(channels, width, size, stride, (size[0] // 2, size[1] // 2), bias=False)
            for size in KERNELS
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for _ in KERNELS)
        self.identity = nn.BatchNorm2d(width) if stride == 1 and channels == width else None

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, H, W) → (B, width, ⌈H / stride⌉, ⌈W / stride⌉)."""
        parts = (norm(convolution(x)) for convolution, norm in self._branches())
        found = reduce(add, parts)
        return found if self.identity is None else found + self.identity(x)

    def fused(self) -> "DeployedConv2d":
        """One convolution equal to the branches with their present running statistics.

        Raises ConfigError in training mode, where those statistics are not used.
        """
        if self.training:
            raise ConfigError("branches can only be fused in eval mode; call eval() once training is over")
        pairs = [(convolution.weight, norm) for convolution, norm in self._branches()]
        like = pairs[0][0]
        if self.identity is not None:
            pairs.append((identity_kernel(like), self.identity))
        parts = [folded(widened(kernel), norm) for kernel, norm in pairs]
        kernel = torch.stack([kernel for kernel, _ in parts]).sum(dim=0)
        bias = torch.stack([bias for _, bias in parts]).sum(dim=0)
        return DeployedConv2d(kernel.to(like.dtype), bias.to(like.dtype), self.stride)

    def _branches(self) -> list[tuple[nn.Conv2d, _BatchNorm]]:
        return cast(list[tuple[nn.Conv2d, _BatchNorm]], list(zip(self.convolutions, self.norms, strict=True)))


class DeployedConv2d(nn.Conv2d):
    """The one 3×3 convolution that a `MultiBranchConv2d` became. It cannot be trained.

    Training it would be training another model: without branches, without normalisation. So its weights
    want no gradient and `train()` raises ConfigError, on it and on every model that holds it.
    """

    def __init__(self, weight: Tensor, bias: Tensor, stride: int) -> None:
        width, channels = weight.shape[:2]
        super().__init__(channels, width, 3, stride, padding=1, device="meta")
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.bias = nn.Parameter(bias, requires_grad=False)
        self.training = False

    def train(self, mode: bool = True) -> Self:
        if mode:
            raise ConfigError(
                "this model is deployed: its branches are fused and cannot be trained; train the original"
            )
        return super().train(mode)


def folded(kernel: Tensor, norm: _BatchNorm) -> tuple[Tensor, Tensor]:
    """Kernel and bias of a convolution without bias followed by `norm` in eval mode, in float64.

    With t = γ / √(σ² + ε): W' = t · W per output channel, b' = β − μ · t.

    >>> kernel, bias = folded(torch.ones(1, 1, 1, 1), nn.BatchNorm2d(1, eps=3.0))
    >>> kernel.item(), bias.item()
    (0.5, 0.0)
    """
    assert norm.running_mean is not None
    assert norm.running_var is not None
    with torch.no_grad():
        scale = norm.weight.double() * torch.rsqrt(norm.running_var.double() + norm.eps)
        bias = norm.bias.double() - norm.running_mean.double() * scale
        return scale.view(-1, 1, 1, 1) * kernel.double(), bias


def widened(kernel: Tensor) -> Tensor:
    """A kernel of odd sizes up to 3×3 with zeros around it: 1×3 in the middle row, 3×1 in the middle column.

    >>> widened(torch.ones(1, 1, 1, 3))[0, 0].int().tolist()
    [[0, 0, 0], [1, 1, 1], [0, 0, 0]]
    """
    height, width = (3 - kernel.shape[2]) // 2, (3 - kernel.shape[3]) // 2
    return F.pad(kernel, (width, width, height, height))


def identity_kernel(like: Tensor) -> Tensor:
    """The 3×3 kernel that changes nothing, of the shape, type and device of `like` (C, C, 3, 3)."""
    return nn.init.dirac_(torch.empty_like(like))


def deploy(model: M) -> M:
    """A copy of a trained model in which every `MultiBranchConv2d` is one convolution.

    The copy gives what the model gives in eval mode, up to rounding. Load a deployed state dictionary
    into a deployed copy of a new model: `deploy(new.eval()).load_state_dict(state)`. A trained run is
    deployed network by network; `predict` of its predictor then uses the copy:

        predictor = Run("runs/mcrnet").predictor("fold0", seed=0)
        predictor.model = deploy(predictor.model)

    Raises ConfigError if the model is in training mode, is deployed already, or has no branches to fuse.

    >>> block = MultiBranchConv2d(16, 16).eval()
    >>> sum(p.numel() for p in deploy(block).parameters())
    2320
    """
    if is_deployed(model):
        raise ConfigError("the model is deployed already")
    blocks = [part for part in model.modules() if isinstance(part, MultiBranchConv2d)]
    if not blocks:
        raise ConfigError(
            f"{type(model).__name__} has no branches to fuse: no MultiBranchConv2d, such as MCRNet has"
        )
    return deepcopy(model, {id(block): block.fused() for block in blocks}).eval()


def is_deployed(model: nn.Module) -> bool:
    """Whether `deploy` made this model."""
    return any(isinstance(part, DeployedConv2d) for part in model.modules())
