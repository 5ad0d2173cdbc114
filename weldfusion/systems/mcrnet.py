"""MCRNet: consecutive frames and sound, two multi-branch towers whose features are drawn together."""

from dataclasses import dataclass
from functools import partial

from weldfusion.encoders.mcrnet import MCRNet
from weldfusion.errors import ConfigError
from weldfusion.fusion.concat_mlp import ConcatMLP
from weldfusion.fusion.similarity import Similarity
from weldfusion.layers.shared_stages import Norms
from weldfusion.systems.heard import heard
from weldfusion.systems.parts import MakeEncoder, MakePenalty, Parts, Share
from weldfusion.systems.system import System

N_FFT, HOP, BANDS = 512, 64, 40


@dataclass(frozen=True)
class VideoSoundMCRNet(System):
    """Frames → MCRNet; sound → spectrogram → MCRNet; features, drawn together, → Linear 64 → values.

    Source: "Online penetration prediction based on multimodal continuous signals fusion of CMT for full
    penetration" (penetration depth of V-groove joints).

    Frames (B, K, 1, 256, 256) → Conv3d over 3 at a time → 4 stages of multi-branch convolutions with squeeze
    and excitation → Linear → BN (B, 128), 2 154 256 parameters; the sound's picture likewise with a stem of
    depth 1; side by side (B, 256) → Linear 64 → ReLU → one linear layer per target. In training the angle
    between the two features, arccos(s)/π, is added to the loss (`Similarity` tells why not the printed
    formula). `layers.reparam.deploy` fuses the branches of the trained model.

    Our choices, where the paper's text is not public: widths, blocks, order of the branches, weight 0.1 of
    the similarity, the sound's picture: 40 mel bands in decibels, frames of 512 samples every 64.

    Args:
        video: modality of frames; `data.inputs.<name>.frames` sets how many of them a window has,
            consecutive ones where it is as long as they are. Null leaves it out.
        sound: waveform; null leaves it out.
        tower: the encoder of frames and of the sound's picture; `MCRNet` by default.
        shared_stages: how many of the tower's stages after the stem both sensors share (`MCRNet` has 5, the
            last the linear layer); null: all; 0: each has its own, as published.
        norms: whether each sensor has batch normalisations of its `own`, or they are `shared` too.
        similarity: `Similarity` with weight 0.1 by default; its `weight`, `warmup` and `distance` are
            settings. Weight 0 for none.
        hidden: width of the layer after the features are joined.
        size: height and width in pixels of the sound's picture; null leaves it at bands × frames.
    """

    paper_targets = 1

    video: str | None = "camera"
    sound: str | None = "microphone"
    tower: MakeEncoder | None = None
    shared_stages: int | None = 0
    norms: Norms = "own"
    similarity: MakePenalty | None = None
    hidden: int = 64
    size: tuple[int, int] | None = (256, 256)

    def parts(self) -> Parts:
        tower = self.tower or MCRNet
        sound = heard(tower, N_FFT, HOP, BANDS, self.size)
        makes: list[tuple[str | None, MakeEncoder]] = [(self.video, tower), (self.sound, sound)]
        encoders = {name: make for name, make in makes if name is not None}
        if not encoders:
            raise ConfigError("model: video and sound are both null; give at least one")
        first, *others = encoders
        like = partial(Share, of=first, stages=self.shared_stages, norms=self.norms, skip=1)
        return Parts(
            encoders=encoders,
            share={} if self.shared_stages == 0 else {name: like() for name in others},
            fusion=partial(ConcatMLP, hidden=(self.hidden,), dropout=0.0, activation="relu"),
            penalties=[self.similarity or Similarity] if others else None,
        )
