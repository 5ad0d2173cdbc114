"""A sound in front of an encoder of pictures, as the systems with a camera hear it."""

from functools import partial

from weldfusion.encoders.spectrogram_backbone import SpectrogramBackbone
from weldfusion.signals.filter_banks import Mel
from weldfusion.systems.parts import MakeEncoder


def heard(
    picture: MakeEncoder, n_fft: int, hop: int, bands: int, size: tuple[int, int] | None
) -> MakeEncoder:
    """The encoder of pictures on mel bands (HTK's scale, peak 1) in decibels, resized to `size` if given."""
    bank = Mel(bands=bands, scale="htk", area="peak")
    return partial(SpectrogramBackbone, backbone=picture, n_fft=n_fft, hop=hop, bank=bank, size=size)
