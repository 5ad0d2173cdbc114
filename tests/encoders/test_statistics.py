"""Statistics against numpy on the valid samples alone."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from weldfusion.data.flow import Flow
from weldfusion.encoders.statistics import Statistics, waveform_statistics
from weldfusion.errors import ConfigError


@settings(max_examples=40, deadline=None)
@given(
    length=st.integers(12, 60),
    missing=st.floats(0, 0.7),
    segments=st.integers(1, 8),
    seed=st.integers(0, 2**31 - 1),
)
def test_numpy_on_the_valid_samples(length: int, missing: float, segments: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, 3, length))
    valid = rng.random((2, length)) >= missing
    valid[:, : segments + 2] = True
    found = waveform_statistics(torch.tensor(x), torch.tensor(valid), (0.1, 0.5), segments).numpy()
    for row in range(2):
        kept = x[row][:, valid[row]]
        count = kept.shape[1]
        time = np.linspace(-1, 1, count)
        part = np.arange(count) * segments // count
        expected = [
            [
                channel.mean(),
                channel.std(),
                np.polyfit(time, channel, 1)[0],
                *np.quantile(channel, [0, 0.1, 0.5, 1]),
                *[channel[part == k].mean() for k in range(segments)],
            ]
            for channel in kept
        ]
        np.testing.assert_allclose(found[row, :-1], np.ravel(expected), atol=1e-6)
        assert found[row, -1] == pytest.approx(valid[row].mean())


def test_features_are_standardised() -> None:
    encoder = Statistics(Flow("waveform", 1, length=50)).train()
    x = 5 + 3 * torch.randn(4000, 1, 50, generator=torch.Generator().manual_seed(0))
    out = encoder(x)[:, :-1]
    assert out.mean(dim=0).abs().max() < 1e-4
    assert (out.std(dim=0) - 1).abs().max() < 1e-2


def test_a_wrong_flow_or_number_is_told() -> None:
    with pytest.raises(ConfigError, match="takes a waveform of known length, not table"):
        Statistics(Flow("table", 3))
    with pytest.raises(ConfigError, match="segments must lie between 1 and 8 samples, is 9"):
        Statistics(Flow("waveform", 1, length=8), segments=9)
