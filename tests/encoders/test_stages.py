"""Stages for sharing: sub-modules, with all that an encoder learns, that a second one can take over."""

from functools import partial

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.folded import FoldedResCNN
from weldfusion.encoders.inverted import InvertedSpectrum
from weldfusion.encoders.lenet import LeNet
from weldfusion.encoders.residual1d import ResidualCNN1d
from weldfusion.encoders.segmented import SegmentedBackbone
from weldfusion.encoders.table import TableMLP
from weldfusion.encoders.tcn import TCN
from weldfusion.encoders.timm_backbone import TimmBackbone
from weldfusion.encoders.transformer import PatchTransformer, TransformerEncoder
from weldfusion.encoders.vgg_se import VGGSE
from weldfusion.layers.shared_stages import share_stages

SERIES, PICTURE = Flow("waveform", 2, length=64), Flow("image", 1, size=(32, 32))
CASES = {
    "folded": (FoldedResCNN, SERIES, 6),
    "spectrum": (InvertedSpectrum, SERIES, 2),
    "residual": (ResidualCNN1d, SERIES, 7),
    "patches": (PatchTransformer, SERIES, 3),
    "transformer": (TransformerEncoder, Flow.tokens(6, 3), 3),
    "tcn": (TCN, SERIES, 5),
    "table": (TableMLP, Flow("table", 4), 2),
    "lenet": (LeNet, PICTURE, 4),
    "vgg": (partial(VGGSE, widths=(8, 16), convolutions=(1, 2)), PICTURE, 2),
    "segmented": (partial(SegmentedBackbone, backbone=LeNet), PICTURE, 4),
    "timm": (partial(TimmBackbone, name="resnet18"), PICTURE, 6),
}


@pytest.mark.parametrize("case", CASES)
def test_all_stages_shared_leave_one_set_of_weights(case):
    make, flow, count = CASES[case]
    if case == "timm":
        pytest.importorskip("timm")
    torch.manual_seed(0)
    first, second = make(flow).eval(), make(flow).eval()
    x = torch.randn(2, *flow.shape)
    assert not torch.allclose(first(x), second(x))
    assert len(second.stages()) == count
    share_stages(second, first, second.stages(), "shared")
    theirs = dict(first.named_parameters())
    assert all(ours is theirs[name] for name, ours in second.named_parameters() if ours.requires_grad)
    if case == "segmented":
        second.segmenter.load_state_dict(first.segmenter.state_dict())
    torch.testing.assert_close(second(x), first(x))
