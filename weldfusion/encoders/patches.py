"""A waveform cut into patches, one token each."""

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.masked import window_valid


class Patches(Encoder):
    """Convolution whose kernel and stride are the patch: tokens (B, L // patch, size).

    Samples that fill no whole patch at the end are not used. Samples where `valid` is False count as 0; a
    patch counts if something in it is valid and it lies between the first and the last valid sample.

    Source: Dosovitskiy 2021 (ViT), arXiv 2010.11929; of series, Nie 2023 (PatchTST), arXiv 2211.14730.

    Args:
        flow: waveform.
        size: size of a token.
        patch: samples in a patch.

    >>> Patches(Flow("waveform", 2, length=1280, rate=800.0)).out
    Flow(kind='tokens', channels=128, length=80, size=None, count=None, rate=50.0)
    """

    def __init__(self, flow: Flow, size: int = 128, patch: int = 16) -> None:
        super().__init__()
        if flow.kind != "waveform" or flow.length is None:
            raise ConfigError(f"patches are cut from a waveform of known length, not {flow.kind}")
        if not 1 <= patch <= flow.length:
            raise ConfigError(f"patch is {patch}, must lie between 1 and the window's {flow.length} samples")
        self.patch = patch
        self.conv = nn.Conv1d(flow.channels, size, patch, stride=patch)
        rate = None if flow.rate is None else flow.rate / patch
        self.out = Flow.tokens(flow.length // patch, size, rate)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        if valid is None:
            return self.conv(x).transpose(1, 2)
        tokens = self.conv(x.masked_fill(~valid.unsqueeze(1), 0.0)).transpose(1, 2)
        return tokens.masked_fill(~window_valid(valid, self.patch, self.patch).unsqueeze(-1), 0.0)

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        return None if valid is None else window_valid(valid, self.patch, self.patch)
