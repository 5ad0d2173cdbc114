"""Small networks of every class of the toolkit, with batches for them."""

from functools import partial

import numpy as np
import torch

from weldfusion.data.batch import Batch, Truth, Where
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.encoders.mel import MelCNN
from weldfusion.fusion.addition import Addition
from weldfusion.fusion.concat_mlp import ConcatMLP
from weldfusion.fusion.cross_attention import CrossAttention
from weldfusion.fusion.mean_probability import MeanProbability
from weldfusion.signals.filter_banks import Mel
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.training.predictor import Predictor

SIZE = 6
WINDOW_S = 0.064
FLOWS = {
    "current": Flow("waveform", 2, length=64, rate=1000.0),
    "photos": Flow("image", 3, size=(16, 24), count=3),
    "settings": Flow("table", 4),
    "sound": Flow("waveform", 1, length=1024, rate=16_000.0),
}
TARGETS = {
    "state": TargetSpec("state", "class", classes=("good", "pore", "crack")),
    "flags": TargetSpec("flags", "multilabel", classes=("wet", "oily")),
    "force": TargetSpec("force", "real", unit="N"),
}
_tokens = partial(ConvBlocks1d, widths=(8, 8), out="tokens")
_mel = partial(MelCNN, n_fft=128, hop=32, bank=Mel(8, scale="htk", area="peak"), widths=(4, 8))
_photo = partial(SmallCNN2d, widths=(4, 8))
_encoders = {"current": partial(ConvBlocks1d, widths=(8, 8)), "sound": _mel, "photos": _photo}
_with_tokens = {"current": _tokens, "sound": partial(_mel, out="tokens"), "photos": _photo}
_trunk = {"current": partial(ConvBlocks1d, widths=(8,))}
PARTS = {
    "concatenation": Parts(encoders=_encoders),
    "hidden layers": Parts(encoders=_encoders, fusion=partial(ConcatMLP, hidden=(12,))),
    "addition": Parts(encoders=_encoders, fusion=partial(Addition, absent="zero")),
    "late": Parts(encoders=_encoders, fusion=MeanProbability),
    "attention": Parts(encoders=_with_tokens, exchange=CrossAttention, trunks=_trunk),
    "attention, late": Parts(
        encoders=_with_tokens,
        exchange=[CrossAttention, partial(CrossAttention, heads=2, between=["current", "sound"])],
        trunks=_trunk,
        fusion=MeanProbability,
    ),
}


def predictor(kind: str = "concatenation", flows: dict[str, Flow] | None = None, seed: int = 0) -> Predictor:
    """An untrained network with statistics, priors and temperatures set, in float64 where that matters."""
    torch.manual_seed(seed)
    flows = flows or FLOWS
    parts = PARTS[kind]
    encoders = {name: make for name, make in (parts.encoders or {}).items() if name in flows}
    trunks = {name: make for name, make in (parts.trunks or {}).items() if name in flows}
    model = FusionModel(
        flows, TARGETS, Parts(encoders=encoders, trunks=trunks, exchange=parts.exchange, fusion=parts.fusion)
    )
    for name, flow in flows.items():
        model.fit_statistics(name, torch.linspace(0.1, 0.5, flow.channels), torch.full((flow.channels,), 0.5))
    model.fit_truth("state", np.array([0, 0, 1, 2, 0]), np.ones(5, dtype=bool))
    model.fit_truth("flags", np.array([[0, 1], [1, 1], [0, 0]]), np.ones(3, dtype=bool))
    model.fit_truth("force", np.array([10.0, 30.0]), np.ones(2, dtype=bool))
    for parameter in model.parameters():
        with torch.no_grad():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    return Predictor(model, {"state": 1.5, "flags": 0.8}, "fold0", seed)


def batch(flows: dict[str, Flow] | None = None, seed: int = 0, complete: bool = False) -> Batch:
    """Six windows of two welds. Unless `complete`, weld A has no photos, B a photo less, sound is padded,
    the second window has no sound, the last nothing at all."""
    flows = flows or FLOWS
    generator = torch.Generator().manual_seed(seed)
    inputs = {name: torch.randn(SIZE, *flow.shape, generator=generator) for name, flow in flows.items()}
    present = {name: torch.ones(SIZE, dtype=torch.bool) for name in flows}
    valid = {}
    if "photos" in flows:
        photos = (inputs["photos"][[0, 0, 0, 3, 3, 3]] * 40 + 128).clamp(0, 255).to(torch.uint8)
        inputs["photos"] = photos
        valid["photos"] = torch.ones(SIZE, 3, dtype=torch.bool)
    if not complete:
        for mask in present.values():
            mask[-1] = False
        if "photos" in flows:
            present["photos"][:3] = False
            valid["photos"][3:, 2] = False
        if "sound" in flows:
            present["sound"][1] = False
            valid["sound"] = torch.arange(1024) < torch.tensor([[1024], [1024], [700], [600], [1024], [900]])
    targets = {
        "state": Truth(torch.tensor([0, 1, 2, 0, 1, 2]), torch.arange(SIZE) != 1),
        "force": Truth(torch.linspace(10, 35, SIZE), torch.ones(SIZE, dtype=torch.bool)),
    }
    index = np.array([0, 1, 2, 0, 1, 2])
    start = index * WINDOW_S
    where = Where(
        np.arange(SIZE), np.array(list("AAABBB")), np.array(list("ggghhh")), index, start, start + WINDOW_S,
        np.full(SIZE, np.nan),
    )  # fmt: skip
    return Batch(inputs, present, valid, targets, where)
