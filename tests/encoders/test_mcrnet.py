"""MCRNet: sizes, the stem on frames, masks of frames, and a deployed copy in a whole fusion model."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from weldfusion.data.batch import Batch, Truth, Where
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.mcrnet import MCRNet, fitting_places
from weldfusion.encoders.spectrogram_backbone import SpectrogramBackbone
from weldfusion.errors import ConfigError
from weldfusion.layers.reparam import deploy, is_deployed
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.testing import check_encoder
from weldfusion.testing.samples import random_batch, some
from weldfusion.training.predictor import Predictor

VIDEO = Flow("image", 1, size=(40, 32), count=3)
FLOWS = {"camera": VIDEO, "spectrum": Flow("image", 2, size=(32, 24)), "settings": Flow("table", 3)}
TARGETS = {
    "width": TargetSpec("width", "real", unit="mm"),
    "quality": TargetSpec("quality", "class", classes=("good", "poor", "bad")),
}


def small(flow, **settings):
    return MCRNet(flow, widths=(4, 8), stem=4, size=6, **settings)


def count(module):
    return sum(p.numel() for p in module.parameters())


def test_parameters_of_the_video_tower():
    with torch.device("meta"):
        tower = MCRNet(Flow("image", 1, size=(256, 256), count=3))
    head = count(tower.project)
    assert count(tower) == 2_154_256
    assert head == 256 * 128 + 128 + 2 * 128
    assert count(tower) == pytest.approx(2.15e6, rel=0.005)


@pytest.mark.parametrize("without", ["branches", "excitation"])
def test_without_a_part_its_weights_are_gone(without):
    """By hand for stages 4 and 8 of two blocks; excitations have 4 hidden units."""
    pairs = ((4, 4), (4, 4), (4, 8), (8, 8))
    identities = sum(2 * width for _, width in (pairs[1], pairs[3]))
    branches = sum((3 + 3 + 1) * channels * width + 3 * 2 * width for channels, width in pairs) + identities
    excitations = sum(2 * 4 * width + 4 + width for _, width in pairs)
    gone = {"branches": branches, "excitation": excitations}[without]
    assert count(small(VIDEO)) - count(small(VIDEO, without=without)) == gone
    check_encoder(partial(small, without=without), VIDEO)


@pytest.mark.parametrize("frames", [3, 5])
@pytest.mark.parametrize("out", ["features", "maps"])
def test_contract_on_sequences(frames, out):
    flow = Flow("image", 1, size=(40, 32), count=frames)
    check_encoder(partial(small, out=out), flow)


def test_contract_on_sound_as_a_picture():
    make = partial(SpectrogramBackbone, backbone=small, n_fft=256, hop=64)
    check_encoder(make, Flow("waveform", 2, length=1500, rate=16_000.0))


@pytest.mark.parametrize("size", [(40, 32), (33, 17), (5, 1)])
def test_maps_are_as_large_as_promised(size):
    encoder = small(Flow("image", 2, size=size), out="maps").eval()
    assert encoder(torch.zeros(2, 2, *size)).shape == (2, *encoder.out.shape)


def test_three_frames_on_the_depth_axis_are_three_channels_of_a_2d_convolution():
    torch.manual_seed(0)
    encoder, frames = small(VIDEO).eval(), torch.randn(2, 3, 1, 40, 32)
    flat = nn.functional.conv2d(frames.squeeze(2), encoder.stem.weight.squeeze(1), stride=2, padding=1)
    found = encoder.stem(frames.transpose(1, 2)).squeeze(2)
    torch.testing.assert_close(found, flat)


def test_a_single_image_is_a_sequence_of_one():
    torch.manual_seed(0)
    one = small(Flow("image", 2, size=(40, 32))).eval()
    sequence = small(Flow("image", 2, size=(40, 32), count=1), depth=1).eval()
    sequence.load_state_dict(one.state_dict())
    x = torch.randn(3, 2, 40, 32)
    torch.testing.assert_close(sequence(x.unsqueeze(1)), one(x))


def test_a_padded_sequence_gives_the_same_as_the_sequence_alone():
    torch.manual_seed(0)
    padded = small(Flow("image", 1, size=(40, 32), count=6)).eval()
    alone = small(Flow("image", 1, size=(40, 32), count=4)).eval()
    alone.load_state_dict(padded.state_dict())
    x = torch.randn(2, 6, 1, 40, 32)
    valid = (torch.arange(6) < 4).expand(2, 6)
    torch.testing.assert_close(padded(x, valid), alone(x[:, :4]))


def test_the_order_of_frames_counts():
    torch.manual_seed(0)
    encoder, x = small(VIDEO).eval(), torch.randn(1, 3, 1, 40, 32)
    assert float((encoder(x) - encoder(x.flip(1))).detach().abs().max()) > 1e-3


@pytest.mark.parametrize(
    ("valid", "places"),
    [
        ("11111", "111"),
        ("01111", "011"),
        ("10111", "111"),
        ("11000", "110"),
        ("00001", "001"),
        ("00000", "000"),
    ],
)
def test_places_of_the_stem(valid, places):
    found = fitting_places(torch.tensor([[mark == "1" for mark in valid]]), 3)
    assert found.tolist() == [[mark == "1" for mark in places]]


@pytest.mark.parametrize(
    ("flow", "settings", "told"),
    [
        (Flow("image", 1, size=(40, 32), count=2), {}, "2 frames are shorter than the stem's depth 3"),
        (Flow("waveform", 1, length=9, rate=1.0), {}, "not waveform"),
        (Flow("image", 1), {}, "known size"),
        (VIDEO, {"blocks": 0}, "blocks 0"),
        (VIDEO, {"widths": ()}, "at least one"),
        (VIDEO, {"without": "branch"}, "did you mean branches"),
    ],
)
def test_what_cannot_be_built(flow, settings, told):
    with pytest.raises(ConfigError, match=told):
        MCRNet(flow, **settings)


def settled(network, given):
    """In eval mode, with normalisations of exactly the statistics of `given`."""
    for part in network.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.momentum = 1.0
    with torch.no_grad():
        network(given)
    return network.eval()


def trained(seed=0):
    """A fusion model of three sensors whose normalisations have seen a batch."""
    torch.manual_seed(seed)
    model = FusionModel(FLOWS, TARGETS, Parts(encoders={"camera": small, "spectrum": small}))
    return settled(model, random_batch(FLOWS, TARGETS, some(FLOWS, seed), 10 * seed))


@torch.no_grad()
def test_a_deployed_fusion_model_gives_the_same():
    model = trained()
    deployed = deploy(model)
    assert is_deployed(deployed)
    assert count(deployed) < count(model)
    for number in range(5):
        batch = random_batch(FLOWS, TARGETS, some(FLOWS, number), 100 + number)
        for name, expected in model(batch).items():
            reach = float(expected.max() - expected.min())
            torch.testing.assert_close(deployed(batch)[name], expected, atol=1e-4 * reach, rtol=0)


@torch.no_grad()
def test_the_whole_network_as_published_is_equal_in_float32_and_float64():
    torch.manual_seed(0)
    tower, x = MCRNet(Flow("image", 1, size=(64, 64), count=3)), torch.randn(4, 3, 1, 64, 64)
    settled(tower, torch.randn(4, 3, 1, 64, 64))
    for kind, most in ((torch.float32, 1e-4), (torch.float64, 1e-10)):
        network = tower.to(kind)
        expected = network(x.to(kind))
        gap = (deploy(network)(x.to(kind)) - expected).abs().max()
        assert float(gap / (expected.max() - expected.min())) < most


def test_the_state_of_a_deployed_model_goes_into_another_one_and_only_there():
    model = trained()
    deployed, batch = deploy(model), random_batch(FLOWS, TARGETS, some(FLOWS, 0), 7)
    fresh = trained(seed=1)
    with pytest.raises(RuntimeError, match="Missing key"):
        fresh.load_state_dict(deployed.state_dict())
    twin = deploy(fresh)
    twin.load_state_dict(deployed.state_dict())
    with torch.no_grad():
        for name, expected in deployed(batch).items():
            assert torch.equal(twin(batch)[name], expected)


class Twelve:
    """Twelve windows of four welds with all sensors."""

    def __len__(self):
        return 12

    def __getitems__(self, indices):
        index = np.asarray(indices)
        drawn = [random_batch(FLOWS, TARGETS, some(FLOWS, 0), int(i)) for i in index]
        pick = lambda given: torch.cat([one[:1] for one in given])  # noqa: E731
        nothing = np.zeros(len(index))
        return Batch(
            inputs={n: pick([one.inputs[n] for one in drawn]) for n in FLOWS},
            present={n: pick([one.present[n] for one in drawn]) for n in FLOWS},
            valid={n: pick([one.valid[n] for one in drawn]) for n in drawn[0].valid},
            targets={
                n: Truth(*(pick([getattr(one.targets[n], f) for one in drawn]) for f in ("value", "known")))
                for n in TARGETS
            },
            where=Where(index // 3, index // 3, index, nothing, nothing, nothing, nothing),
        )


def test_predictions_of_a_deployed_copy_are_those_of_the_run():
    model = trained()
    frames = [
        Predictor(network, {"quality": 1.7}, "fold0", 0).predict(Twelve(), batch_size=5)
        for network in (model, deploy(model))
    ]
    same = [column for column in frames[0].columns if column != "value"]
    assert frames[0][same].equals(frames[1][same])
    values = [frame["value"].to_numpy(dtype=float) for frame in frames]
    np.testing.assert_allclose(values[1], values[0], atol=1e-4 * np.ptp(values[0]))
