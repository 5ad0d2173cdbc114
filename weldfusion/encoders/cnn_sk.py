"""CNN-SK: six convolutions that each halve the picture, one of them followed by a selective kernel."""

from collections.abc import Sequence
from typing import Literal

from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.backbone import check_single
from weldfusion.layers.masked import masked_batch_norm, masked_mean
from weldfusion.layers.selective_kernel import SelectiveKernel


class CNNSK(Encoder):
    """Conv(stride 2) → ReLU → BatchNorm, once per width; the first kernel is 5×5, the others 3×3.

    After the convolution number `sk_after` a `SelectiveKernel` takes the place of the ReLU. Arc sound comes
    as a spectrogram from `SpectrogramBackbone`; any picture or maps will do. With `valid`, (B, W), columns
    (frames of the spectrogram) that are not valid are held at 0 in every block and take no part in means and
    batch statistics, so a padded recording gives the same as the recording alone.

    Source: CNN-SK, doi:10.1371/journal.pone.0311119, and its code (ReLU before BatchNorm).

    Args:
        flow: single images or maps (B, C, H, W).
        widths: output channels of each convolution.
        sk_after: 1 for the selective kernel after the first convolution, and so on; null for none.
        kernels: sizes that the selective kernel chooses from.
        reduction: see `SelectiveKernel`.
        mode: see `SelectiveKernel`.
        out: `features` (B, widths[-1]), the mean over the picture, or `maps`.

    >>> CNNSK(Flow("image", 2, size=(64, 344)), out="maps").out.shape
    (256, 1, 6)
    """

    def __init__(
        self,
        flow: Flow,
        widths: Sequence[int] = (8, 16, 32, 64, 128, 256),
        sk_after: int | None = 1,
        kernels: Sequence[int] = (1, 3, 5, 7),
        reduction: int = 16,
        mode: Literal["paper", "external"] = "external",
        out: Literal["features", "maps"] = "features",
    ) -> None:
        super().__init__()
        height, across = check_single(flow, "CNNSK")
        if not widths:
            raise ConfigError("CNNSK: widths is empty, give at least one")
        if sk_after is not None and not 1 <= sk_after <= len(widths):
            raise ConfigError(
                f"CNNSK: sk_after is {sk_after}; it must lie between 1 and the {len(widths)} convolutions"
            )
        self.blocks = nn.ModuleList()
        channels = flow.channels
        for number, width in enumerate(widths, start=1):
            chooser = SelectiveKernel(width, kernels, reduction, mode) if number == sk_after else None
            self.blocks.append(_Block(channels, width, 5 if number == 1 else 3, chooser))
            channels, height, across = width, (height + 1) // 2, (across + 1) // 2
        self.pooled = out == "features"
        maps = Flow("maps", channels, size=(height, across))
        self.out = Flow.features(channels) if self.pooled else maps

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        x = _kept(x, valid)
        for block in self.blocks:
            x, valid = block(x, valid)
        return masked_mean(x.mean(dim=2).transpose(1, 2), valid) if self.pooled else x

    def stages(self) -> list[str]:
        return [f"blocks.{i}" for i in range(len(self.blocks))]


class _Block(nn.Module):
    """One convolution with what follows it."""

    def __init__(self, channels: int, width: int, kernel: int, chooser: SelectiveKernel | None) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(channels, width, kernel, stride=2, padding=kernel // 2)
        nn.init.kaiming_normal_(self.convolution.weight, a=0.1)
        nn.init.zeros_(self.convolution.bias)  # type: ignore[arg-type]
        self.chooser, self.activation, self.norm = chooser, nn.ReLU(), nn.BatchNorm2d(width)

    def forward(self, x: Tensor, valid: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """(B, C, H, W) with 0 in columns where `valid` (B, W) is False → the same one block later."""
        valid = None if valid is None else halved(valid)
        x = _kept(self.convolution(x), valid)
        x = self.activation(x) if self.chooser is None else self.chooser(x, valid)
        mask = None if valid is None else valid[:, None, None, :]
        return _kept(masked_batch_norm(self.norm, x, mask), valid), valid


def halved(valid: Tensor) -> Tensor:
    """Mask after a convolution of stride 2 that keeps the size otherwise: bool (B, W) → (B, ⌈W/2⌉).

    >>> import torch
    >>> halved(torch.tensor([[True, True, True, False, False]])).tolist()
    [[True, True, False]]
    """
    return F.pad(valid, (0, valid.shape[1] % 2)).unflatten(1, (-1, 2)).any(dim=-1)


def _kept(x: Tensor, valid: Tensor | None) -> Tensor:
    return x if valid is None else x.masked_fill(~valid[:, None, None, :], 0.0)
