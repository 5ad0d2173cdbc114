"""One block of 1-D convolution, normalisation, activation and max-pooling."""

from torch import Tensor, nn

from weldfusion.layers.masked import masked_batch_norm, window_valid


class ConvBlock1d(nn.Module):
    """Conv1d(3, same, bias) → BatchNorm1d → LeakyReLU(slope) → MaxPool1d(2, stride).

    Source: CAFNet, doi:10.1016/j.knosys.2022.110212.
    """

    def __init__(self, channels: int, width: int, pool_stride: int, slope: float) -> None:
        super().__init__()
        self.conv = nn.Conv1d(channels, width, kernel_size=3, padding=1)
        self.norm = nn.BatchNorm1d(width)
        self.activation = nn.LeakyReLU(slope)
        self.pool_stride = pool_stride
        self.pool = nn.MaxPool1d(2, stride=pool_stride)

    def forward(self, x: Tensor, valid: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """(B, C, L) with 0 where `valid` (B, L) is False → the same one block later."""
        if valid is None:
            return self.pool(self.activation(self.norm(self.conv(x)))), None
        mask, pooled = valid.unsqueeze(1), self.out_valid(valid)
        x = self.activation(masked_batch_norm(self.norm, self.conv(x), mask))
        x = self.pool(x.masked_fill(~mask, float("-inf")))
        return x.masked_fill(~pooled.unsqueeze(1), 0.0), pooled

    def out_valid(self, valid: Tensor) -> Tensor:
        """Mask of the pooled positions; each is the maximum of its valid positions."""
        return window_valid(valid, size=2, step=self.pool_stride)
