"""Standardisation against scikit-learn, and its errors."""

import numpy as np
import pytest
import torch
from sklearn.preprocessing import StandardScaler

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.layers.standardise import Standardise


def test_a_table_is_standardised_like_scikit_learn_does():
    values = np.random.default_rng(0).normal(5, 3, (20, 4)).astype(np.float32)
    values[:, 2] = 7.0
    scaler = StandardScaler().fit(values)
    layer = Standardise(Flow("table", 4))
    layer.fit(values.mean(axis=0), values.std(axis=0))
    found = layer(torch.as_tensor(values)).numpy()
    np.testing.assert_allclose(found, scaler.transform(values), atol=1e-5)
    assert sum(p.numel() for p in layer.parameters()) == 0


@pytest.mark.parametrize(
    ("flow", "axis"),
    [
        (Flow("waveform", 2, length=8), 1),
        (Flow("image", 2, size=(4, 3)), 1),
        (Flow("image", 2, size=(4, 3), count=5), 2),
    ],
)
def test_channels_are_found_in_every_kind(flow, axis):
    layer = Standardise(flow)
    layer.fit(np.array([1.0, 10.0]), np.array([2.0, 5.0]))
    found = layer(torch.full((3, *flow.shape), 11.0)).movedim(axis, 0)
    assert found[0].unique().tolist() == [5.0]
    assert found[1].unique().tolist() == pytest.approx([0.2])


def test_eight_bit_images_count_from_0_to_1():
    layer = Standardise(Flow("image", 1, size=(1, 2)))
    found = layer(torch.tensor([[[[0, 255]]]], dtype=torch.uint8))
    assert found.flatten().tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("mean", "std", "told"),
    [([0.0], [1.0, 1.0], "mean has shape"), ([0.0, float("nan")], [1.0, 1.0], "mean is not finite")],
)
def test_bad_statistics_are_refused(mean, std, told):
    with pytest.raises(ConfigError, match=told):
        Standardise(Flow("table", 2)).fit(np.array(mean), np.array(std))
