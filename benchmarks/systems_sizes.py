"""Parameters and multiply-adds of the published systems in the papers' sizes, beside what the papers state.

Built from the configs with the inputs of the paper: one photodiode, colour pictures.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness import Row, row

from weldfusion.config.load import load_settings
from weldfusion.data.card import Card
from weldfusion.run.describing import card_of_root, describe
from weldfusion.systems.structure import Structure

CONFIGS = Path(__file__).parents[1] / "configs" / "systems"
PAPER, NOT_STATED = "paper", "the paper states none"


@dataclass(frozen=True)
class Published:
    """A config and what its paper (or the paper's public code) states: parameters and FLOPs.

    `channels` are what the paper's inputs have instead of the simulator's.
    """

    name: str
    config: str
    parameters: float | None = None
    flops: float | None = None
    source: str = PAPER
    channels: Mapping[str, int] = field(default_factory=dict)


_DIODE = {"photodiode": 1}
PUBLISHED = (
    Published("CAFNet", "cafnet/cafnet.yaml", 179_715, None, "its code", _DIODE),
    Published("1D-CNN-AP", "cafnet/cnn1d_ap.yaml", 112_899, None, "code of CAFNet", _DIODE),
    Published("1D-CNN-P", "cafnet/cnn1d_photodiode.yaml", 56_451, None, "code of CAFNet", _DIODE),
    Published("ResCNN-AP", "cafnet/rescnn_ap.yaml", 339_299, None, "code of CAFNet", _DIODE),
    Published("ResCNN-P", "cafnet/rescnn_photodiode.yaml", 169_651, None, "code of CAFNet", _DIODE),
    Published("CNN-SK", "cnn_sk/paper.yaml", 402_331, None, "its code"),
    Published("vision–spectrum, image", "vision_spectrum/paper_image.yaml", 5.6e6, 8.5e9, PAPER),
    Published("vision–spectrum, concat", "vision_spectrum/paper_concat.yaml", 15.9e6, 12.6e9, PAPER),
    Published("vision–spectrum, cross", "vision_spectrum/paper_cross.yaml", 25.9e6, 18.5e9, PAPER),
    Published("EMMDL", "emmdl/paper.yaml"),
    Published("AM-TSFNet", "am_tsfnet/paper.yaml"),
    Published("MCRNet", "mcrnet/paper.yaml"),
    Published("RTM", "rtm/paper.yaml", channels={"pool_camera": 3}),
)


def measure(quick: bool) -> list[Row]:
    chosen = PUBLISHED[:3] if quick else PUBLISHED
    return [found for one in chosen for found in _rows(one, structure_of(one))]


def structure_of(one: Published) -> Structure:
    """The model of a config on the inputs of its paper."""
    settings, _ = load_settings([CONFIGS / one.config])
    card = card_of_root(settings.data.root, CONFIGS.parents[1])
    return describe(CONFIGS / one.config, card=_card(card, one))


def _card(card: Card, one: Published) -> Card:
    modalities = dict(card.modalities)
    for name, count in one.channels.items():
        modalities[name] = replace(modalities[name], channels=tuple(f"c{i}" for i in range(count)))
    return replace(card, modalities=modalities)


def _rows(one: Published, found: Structure) -> list[Row]:
    stated = NOT_STATED
    if one.parameters is not None:
        stated = f"{one.source}: {one.parameters:,.0f}, ours {found.parameters / one.parameters:.4g} times"
    flops = "" if one.flops is None else f"; paper: {one.flops / 1e9:g} GFLOPs, input size not stated"
    return [
        row(f"{one.name}: parameters", found.parameters / 1e6, "M", note=f"{found.parameters:,}; {stated}"),
        row(
            f"{one.name}: multiply-adds",
            found.macs / 1e9,
            "G",
            note=f"{2 * found.macs / 1e9:.3g} GFLOPs{flops}",
        ),
    ]
