"""Channels that a selection keeps of one modality, kept with the model."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError


class Selected(nn.Module):
    """Takes the kept channels of a waveform (B, C, L) or columns of a table (B, C).

    Without `count` the shape stays and what is dropped becomes 0, the mean of standardised values. With it
    exactly `count` channels go on (`out`): where fewer are kept the last ones are 0. Until `fit` is called
    the first ones are kept. Both buffers travel with the weights.

    Args:
        flow: what comes in.
        count: how many channels go on; all by default.

    Raises ConfigError for another kind of flow, or a count that it does not have.

    >>> layer = Selected(Flow("table", 4), count=2)
    >>> layer.fit([1, 3])
    >>> layer(torch.tensor([[5.0, 6.0, 7.0, 8.0]])).tolist()
    [[6.0, 8.0]]
    """

    index: Tensor
    used: Tensor

    def __init__(self, flow: Flow, count: int | None = None) -> None:
        super().__init__()
        if flow.kind not in ("waveform", "table"):
            raise ConfigError(f"selects channels of a waveform or columns of a table, here is an {flow.kind}")
        if count is not None and not 1 <= count <= flow.channels:
            raise ConfigError(f"count must be from 1 to the {flow.channels} channels there are, is {count}")
        self.table = flow.kind == "table"
        self.exact = count is not None
        self.out = flow if count is None else replace(flow, channels=count)
        self.register_buffer("index", torch.arange(self.out.channels))
        self.register_buffer("used", torch.ones(self.out.channels, dtype=torch.bool))

    def fit(self, kept: Sequence[int]) -> None:
        """Take the numbers of the channels to keep, at most `count` of them."""
        numbers = torch.as_tensor(list(kept), dtype=torch.long, device=self.index.device)
        if self.exact:
            self.index.zero_()
            self.index[: len(numbers)] = numbers
            self.used.copy_(torch.arange(len(self.used), device=self.used.device) < len(numbers))
        else:
            self.used.zero_()
            self.used[numbers] = True

    @property
    def kept(self) -> list[int]:
        """Numbers of the channels that go on."""
        return [int(number) for number in self.index[self.used]]

    def forward(self, x: Tensor) -> Tensor:
        """Values after the selection."""
        shape = (1, -1, *[1] * (x.ndim - 2))
        return x.index_select(1, self.index).masked_fill(~self.used.view(shape), 0.0)

    def mask(self, valid: Tensor | None) -> Tensor | None:
        """The mask of a table's columns, or of time, after the selection."""
        if valid is None or not self.table:
            return valid
        return valid.index_select(1, self.index)

    def by_channel(self, valid: Tensor | None, samples: int) -> Tensor:
        """The mask (B, C, L) of B = `samples` windows of a waveform, False all along what was dropped."""
        here = self.used.new_ones((samples, self.out.length or 0)) if valid is None else valid
        return here.unsqueeze(1) & self.used.view(1, -1, 1)
