"""Standardisation of one modality with statistics of the training part, kept with the model."""

import numpy as np
import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError


class Standardise(nn.Module):
    """(x - mean) / std per channel (waveform, image) or column (table); 8-bit images as value/255.

    Until `fit` is called mean is 0 and std 1. Both are buffers: they travel with the weights and
    are not counted as parameters.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, flow: Flow) -> None:
        super().__init__()
        self.axis = {"waveform": 1, "table": 1, "image": 1 if flow.count is None else 2}.get(flow.kind, -1)
        self.register_buffer("mean", torch.zeros(flow.channels))
        self.register_buffer("std", torch.ones(flow.channels))

    def fit(self, mean: np.ndarray | Tensor, std: np.ndarray | Tensor) -> None:
        """Take mean and standard deviation (channels,); a standard deviation of 0 counts as 1.

        Raises ConfigError if a length differs or a number is not finite.
        """
        for name, given in (("mean", mean), ("std", std)):
            values = torch.as_tensor(given, dtype=torch.float32, device=self.mean.device)
            if values.shape != self.mean.shape:
                raise ConfigError(
                    f"{name} has shape {tuple(values.shape)}, expected {tuple(self.mean.shape)}"
                )
            if not bool(torch.isfinite(values).all()):
                raise ConfigError(f"{name} is not finite: {values.tolist()}")
            if name == "std":
                values = torch.where(values > 0, values, torch.ones_like(values))
            getattr(self, name).copy_(values)

    def forward(self, x: Tensor) -> Tensor:
        values = x.float() / 255.0 if x.dtype == torch.uint8 else x.float()
        shape = [1] * values.ndim
        shape[self.axis] = -1
        return (values - self.mean.view(shape)) / self.std.view(shape)
