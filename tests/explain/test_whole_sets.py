"""Maps of encoders that take all images of a set at once."""

from functools import partial

import numpy as np
import torch
from torch import nn

from tests.explain.test_maps import one_window, reference
from weldfusion.data.batch import Batch
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.encoder import Encoder
from weldfusion.encoders.side_by_side import SideBySide
from weldfusion.encoders.views import Views
from weldfusion.explain.maps import batch_maps
from weldfusion.explain.sources import sources
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts

FLOWS = {"frames": Flow("image", 1, size=(16, 24), count=3), "settings": Flow("table", 2)}
TARGETS = {"force": TargetSpec("force", "real", unit="N")}


class Frames(Encoder):
    """A convolution over all frames, then one over the picture."""

    whole_sets = True

    def __init__(self, flow):
        super().__init__()
        self.first = nn.Conv3d(flow.channels, 4, (flow.count, 3, 3), stride=2)
        self.second = nn.Conv2d(4, 5, 3)
        self.out = Flow.features(5)

    def forward(self, x, valid=None):
        if valid is not None:
            x = x.masked_fill(~valid[:, :, None, None, None], 0.0)
        return self.second(torch.relu(self.first(x.transpose(1, 2)).squeeze(2))).mean(dim=(2, 3))


def model_of(encoder, trunks=None):
    torch.manual_seed(0)
    return FusionModel(FLOWS, TARGETS, Parts(encoders={"frames": encoder}, trunks=trunks)).eval()


def windows():
    draw = torch.Generator().manual_seed(1)
    inputs = {name: torch.randn(4, *flow.shape, generator=draw) for name, flow in FLOWS.items()}
    present = {name: torch.ones(4, dtype=torch.bool) for name in FLOWS}
    present["frames"][2] = False
    valid = torch.ones(4, 3, dtype=torch.bool)
    valid[1, 2] = False
    return Batch(inputs, present, {"frames": valid}, {})


def test_one_map_a_window_equal_to_a_plain_reference():
    model, x = model_of(Frames), windows()
    source = sources(model)["frames"]
    assert [axis.name for axis in source.axes(1.0)] == ["row", "column"]
    found = batch_maps(model, {"frames": source}, x)["frames", "force", ""]
    assert found.shape == (4, *(len(axis.centres) for axis in source.axes(1.0)))
    assert np.isnan(found[2]).all()
    for number in (0, 1, 3):
        expected = reference(model, source, one_window(x, number), "force", 0, "frames")
        np.testing.assert_allclose(found[number], expected[0], rtol=1e-4, atol=1e-7)


def test_views_are_weighed_one_by_one():
    encoder = partial(Views, encoder=partial(SmallCNN2d, widths=(4,)))
    for trunks in (None, {"frames": SideBySide}):
        model, x = model_of(encoder, trunks), windows()
        found = sources(model)
        assert [axis.name for axis in found["frames"].axes(1.0)] == ["picture"]
        maps = batch_maps(model, found, x)["frames", "force", ""]
        assert maps.shape == (4, 3)
        assert np.isfinite(maps[[0, 3]]).all()
        assert maps[1, 2] == 0 or np.isnan(maps[1, 2])
