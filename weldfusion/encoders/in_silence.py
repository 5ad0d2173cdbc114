"""A window of sound in a long stretch of silence, as some published front ends give it to their network."""

from collections.abc import Callable
from dataclasses import replace

from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.encoders.chain import inner_stages
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.silence import Silence


class InSilence(Encoder):
    """Zeros before and after the window, all of it on so many equal channels, then another encoder.

    In training the place of the window is drawn anew each time, otherwise it is the middle. The encoder sees
    the silence as if it were recorded. That adds nothing, costs time, and tells the encoder how long a masked
    window was: it is here to repeat CNN-SK as published (doi:10.1371/journal.pone.0311119), which lays clips
    of 6 615 samples into 176 000, on two channels.

    Args:
        flow: a waveform of known length.
        encoder: the one that hears it, such as `SpectrogramBackbone`.
        samples: length with the silence.
        copies: how often the channels are given, one after the other.

    >>> from weldfusion.encoders.mel import MelCNN
    >>> clip = Flow("waveform", 1, length=6615, rate=44_100.0)
    >>> InSilence(clip, MelCNN, samples=176_000, copies=2).encoder.convolutions[0].in_channels
    2
    """

    def __init__(self, flow: Flow, encoder: Callable[[Flow], Encoder], samples: int, copies: int = 1) -> None:
        super().__init__()
        if flow.kind != "waveform" or flow.length is None:
            raise ConfigError(f"InSilence takes a waveform of known length, not {flow.kind}")
        if copies < 1:
            raise ConfigError(f"copies is {copies}, must be at least 1")
        if samples < flow.length:
            raise ConfigError(
                f"samples is {samples}, but a window has {flow.length}; raise samples or shorten the windows"
            )
        self.silence = Silence(samples - flow.length, copies)
        self.encoder = encoder(replace(flow, channels=flow.channels * copies, length=samples))
        self.needs_float32 = self.encoder.needs_float32
        self.out = self.encoder.out

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        if valid is not None:
            x = x.masked_fill(~valid.unsqueeze(1), 0.0)
        return self.encoder(self.silence(x))

    def stages(self) -> list[str]:
        return inner_stages("encoder", self.encoder)
