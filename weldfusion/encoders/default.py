"""The encoder of a modality for which the config names none."""

from weldfusion.data.flow import Flow
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.encoders.encoder import Encoder
from weldfusion.encoders.mel import MelCNN
from weldfusion.encoders.table import TableMLP
from weldfusion.errors import ConfigError

SOUND_RATES_HZ = (8000.0, 192_000.0)
SOUND_SAMPLES = 4000
SHORT_SAMPLES = 32
WIDTHS = (32, 64, 128, 64)


def default_encoder(flow: Flow) -> Encoder:
    """`MelCNN` for sound, `ConvBlocks1d` for other waveforms, `SmallCNN2d` for images, `TableMLP` for tables.

    A waveform is taken for sound from 4000 samples on at 8 … 192 kHz; one of less than 32 samples is
    not halved by the poolings. Raises ConfigError for other kinds.

    >>> type(default_encoder(Flow("waveform", 1, length=1024, rate=10_000.0))).__name__
    'ConvBlocks1d'
    """
    match flow.kind:
        case "waveform" if _like_sound(flow):
            return MelCNN(flow)
        case "waveform" if (flow.length or 0) >= SHORT_SAMPLES:
            return ConvBlocks1d(flow)
        case "waveform":
            return ConvBlocks1d(flow, WIDTHS[: (flow.length or 0) - 1], pool_strides=1)
        case "image":
            return SmallCNN2d(flow)
        case "table":
            return TableMLP(flow)
    raise ConfigError(f"no default encoder for {flow.kind}; name one in the config")


def _like_sound(flow: Flow) -> bool:
    lowest, highest = SOUND_RATES_HZ
    return lowest <= (flow.rate or 0.0) <= highest and (flow.length or 0) >= SOUND_SAMPLES
