"""A sound as a picture for any encoder of images."""

from collections.abc import Callable
from typing import Literal

from torch import Tensor, nn
from torch.nn import functional as F

from weldfusion.data.flow import Flow
from weldfusion.encoders.chain import inner_stages
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.layers.band_decibels import BandDecibels
from weldfusion.layers.masked import masked_batch_norm
from weldfusion.signals.filter_banks import FilterBank, Mel


class SpectrogramBackbone(Encoder):
    """Spectrogram in decibels → BatchNorm → picture (bands × frames) → any encoder of images.

    Frames that are not valid count as 0, the mean of the training part; a signal that fills half of the
    window thus fills half of the picture. Unless `size` is given, the backbone is told which columns are real
    (`valid`, (B, frames)); `CNNSK` leaves the others out of its means, most encoders of images do not ask.

    Args:
        flow: a waveform with known rate and length.
        backbone: the encoder of the picture; `SmallCNN2d` by default.
        n_fft: samples per frame of the spectrogram.
        hop: samples from one frame to the next.
        bank: bands of the spectrogram; 40 mel bands (HTK's scale) by default.
        size: height and width to which the picture is brought (bilinear), such as [256, 256] for `TSFPC`;
            null leaves it at bands × frames.
        padding: of the signal, see `BandDecibels`.

    >>> SpectrogramBackbone(Flow("waveform", 1, length=16000, rate=16000.0), size=(64, 64)).out.channels
    128
    """

    def __init__(
        self,
        flow: Flow,
        backbone: Callable[[Flow], Encoder] | None = None,
        n_fft: int = 1024,
        hop: int = 256,
        bank: FilterBank | None = None,
        size: tuple[int, int] | None = None,
        padding: Literal["none", "zero", "reflect"] = "none",
    ) -> None:
        super().__init__()
        if flow.kind != "waveform" or flow.length is None or flow.rate is None:
            raise ConfigError(
                f"SpectrogramBackbone takes a waveform of known length and rate, not {flow.kind}"
            )
        if hop < 1 or n_fft < 2:
            raise ConfigError(f"n_fft is {n_fft} and hop {hop}, must be at least 2 and 1")
        bank = bank or Mel(scale="htk", area="peak")
        if size is not None and min(size) < 1:
            raise ConfigError(f"size is {list(size)}, must be a height and a width in pixels")
        self.bands = BandDecibels(flow.rate, n_fft, hop, bank, padding)
        frames = self.bands.frames(flow.length)
        picture = size or (len(bank.centres_hz(flow.rate)), frames)
        self.norm = nn.BatchNorm2d(flow.channels, affine=False)
        self.size = size
        self.backbone = (backbone or SmallCNN2d)(Flow("image", flow.channels, size=picture))
        self.needs_float32 = self.backbone.needs_float32
        self.out = self.backbone.out

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        columns = None if valid is None or self.size is not None else self.bands.out_valid(valid)
        return self.backbone(self.picture(x, valid), columns)

    def picture(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        """(B, C, L) → what the backbone sees: (B, C, height, width), low bands first, time to the right."""
        mask = None
        if valid is not None:
            x = x.masked_fill(~valid.unsqueeze(1), 0.0)
            mask = self.bands.out_valid(valid)[:, None, None, :]
        maps = masked_batch_norm(self.norm, self.bands(x), mask)
        if mask is not None:
            maps = maps.masked_fill(~mask, 0.0)
        if self.size is None:
            return maps
        return F.interpolate(maps, self.size, mode="bilinear", align_corners=False, antialias=True)

    def stages(self) -> list[str]:
        """Those of the backbone; the norm in front of it stays each sensor's own."""
        return inner_stages("backbone", self.backbone)
