"""Logarithmic mel spectrogram as a layer."""

import warnings

import torch
from torch import Tensor, nn
from torchaudio.transforms import MelSpectrogram

from weldfusion.errors import ConfigError
from weldfusion.layers.masked import window_valid

POWER_FLOOR = 1e-6


class LogMel(nn.Module):
    """ln(max(mel power, 1e-6)) of frames that lie wholly inside the signal, always in float32.

    (B, C, L) → (B, C, n_mels, T) with T = (L - n_fft) // hop + 1; Hann window, HTK mel scale from
    0 Hz to half the rate. No padding, so a frame whose samples are all real is untouched by padding.

    Args:
        rate: sampling rate in Hz.
        n_fft: samples per frame.
        hop: samples from one frame to the next.
        n_mels: number of bands.

    Raises ConfigError if a band holds no frequency of the spectrum.
    """

    def __init__(self, rate: float, n_fft: int, hop: int, n_mels: int) -> None:
        super().__init__()
        self.n_fft, self.hop = n_fft, hop
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            self.spectrogram = MelSpectrogram(
                sample_rate=round(rate), n_fft=n_fft, hop_length=hop, n_mels=n_mels, center=False
            )
        if not bool(self.spectrogram.mel_scale.fb.any(dim=0).all()):
            raise ConfigError(
                f"n_mels is {n_mels}: the lowest bands are narrower than the {rate / n_fft:.0f} Hz that "
                f"frames of {n_fft} samples resolve; lower n_mels or raise n_fft"
            )

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            return self.spectrogram(x.float()).clamp(min=POWER_FLOOR).log()

    def out_valid(self, valid: Tensor) -> Tensor:
        """Mask of the frames: bool (B, L) → (B, T)."""
        return window_valid(valid, self.n_fft, self.hop)


def frame_count(length: int, n_fft: int, hop: int) -> int:
    """Number of frames that lie wholly inside a signal of `length` samples.

    >>> frame_count(1024, n_fft=512, hop=128)
    5
    """
    return max(0, (length - n_fft) // hop + 1)
