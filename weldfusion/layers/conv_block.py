"""One block of 1-D convolution, normalisation, activation and max-pooling."""

from torch import Tensor, nn

from weldfusion.layers.masked import masked_batch_norm


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
        mask = None if valid is None else valid.unsqueeze(1)
        x = self.pool(self.activation(masked_batch_norm(self.norm, self.conv(x), mask)))
        if valid is None:
            return x, None
        valid = self.out_valid(valid)
        return x.masked_fill(~valid.unsqueeze(1), 0.0), valid

    def out_valid(self, valid: Tensor) -> Tensor:
        """A pooled position is valid if both positions it is made of are."""
        return valid[:, : -1 : self.pool_stride] & valid[:, 1 :: self.pool_stride]
