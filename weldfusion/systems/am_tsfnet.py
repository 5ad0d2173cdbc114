"""AM-TSFNet: weld image, arc sound and infrared by one extractor, joined by attention over three tokens."""

from dataclasses import dataclass
from functools import partial

from weldfusion.encoders.tsfpc import TSFPC
from weldfusion.errors import ConfigError
from weldfusion.fusion.only import Only
from weldfusion.fusion.token_attention import TokenAttention
from weldfusion.layers.shared_stages import Norms
from weldfusion.systems.heard import heard
from weldfusion.systems.parts import MakeEncoder, MakeFusion, Parts, Share
from weldfusion.systems.system import System

N_FFT, HOP, BANDS = 1024, 128, 64


@dataclass(frozen=True)
class AMTSFNet(System):
    """Pictures of three sensors → TSFPC, with shared weights → Q/K/V attention over one token each → values.

    Source: "AM-TSFNet", weld depth and back-bead width in pulsed GTAW from pool image, arc sound and
    infrared (attention-based multimodal transformer-serial fusion network).

    Image (B, 3, 256, 256), infrared, and the sound as a spectrogram of 256² → TSFPC (943 136 parameters) →
    256 features each → attention over (B, 3, 256), 768 side by side → Linear 128 → ReLU → dropout → a linear
    layer per target (362 370 with two). With `norms: shared` that makes 1 305 506 parameters. Several frames
    of a window are encoded one by one and averaged.

    Our choices, where the paper's text is not public: the inside of the extractor (see `TSFPC`), 4 heads,
    hidden width, and the sound's picture: 64 mel bands in decibels, frames of 1024 samples every 128. Batch
    normalisations are each sensor's own by default, as their brightness has nothing in common. The loss of a
    target is on standardised values: in mm² the width, of 3.5 times the squared error, would lead.

    Args:
        image: modality of weld images; null leaves the sensor out.
        sound: waveform; null leaves it out.
        infrared: modality of thermal images; null leaves it out.
        shared_stages: how many of the extractor's stages the sensors share, from the input on (`TSFPC` has
            7); null: all, as published; 0: each has its own.
        norms: whether each sensor has batch normalisations of its `own`, or they are `shared` too.
        extractor: the encoder of pictures; `TSFPC` by default, without its soft threshold for the ablation
            `{class_path: TSFPC, init_args: {shrinkage: false}}`.
        fusion: joins the features; by default `TokenAttention` with 4 heads and a layer of 128, dropout 0.5.
            `Concat` is the ablation without fusion.
        size: height and width in pixels of the sound's picture; those of the images are set in `data.inputs`.
    """

    paper_targets = 2

    image: str | None = "pool_camera"
    sound: str | None = "microphone"
    infrared: str | None = "infrared"
    shared_stages: int | None = None
    norms: Norms = "own"
    extractor: MakeEncoder | None = None
    fusion: MakeFusion | None = None
    size: tuple[int, int] = (256, 256)

    def parts(self) -> Parts:
        picture = self.extractor or TSFPC
        sound = heard(picture, N_FFT, HOP, BANDS, self.size)
        makes: list[tuple[str | None, MakeEncoder]]
        makes = [(self.image, picture), (self.infrared, picture), (self.sound, sound)]
        encoders = {name: make for name, make in makes if name is not None}
        if not encoders:
            raise ConfigError("model: image, sound and infrared are all null; give at least one")
        first, *others = encoders
        alone = partial(Only, modality=first, absent="zero")
        joined = partial(TokenAttention, heads=4, hidden=(128,), dropout=0.5)
        like = partial(Share, of=first, stages=self.shared_stages, norms=self.norms)
        return Parts(
            encoders=encoders,
            share={} if self.shared_stages == 0 else {name: like() for name in others},
            fusion=self.fusion or (joined if others else alone),
        )
