"""The encoder that sees only what a trained segmenter outlines."""

from functools import partial

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.cnn2d import SmallCNN2d
from weldfusion.encoders.segmented import SegmentedBackbone
from weldfusion.encoders.torchvision_backbone import TorchvisionBackbone
from weldfusion.errors import ConfigError
from weldfusion.layers.pretrained import without_pretrained
from weldfusion.layers.segmenter import Segmenter
from weldfusion.testing import check_encoder

FLOW = Flow("image", 1, size=(32, 40))


@pytest.fixture
def file(tmp_path):
    torch.manual_seed(1)
    made = Segmenter(1, (4, 6), (16, 24))
    with torch.no_grad():  # more decided than at random
        made.network.last.weight *= 20
    torch.save(
        {
            "schema": 1, "model": made.state_dict(), "channels": 1, "widths": [4, 6], "size": [16, 24],
            "data": "plates", "welds": ["a"], "pictures": [],
        },
        tmp_path / "segmenter.pt",
    )  # fmt: skip
    return str(tmp_path / "segmenter.pt")


@pytest.mark.parametrize("mask", ["soft", "hard"])
def test_contract(file, mask):
    check_encoder(partial(SegmentedBackbone, segmenter=file, widths=(4, 6), mask=mask), FLOW)


def test_contract_around_another_backbone_without_a_file():
    backbone = partial(TorchvisionBackbone, name="shufflenet_v2_x0_5", out="maps")
    check_encoder(partial(SegmentedBackbone, backbone=backbone, widths=(4, 6)), FLOW)


def test_the_backbone_sees_the_picture_times_its_mask(file):
    made = SegmentedBackbone(FLOW, file, SmallCNN2d, (4, 6)).eval()
    x = torch.randn(3, 1, 32, 40)
    share = made.segmenter(x)
    torch.testing.assert_close(made(x), made.backbone(x * share))
    hard = SegmentedBackbone(FLOW, file, SmallCNN2d, (4, 6), "hard").eval()
    assert torch.equal(hard.masks(x), (share >= 0.5).float())
    assert 0 < float(hard.masks(x).mean()) < 1


def test_the_segmenter_learns_nothing_while_the_backbone_does(file):
    made = SegmentedBackbone(FLOW, file, widths=(4, 6)).train()
    before = {name: tensor.clone() for name, tensor in made.state_dict().items()}
    optimizer = torch.optim.SGD([p for p in made.parameters() if p.requires_grad], lr=0.1)
    for _ in range(2):
        made(torch.randn(4, 1, 32, 40)).square().sum().backward()
        optimizer.step()
    for name, tensor in made.state_dict().items():
        moved = not torch.equal(tensor, before[name])
        assert moved == name.startswith("backbone."), name


def test_a_finished_run_needs_the_file_no_more(file, tmp_path):
    made = SegmentedBackbone(FLOW, file, widths=(4, 6)).eval()
    with without_pretrained():
        again = SegmentedBackbone(FLOW, str(tmp_path / "gone.pt"), widths=(4, 6)).eval()
    again.load_state_dict(made.state_dict())
    x = torch.randn(2, 1, 32, 40)
    torch.testing.assert_close(again(x), made(x))


@pytest.mark.parametrize(
    ("flow", "arguments", "message"),
    [
        (Flow("table", 3), {}, "single images"),
        (FLOW, {"mask": "firm"}, "must be soft or hard"),
        (FLOW, {"widths": (4, 8)}, r"widths: are \[4, 8\]"),
        (Flow("image", 3, size=(32, 40)), {"widths": (4, 6)}, "takes pictures of 1 channels, these have 3"),
    ],
)
def test_what_does_not_fit_is_told(file, flow, arguments, message):
    with pytest.raises(ConfigError, match=message):
        SegmentedBackbone(flow, file, **arguments)
