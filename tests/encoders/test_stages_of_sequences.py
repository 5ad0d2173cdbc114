"""Stages for sharing: every encoder of sequences lists sub-modules that a second one can take over."""

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.folded import FoldedResCNN
from weldfusion.encoders.inverted import InvertedSpectrum
from weldfusion.encoders.residual1d import ResidualCNN1d
from weldfusion.encoders.table import TableMLP
from weldfusion.encoders.tcn import TCN
from weldfusion.encoders.transformer import PatchTransformer, TransformerEncoder
from weldfusion.layers.shared_stages import share_stages

SERIES = Flow("waveform", 2, length=64)
CASES = [
    (FoldedResCNN, SERIES, 6),
    (InvertedSpectrum, SERIES, 2),
    (ResidualCNN1d, SERIES, 7),
    (PatchTransformer, SERIES, 3),
    (TransformerEncoder, Flow.tokens(6, 3), 3),
    (TCN, SERIES, 5),
    (TableMLP, Flow("table", 4), 2),
]


@pytest.mark.parametrize(("make", "flow", "count"), CASES, ids=lambda case: getattr(case, "__name__", None))
def test_all_stages_shared_leave_one_set_of_weights(make, flow, count):
    torch.manual_seed(0)
    first, second = make(flow).eval(), make(flow).eval()
    x = torch.randn(2, *flow.shape)
    assert not torch.allclose(first(x), second(x))
    assert len(second.stages()) == count
    share_stages(second, first, second.stages(), "shared")
    torch.testing.assert_close(second(x), first(x))
