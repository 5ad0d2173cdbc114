"""CNN-SK: penetration from arc sound by a small CNN that chooses its kernel sizes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from weldfusion.encoders.cnn_sk import CNNSK
from weldfusion.encoders.in_silence import InSilence
from weldfusion.encoders.spectrogram_backbone import SpectrogramBackbone
from weldfusion.fusion.only import Only
from weldfusion.signals.filter_banks import FilterBank, Mel
from weldfusion.systems.parts import MakeEncoder, Parts
from weldfusion.systems.system import System


@dataclass(frozen=True)
class SoundCNNSK(System):
    """Sound → spectrogram in decibels → six convolutions, one with a selective kernel → mean → linear layer.

    Source: "Construction of a CNN-SK weld penetration recognition model based on the Mel spectrum of a CMT
    arc sound signal", PLoS ONE 2024, doi:10.1371/journal.pone.0311119, and its code. With clips of 0.15 s at
    44.1 kHz the picture is 64 bands × 44 frames, the features are 256; 402 131 parameters for three classes.

    Our choices: the clip as it is instead of in 4 s of silence, a shorter hop in exchange, one channel, not
    two equal ones, the picture standardised by statistics of the training part instead of its batch's.
    `configs/systems/cnn_sk/paper.yaml` has the published front end (402 331 parameters).

    Args:
        sound: the modality, a waveform.
        sk_after: the convolution, from 1, whose ReLU gives way to the selective kernel; null for none.
        widths: channels of the convolutions.
        mode: `external` is the paper's code, `paper` the original selective kernel, see `SelectiveKernel`.
        bank: bands of the spectrogram; 64 mel bands (HTK's scale) by default, as published.
        n_fft: samples per frame of the spectrogram.
        hop: samples from one frame to the next; 512 in the paper.
        silence: samples of silence in which each window is laid, on two equal channels and with frames beyond
            both ends, as published (176 000 at 44.1 kHz); null for the window as it is.
    """

    paper_targets = 1

    sound: str = "microphone"
    sk_after: int | None = 1
    widths: Sequence[int] = (8, 16, 32, 64, 128, 256)
    mode: Literal["paper", "external"] = "external"
    bank: FilterBank | None = None
    n_fft: int = 1024
    hop: int = 128
    silence: int | None = None

    def parts(self) -> Parts:
        picture = partial(
            SpectrogramBackbone,
            backbone=partial(CNNSK, widths=tuple(self.widths), sk_after=self.sk_after, mode=self.mode),
            n_fft=self.n_fft,
            hop=self.hop,
            bank=self.bank or Mel(bands=64, scale="htk", area="peak"),
            padding="none" if self.silence is None else "reflect",
        )
        return Parts(
            encoders={self.sound: picture if self.silence is None else in_silence(picture, self.silence)},
            fusion=partial(Only, modality=self.sound, absent="zero"),
        )


def in_silence(picture: MakeEncoder, samples: int) -> MakeEncoder:
    """The published front end: the window somewhere in so many samples, on two equal channels."""
    return partial(InSilence, encoder=picture, samples=samples, copies=2)
