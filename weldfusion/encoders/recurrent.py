"""Recurrent networks over a waveform or tokens: LSTM, GRU, plain RNN."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.layers.masked import masked_mean

CELLS: dict[str, type[nn.LSTM] | type[nn.GRU] | type[nn.RNN]] = {
    "lstm": nn.LSTM,
    "gru": nn.GRU,
    "rnn": nn.RNN,
}


class Recurrent(Encoder):
    """Layers of LSTM, GRU or plain RNN, one way or both.

    A step where `valid` is False is skipped: the state is carried over it, and its token is 0. `dropout`
    acts after every layer, so also on the result of a single one (torch's own acts between layers only).

    Source: Hochreiter and Schmidhuber 1997 (LSTM); Cho 2014, arXiv 1406.1078 (GRU), as torch has them.

    Args:
        flow: waveform or tokens; one step per sample or token.
        size: units per layer and direction.
        cell: `lstm`, `gru` or `rnn`.
        layers: number of layers.
        directions: 1, or 2: a second network runs backwards, results side by side.
        dropout: share of units dropped after each layer in training.
        out: `mean` over valid steps, `last` (each direction's state after its last valid step), or `tokens`.

    >>> Recurrent(Flow("waveform", 1, length=20), size=12, directions=2, out="tokens").out.shape
    (20, 24)
    """

    def __init__(
        self,
        flow: Flow,
        size: int = 64,
        cell: Literal["lstm", "gru", "rnn"] = "lstm",
        layers: int = 1,
        directions: Literal[1, 2] = 1,
        dropout: float = 0.0,
        out: Literal["mean", "last", "tokens"] = "mean",
    ) -> None:
        super().__init__()
        if flow.kind not in ("waveform", "tokens") or not flow.length:
            raise ConfigError(f"Recurrent takes a waveform or tokens of known length, not {flow.kind}")
        if cell not in CELLS:
            raise ConfigError(f"cell is {cell!r}; {did_you_mean(cell, CELLS)}")
        if layers < 1 or directions not in (1, 2):
            raise ConfigError(
                f"layers is {layers}, directions {directions}; at least 1 layer, 1 or 2 directions"
            )
        self.from_waveform = flow.kind == "waveform"
        self.cells = CELLS[cell](
            flow.channels,
            size,
            layers,
            batch_first=True,
            dropout=dropout if layers > 1 else 0.0,
            bidirectional=directions == 2,
        )
        self.drop = nn.Dropout(dropout)
        self.result = out
        width = size * directions
        self.out = Flow.tokens(flow.length, width, flow.rate) if out == "tokens" else Flow.features(width)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        if self.from_waveform:
            x = x.transpose(1, 2)
        if valid is None:
            tokens = self.cells(x)[0]
            last = (tokens[:, -1], tokens[:, 0])
        else:
            tokens, last = self._over_valid(x, valid)
        if self.result == "last":
            return self.drop(self._joined(*last))
        tokens = self.drop(tokens)
        return tokens if self.result == "tokens" else masked_mean(tokens, valid)

    def _over_valid(self, x: Tensor, valid: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Tokens, 0 at skipped steps, and the tokens of the last and the first valid step."""
        order = (~valid).to(torch.uint8).argsort(dim=1, stable=True)
        count = valid.sum(dim=1).clamp(min=1)
        front = x.masked_fill(~valid.unsqueeze(-1), 0.0).gather(1, order.unsqueeze(-1).expand_as(x))
        packed = pack_padded_sequence(front, count.cpu(), batch_first=True, enforce_sorted=False)
        run, _ = pad_packed_sequence(self.cells(packed)[0], batch_first=True, total_length=x.shape[1])
        run = run.masked_fill(~valid.any(dim=1).view(-1, 1, 1), 0.0)
        rows = torch.arange(len(x), device=x.device)
        back = order.argsort(dim=1).unsqueeze(-1).expand_as(run)
        return run.gather(1, back), (run[rows, count - 1], run[:, 0])

    def _joined(self, last: Tensor, first: Tensor) -> Tensor:
        """Where each direction ends: forwards at the last step, backwards at the first."""
        if not self.cells.bidirectional:
            return last
        size = self.cells.hidden_size
        return torch.cat([last[:, :size], first[:, size:]], dim=1)

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        return valid if self.result == "tokens" else None
