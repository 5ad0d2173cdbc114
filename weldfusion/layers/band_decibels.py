"""Loudness of frequency bands over time, as a layer."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchaudio.functional import spectrogram

from weldfusion.errors import ConfigError
from weldfusion.layers.masked import window_valid
from weldfusion.signals.filter_banks import FilterBank


class BandDecibels(nn.Module):
    """10·log10(max(band power, floor)), differentiable, on any device, always in float32.

    (B, C, L) → (B, C, bands, T). The same numbers as `weldfusion.signals.spectrogram.band_powers` with
    `Decibels`; Hann window.

    Args:
        rate: sampling rate in Hz.
        n_fft: samples per frame.
        hop: samples from one frame to the next.
        bank: how bins are summed into bands.
        padding: `none`: only frames wholly inside the signal, T = (L - n_fft) // hop + 1, so that a frame
            whose samples are all real is untouched by padding; `zero`, `reflect`: frame `i` is centred on
            sample `i * hop`, T = L // hop + 1.
        floor_db: what is below counts as this (0 dB is a power of 1).

    Raises ConfigError if a band holds no frequency of the spectrum, and with any padding for a signal shorter
    than one frame (`frames`), which would be mostly padding.
    """

    window: Tensor
    weights: Tensor

    def __init__(
        self,
        rate: float,
        n_fft: int,
        hop: int,
        bank: FilterBank,
        padding: Literal["none", "zero", "reflect"] = "none",
        floor_db: float = -60.0,
    ) -> None:
        super().__init__()
        self.rate, self.n_fft, self.hop = rate, n_fft, hop
        self.centred, self.pad_mode = padding != "none", "reflect" if padding == "reflect" else "constant"
        self.floor = 10.0 ** (floor_db / 10)
        weights = torch.from_numpy(bank.weights(rate, n_fft)).float()
        self.register_buffer("weights", weights, persistent=False)
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        frames = self.frames(x.shape[-1])
        if not len(x):  # which no library of Fourier transforms takes
            return self.weights.new_zeros(0, x.shape[1], len(self.weights), frames)
        with torch.autocast(x.device.type, enabled=False):
            power = spectrogram(
                x.float(),
                pad=0,
                window=self.window,
                n_fft=self.n_fft,
                hop_length=self.hop,
                win_length=self.n_fft,
                power=2.0,
                normalized=False,
                center=self.centred,
                pad_mode=self.pad_mode,
            )
            return 10.0 * (self.weights @ power).clamp(min=self.floor).log10()

    def out_valid(self, valid: Tensor) -> Tensor:
        """Mask of the frames: bool (B, L) → (B, T), as many as the valid part alone has.

        A frame counts if something in it is valid and it lies (of centred ones: its centre) between the
        first and the last valid sample.
        """
        if not self.centred:
            return window_valid(valid, self.n_fft, self.hop)
        half = self.n_fft // 2
        some = F.pad(valid, (half, half)).unfold(1, self.n_fft, self.hop).any(dim=-1)
        begun = F.pad(valid, (0, 1)).cumsum(dim=1) > 0
        not_over = F.pad(valid, (1, 0)).flip(1).cumsum(dim=1).flip(1) > 0
        return some & (begun & not_over)[:, :: self.hop]

    def frames(self, length: int) -> int:
        """T for a signal of `length` samples. Raises ConfigError if it is shorter than a frame."""
        if length < self.n_fft:
            raise ConfigError(
                f"windows of {length} samples are shorter than one frame of {self.n_fft}; lengthen the "
                f"windows to {self.n_fft / self.rate:.4g} s or lower n_fft to {length} at most"
            )
        return length // self.hop + 1 if self.centred else frame_count(length, self.n_fft, self.hop)


def frame_count(length: int, n_fft: int, hop: int) -> int:
    """Number of frames that lie wholly inside a signal of `length` samples.

    >>> frame_count(1024, n_fft=512, hop=128)
    5
    """
    return max(0, (length - n_fft) // hop + 1)
