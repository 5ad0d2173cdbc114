"""Mel (or other) spectrogram and a small 2-D CNN: the usual encoder of arc and process sound."""

from collections.abc import Sequence
from typing import Literal

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.band_decibels import BandDecibels, frame_count
from weldfusion.layers.masked import masked_batch_norm, masked_mean, window_valid
from weldfusion.signals.filter_banks import FilterBank, Mel


class MelCNN(Encoder):
    """Spectrogram in decibels, then Conv2d(3, same) → BatchNorm → ReLU → MaxPool(2), once per width.

    Args:
        flow: a waveform with known rate and length.
        n_fft: samples per frame of the spectrogram.
        hop: samples from one frame to the next.
        bank: bands of the spectrogram; 40 mel bands (HTK's scale) by default.
        widths: output channels of each block.
        out: `features` (B, widths[-1]), or `tokens` (B, T', widths[-1]) along time.

    >>> MelCNN(Flow("waveform", 1, length=16000, rate=16000.0), out="tokens").out.shape
    (7, 64)
    """

    def __init__(
        self,
        flow: Flow,
        n_fft: int = 1024,
        hop: int = 256,
        bank: FilterBank | None = None,
        widths: Sequence[int] = (16, 32, 64),
        out: Literal["features", "tokens"] = "features",
    ) -> None:
        super().__init__()
        if flow.kind != "waveform" or flow.length is None or flow.rate is None:
            raise ConfigError(f"MelCNN takes a waveform of known length and rate, not {flow.kind}")
        bank = bank or Mel(scale="htk", area="peak")
        frames, bands = frame_count(flow.length, n_fft, hop), len(bank.centres_hz(flow.rate))
        if min(frames, bands) >> len(widths) < 1 or not widths:
            raise ConfigError(
                f"MelCNN: {flow.length} samples give {frames} frames of {bands} bands, "
                f"{len(widths)} blocks need at least {2 ** len(widths)} of each; lower hop, n_fft or widths"
            )
        self.bands = BandDecibels(flow.rate, n_fft, hop, bank)
        self.norm = nn.BatchNorm2d(flow.channels)
        self.convolutions, self.norms = nn.ModuleList(), nn.ModuleList()
        channels = flow.channels
        for width in widths:
            self.convolutions.append(nn.Conv2d(channels, width, 3, padding=1))
            self.norms.append(nn.BatchNorm2d(width))
            channels = width
        self.activation, self.pool = nn.ReLU(), nn.MaxPool2d(2)
        self.pooled = out == "features"
        tokens = Flow.tokens(frames >> len(widths), channels, flow.rate / hop / 2 ** len(widths))
        self.out = Flow.features(channels) if self.pooled else tokens

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        if valid is not None:
            x = x.masked_fill(~valid.unsqueeze(1), 0.0)
            valid = self.bands.out_valid(valid)
        maps = _fill(masked_batch_norm(self.norm, self.bands(x), _mask(valid)), valid, 0.0)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            assert isinstance(norm, _BatchNorm)
            maps = self.activation(masked_batch_norm(norm, convolution(maps), _mask(valid)))
            maps = self.pool(_fill(maps, valid, float("-inf")))
            valid = _halve(valid)
            maps = _fill(maps, valid, 0.0)
        tokens = maps.mean(dim=2).transpose(1, 2)
        return masked_mean(tokens, valid) if self.pooled else tokens

    def stages(self) -> list[str]:
        blocks = [f"convolutions.{number} norms.{number}" for number in range(len(self.norms))]
        return [f"norm {blocks[0]}", *blocks[1:]]

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        if valid is None or self.pooled:
            return None
        valid = self.bands.out_valid(valid)
        for _ in self.norms:
            valid = _halve(valid)
        return valid


def _mask(valid: Tensor | None) -> Tensor | None:
    return None if valid is None else valid[:, None, None, :]


def _fill(maps: Tensor, valid: Tensor | None, value: float) -> Tensor:
    return maps if valid is None else maps.masked_fill(~valid[:, None, None, :], value)


def _halve(valid: Tensor | None) -> Tensor | None:
    return None if valid is None else window_valid(valid, size=2, step=2)
