"""Tokens that are channels are told as channels, never as moments."""

from functools import partial

import numpy as np
import pytest

from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.conv1d import ConvBlocks1d
from weldfusion.encoders.dlinear import DLinear
from weldfusion.encoders.inverted import InvertedSpectrum
from weldfusion.explain.attention import known_cells
from weldfusion.explain.explanation import Axis
from weldfusion.explain.sources import sources, token_axis
from weldfusion.fusion.one_way_attention import OneWayAttention
from weldfusion.signals.channel_selection import ChannelSelection
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts

FLOWS = {
    "force": Flow("waveform", 1, length=32, rate=100.0),
    "spectrum": Flow("waveform", 6, length=32, rate=100.0),
}
STATE = {"state": TargetSpec("state", "class", classes=("good", "bad"))}
SPECTRUM = partial(InvertedSpectrum, size=8, hidden=8, out="tokens")


def model(count=None, spectrum=SPECTRUM, exchange=True):
    parts = Parts(
        select={"spectrum": ChannelSelection(count=count)},
        encoders={"force": partial(ConvBlocks1d, widths=(8,), out="tokens"), "spectrum": spectrum},
        exchange=partial(OneWayAttention, query="force", keys="spectrum") if exchange else None,
    )
    return FusionModel(FLOWS, STATE, parts).eval()


@pytest.mark.parametrize(
    ("count", "centres"), [(None, [np.nan, 1, np.nan, 3, 4, np.nan]), (4, [1, 3, 4, np.nan])]
)
def test_axis_has_the_numbers_of_the_recording(count, centres):
    network = model(count)
    network.selected["spectrum"].fit([1, 3, 4])
    axis = token_axis(network, "spectrum", count or 6, 0.32)
    assert (axis.name, axis.unit) == ("channel", "")
    np.testing.assert_array_equal(axis.centres, centres)
    source = sources(network)["spectrum"]
    assert not source.over_time
    np.testing.assert_array_equal(source.axes(0.32)[0].centres, centres)
    assert token_axis(network, "force", network.stem_flows["force"].length, 0.32).name == "time"


@pytest.mark.parametrize("encoder", [partial(InvertedSpectrum, size=8, hidden=8), DLinear])
def test_features_of_channels_have_no_map_over_time(encoder):
    assert sources(model(spectrum=encoder, exchange=False))["spectrum"] is None


def test_empty_cells_go():
    weights = np.arange(12.0).reshape(1, 3, 4)
    key = Axis("channel", "", np.array([0.0, np.nan, 2.0, np.nan]))
    found, query, kept = known_cells(weights, Axis("time", "s", np.arange(3.0)), key)
    np.testing.assert_array_equal(found, weights[:, :, [0, 2]])
    assert (len(query.centres), kept.centres.tolist()) == (3, [0.0, 2.0])
