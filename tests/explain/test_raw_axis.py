"""Cells of a map lie where an impulse in the recording moves them."""

import numpy as np
import pytest
import torch
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.encoders.encoder import Encoder
from weldfusion.encoders.mel import MelCNN
from weldfusion.encoders.statistics import Statistics
from weldfusion.encoders.table import TableMLP
from weldfusion.encoders.torchvision_backbone import TorchvisionBackbone
from weldfusion.explain.places import survey
from weldfusion.explain.raw_axis import Sliding, cell_centres, even_centres
from weldfusion.signals.filter_banks import Mel


def reached(layers: nn.Module, length: int) -> np.ndarray:
    """For each cell the middle of the samples that reach it: NaN spreads wherever a sample is used."""
    with torch.no_grad():
        spread = torch.isnan(layers(torch.eye(length).masked_fill(torch.eye(length) > 0, torch.nan)[:, None]))
    used = spread[:, 0].numpy()
    inside = [(u.nonzero()[0][0], u.nonzero()[0][-1]) for u in used.T]
    return np.array([(a + b) / 2 for a, b in inside])


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1])
def test_centres_are_the_middle_of_what_a_cell_sees(stride, padding):
    layers = nn.Sequential(
        nn.Conv1d(1, 1, 5, stride=stride, dilation=2, padding=padding),
        nn.MaxPool1d(2, stride),
        nn.Conv1d(1, 1, 3),
    )
    seen = reached(layers, 61)
    first = (61 + 2 * padding - 8 - 1) // stride + 1
    chain = [
        Sliding(61, 5, stride, padding, 2),
        Sliding(first, 2, stride, 0),
        Sliding((first - 2) // stride + 1, 3, 1, 0),
    ]
    centres = cell_centres(chain, 61, len(seen))
    edge = 2 if padding else 0
    inner = slice(edge, len(seen) - edge)
    np.testing.assert_allclose(centres[inner], seen[inner], atol=1e-9)


@pytest.mark.parametrize("padding", ["same", "valid", 1])
@pytest.mark.parametrize("kernel", [3, 4])
def test_padding_by_name_is_measured(kernel, padding):
    class Plain(Encoder):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv1d(1, 1, kernel, padding=padding)

        def forward(self, x: torch.Tensor, valid: torch.Tensor | None = None) -> torch.Tensor:
            return self.conv(x).mean(dim=2)

    encoder = Plain().eval()
    place, passed = survey(encoder, Flow("waveform", 1, length=40, rate=1e3))
    seen = reached(encoder.conv, 40)
    assert place.cells == (len(seen),)
    np.testing.assert_allclose(cell_centres(passed.time, 40, len(seen))[3:-3], seen[3:-3])


def test_shortcuts_of_residual_blocks_keep_the_centres():
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.ways = nn.ModuleList(
                [
                    nn.Sequential(nn.Conv1d(1, 1, 3, 2, padding=1), nn.Conv1d(1, 1, 3, padding=1)),
                    nn.Conv1d(1, 1, 1, 2),
                ]
            )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.ways[0](x) + self.ways[1](x)

    class Residual(Encoder):
        def __init__(self) -> None:
            super().__init__()
            self.blocks = nn.Sequential(Block(), Block())

        def forward(self, x: torch.Tensor, valid: torch.Tensor | None = None) -> torch.Tensor:
            return self.blocks(x).mean(dim=2)

    encoder = Residual().eval()
    place, passed = survey(encoder, Flow("waveform", 1, length=96, rate=1e3))
    seen = reached(encoder.blocks, 96)
    assert place.cells == (len(seen),)
    centres = cell_centres(passed.time, 96, len(seen))
    np.testing.assert_allclose(centres[3:-3], seen[3:-3])
    assert abs(centres - even_centres(96, len(seen))).min() > 1


def test_layers_that_are_no_chain_divide_evenly():
    np.testing.assert_allclose(cell_centres([Sliding(99, 3, 2, 1)], 64, 4), even_centres(64, 4))
    np.testing.assert_allclose(cell_centres([Sliding(64, 3, 2, 1)], 64, 4), even_centres(64, 4))


@pytest.mark.parametrize("strides", [1, 2, [2, 1, 2]])
def test_blocks_of_convolution_are_measured(strides):
    torch.manual_seed(0)
    encoder = ConvBlocks1d(
        Flow("waveform", 1, length=240, rate=1e3), widths=(4, 4, 4), pool_strides=strides
    ).eval()
    place, passed = survey(encoder, Flow("waveform", 1, length=240, rate=1e3))
    assert place is not None
    assert place.passed == passed
    centres = cell_centres(passed.time, 240, place.cells[0])
    quiet = encoder_map(encoder, place, torch.zeros(1, 1, 240))
    for sample in (60, 121, 180):
        x = torch.zeros(1, 1, 240)
        x[0, 0, sample] = 100.0
        moved = (encoder_map(encoder, place, x) - quiet).abs().sum(dim=1)[0].numpy()
        middle = (centres * moved).sum() / moved.sum()
        assert abs(middle - sample) <= max(1.5, (centres[1] - centres[0]) / 2)


def encoder_map(encoder: Encoder, place, x: torch.Tensor) -> torch.Tensor:
    found = []
    handle = place.module.register_forward_hook(lambda *given: found.append(given[2]))
    with torch.no_grad():
        encoder(x)
    handle.remove()
    made = found[place.call]
    return made[0] if isinstance(made, tuple) else made


def test_spectrogram_cells_lie_at_second_and_hertz():
    flow = Flow("waveform", 1, length=16_000, rate=16_000.0)
    encoder = MelCNN(flow, n_fft=512, hop=128, bank=Mel(32, scale="htk", area="peak"), widths=(4, 4)).eval()
    place, passed = survey(encoder, flow)
    assert place is not None
    assert place.cells == (8, 30)
    assert place.call == 1
    assert passed.bands is encoder.bands
    centres = cell_centres(place.passed.time, 16_000, 30)
    # Four frames a cell: the middle of frames 0 … 3 is sample (0 + 384 + 512) / 2 - 0.5.
    assert centres[0] == pytest.approx(447.5)
    assert centres[1] - centres[0] == 512


def test_pictures_tables_and_backbones():
    picture = Flow("image", 3, size=(64, 96))
    assert survey(SmallCNN2d(picture), picture)[0].cells == (4, 6)
    backbone = TorchvisionBackbone(picture).eval()
    place, _ = survey(backbone, picture)
    assert place.cells == (2, 3)
    assert place.module is backbone.network.layer4
    assert survey(TableMLP(Flow("table", 5)).eval(), Flow("table", 5))[0] is None
    wave = Flow("waveform", 2, length=64, rate=1e3)
    assert survey(Statistics(wave).eval(), wave)[0] is None


def test_a_survey_leaves_no_hooks():
    flow = Flow("waveform", 1, length=64, rate=1e3)
    encoder = ConvBlocks1d(flow)
    survey(encoder.eval(), flow)
    assert not any(module._forward_hooks for module in encoder.modules())
