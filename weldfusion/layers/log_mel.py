"""Logarithmic mel spectrogram as a layer."""

import torch
from torch import Tensor, nn
from torchaudio.transforms import MelSpectrogram

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
    """

    def __init__(self, rate: float, n_fft: int, hop: int, n_mels: int) -> None:
        super().__init__()
        self.n_fft, self.hop = n_fft, hop
        self.spectrogram = MelSpectrogram(
            sample_rate=round(rate), n_fft=n_fft, hop_length=hop, n_mels=n_mels, center=False
        )

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            return self.spectrogram(x.float()).clamp(min=POWER_FLOOR).log()

    def frames(self, length: int) -> int:
        """Number of frames of a signal of `length` samples."""
        return max(0, (length - self.n_fft) // self.hop + 1)

    def out_valid(self, valid: Tensor) -> Tensor:
        """bool (B, L) → (B, T): frames of which every sample is valid."""
        return valid.unfold(1, self.n_fft, self.hop).all(dim=-1)
