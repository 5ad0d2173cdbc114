"""Parameters and multiply-adds against arithmetic on paper; what is shared, late, selected or a penalty."""

from functools import partial

import pytest
import torch
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.data.target import TargetSpec
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.errors import ConfigError
from weldfusion.fusion.cross_attention import CrossAttention
from weldfusion.fusion.dempster_shafer import DempsterShafer
from weldfusion.fusion.similarity import Similarity
from weldfusion.signals.collinearity import StepwiseVif
from weldfusion.systems.counting import multiply_adds
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.measure import measured
from weldfusion.systems.parts import Parts, Share

CLASSES = {"penetration": TargetSpec("penetration", "class", classes=("LP", "PP", "FP"))}
SOUND = Flow("waveform", 1, length=64, rate=1000.0)
TWO = {"diode": SOUND, "sound": SOUND}
STEM = partial(ConvBlocks1d, widths=(4, 8), pool_strides=1, out="tokens")


def zeros(*shape):
    return lambda device: (torch.zeros(*shape, device=device),)


class Sorted(nn.Module):
    """Decides by a value, which the meta device does not have."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x * 2 if float(x.sum()) > 1 else x)


@pytest.mark.parametrize("frame", [lambda part: part, Sorted], ids=["meta", "values"])
@pytest.mark.parametrize(
    ("part", "shape", "expected"),
    [
        (nn.Linear(7, 11), (1, 7), 77),
        (nn.Conv1d(3, 5, 9, stride=2), (1, 3, 41), 17 * 5 * 3 * 9),
        (nn.Conv2d(8, 8, 3, groups=8), (1, 8, 10, 12), 8 * 10 * 8 * 9),
        (nn.LSTM(8, 12, batch_first=True), (1, 10, 8), 10 * 4 * 12 * (8 + 12)),
        (nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (1, 10, 8),
         10 * (4 * 8 * 8 + 2 * 8 * 16) + 2 * 10 * 10 * 8),
    ],
    ids=["linear", "conv1d", "depthwise", "lstm", "transformer"],
)  # fmt: skip
def test_multiply_adds_of_known_layers(part, shape, expected, frame):
    torch.manual_seed(0)
    assert multiply_adds(frame(part), zeros(*shape))[0] == expected


def test_the_counter_leaves_settings_and_mode_as_they_were():
    part = Sorted(nn.LSTM(8, 12, batch_first=True)).train()
    before = torch.backends.mkldnn.enabled, torch.backends.mha.get_fastpath_enabled()
    multiply_adds(part, zeros(1, 10, 8))
    assert part.training
    assert (torch.backends.mkldnn.enabled, torch.backends.mha.get_fastpath_enabled()) == before


def test_parts_of_a_model_with_an_exchange():
    parts = Parts(
        encoders={"diode": STEM, "sound": STEM},
        exchange=partial(CrossAttention, heads=1, mlp_ratio=2),
        trunks=dict.fromkeys(TWO, partial(ConvBlocks1d, widths=(8,), pool_strides=1)),
    )
    found = measured(TWO, CLASSES, parts, "two")
    model = FusionModel(TWO, CLASSES, parts)
    assert found.parameters == sum(p.numel() for p in model.parameters())
    assert found.parameters == sum(piece.own for piece in found.pieces)
    assert [p.role for p in found.pieces] == ["encoder"] * 2 + ["exchange"] + ["trunk"] * 2 + [
        "fusion",
        "head",
    ]
    diode, exchange = found.pieces[0], found.pieces[2]
    tokens = int(diode.gives["diode"].split()[0])
    assert diode.macs == 64 * 4 * 3 + (tokens + 1) * 8 * 4 * 3
    assert exchange.macs == 2 * (4 * tokens * 8 * 8 + 2 * tokens * tokens * 8 + 2 * tokens * 8 * 16)
    assert found.macs == sum(piece.macs for piece in found.pieces)
    assert found.pieces[-1].parameters == 16 * 3 + 3
    assert found.shared == 0


def test_what_is_averaged_before_the_last_join_has_its_own_line():
    """4 frames → 4 tokens → 1 mean; the sound's 62 tokens too; a single frame needs none."""
    frames, one = (Flow("image", 1, size=(16, 16), count=count) for count in (4, 1))
    flows = {"frames": frames, "one": one, "sound": SOUND}
    encoder = partial(SmallCNN2d, widths=(8,))
    found = measured(flows, CLASSES, Parts(encoders={"frames": encoder, "one": encoder, "sound": STEM}))
    means = [piece for piece in found.pieces if piece.role == "mean"]
    tokens = 64 - 2
    assert [(p.name, p.gives, p.parameters, p.macs) for p in means] == [
        ("mean over 4 tokens", {"frames": "8 features"}, 0, 0),
        (f"mean over {tokens} tokens", {"sound": "8 features"}, 0, 0),
    ]
    assert means[0].takes == {"frames": "4 tokens × 8"}


def test_a_shared_encoder_is_counted_once():
    alone = measured(TWO, CLASSES, Parts(encoders=dict.fromkeys(TWO, STEM)))
    whole = measured(TWO, CLASSES, Parts(encoders={"sound": STEM}, share={"diode": "sound"}))
    encoder = alone.pieces[0].parameters
    assert alone.parameters - whole.parameters == encoder == whole.shared
    again = next(p for p in whole.pieces if p.shares)
    assert (again.takes, again.own, again.parameters, again.shares) == (again.takes, 0, encoder, "sound")
    assert again.macs == alone.pieces[0].macs
    one = Parts(encoders={"sound": STEM}, share={"diode": Share("sound", stages=1)})
    part = measured(TWO, CLASSES, one)
    assert part.shared == 4 * 3 + 4
    assert "first stage of sound" in next(p.note for p in part.pieces if p.shares)


def test_late_fusion_selection_penalty_and_image_sets():
    flows = {
        "camera": Flow("image", 1, size=(16, 16), count=3),
        "sound": SOUND,
        "set": Flow("table", 3),
    }
    features = partial(ConvBlocks1d, widths=(8,), pool_strides=1)
    parts = Parts(
        select={"set": StepwiseVif()},
        encoders={"camera": partial(SmallCNN2d, widths=(8,)), "sound": features},
        fusion=DempsterShafer,
        penalties=[partial(Similarity, between=("camera", "sound"))],
        modality_dropout=0.2,
    )
    found = measured(flows, CLASSES, parts)
    roles = [p.role for p in found.pieces]
    assert roles == ["selection"] + ["encoder"] * 3 + ["mean"] + ["head"] * 3 + ["late fusion", "penalty"]
    camera = next(p for p in found.pieces if "camera" in p.takes)
    assert camera.name == "ImageSet(SmallCNN2d)"
    assert camera.note == "each of 3 images alone"
    assert next(p for p in found.pieces if p.role == "penalty").macs == 0
    assert found.modality_dropout == 0.2
    assert found.parameters == sum(piece.own for piece in found.pieces)


def test_a_part_that_does_not_fit_is_told_with_its_key():
    with pytest.raises(ConfigError, match=r"^model\.trunks\.sound: .*tokens"):
        measured({"sound": SOUND}, CLASSES, Parts(trunks={"sound": ConvBlocks1d}))
