"""Channels as tokens: the spec's counts, and that channels have no order."""

from functools import partial

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.inverted import InvertedSpectrum
from weldfusion.errors import ConfigError
from weldfusion.testing import check_encoder

SMALL = Flow("waveform", 7, length=30)


def test_counts_of_the_paper_size():
    with torch.device("meta"):
        encoder = InvertedSpectrum(Flow("waveform", 256, length=560), 768, 1536, 1, 8, 4.0)
    assert sum(p.numel() for p in encoder.embed.parameters()) == 2_042_112
    assert sum(p.numel() for p in encoder.layers.parameters()) == 7_087_872
    assert sum(p.numel() for p in encoder.parameters()) == 2_042_112 + 7_087_872


@pytest.mark.parametrize("out", ["features", "tokens"])
@pytest.mark.parametrize("layers", [0, 2])
def test_contract(out, layers):
    check_encoder(partial(InvertedSpectrum, size=8, hidden=10, layers=layers, heads=2, out=out), SMALL)


def test_permuting_channels_permutes_tokens_and_leaves_features():
    torch.manual_seed(0)
    make = partial(InvertedSpectrum, SMALL, size=8, hidden=10, heads=2)
    tokens, features = make(out="tokens").eval().double(), make().eval().double()
    x, order = torch.randn(3, 7, 30, dtype=torch.float64), torch.randperm(7)
    torch.testing.assert_close(tokens(x[:, order]), tokens(x)[:, order], atol=1e-13, rtol=0)
    torch.testing.assert_close(features(x[:, order]), features(x), atol=1e-13, rtol=0)


@pytest.mark.parametrize("out", ["features", "tokens"])
def test_channels_that_are_dropped_are_as_if_never_there(out):
    """The same weights on a spectrum of the kept channels alone: no size depends on their number."""
    torch.manual_seed(0)
    encoder = InvertedSpectrum(SMALL, 8, 10, layers=2, heads=2, out=out).eval()
    fewer = InvertedSpectrum(Flow("waveform", 3, length=30), 8, 10, layers=2, heads=2, out=out).eval()
    fewer.load_state_dict(encoder.state_dict())
    kept, x = [1, 2, 5], torch.randn(2, 7, 30)
    valid = torch.zeros(2, 7, 30, dtype=torch.bool)
    valid[:, kept] = True
    valid[1, :, 20:] = False
    found, expected = encoder(x, valid), fewer(x[:, kept], valid[:, 1])
    assert (encoder(x) - found).abs().max() > 1e-3
    torch.testing.assert_close(found[:, kept] if out == "tokens" else found, expected)
    if out == "tokens":
        assert encoder.out_valid(valid).tolist() == [[n in kept for n in range(7)]] * 2


def test_without_layers_a_token_is_its_own_channel_only():
    torch.manual_seed(0)
    encoder = InvertedSpectrum(SMALL, 8, 10, layers=0, out="tokens").eval()
    x = torch.randn(1, 7, 30)
    other = x.clone()
    other[:, 3] += 1.0
    changed = (encoder(other) - encoder(x)).abs().amax(dim=-1)[0] > 1e-6
    assert changed.tolist() == [False, False, False, True, False, False, False]


def test_levels_are_kept():
    torch.manual_seed(0)
    encoder = InvertedSpectrum(SMALL, 8, 10).eval()
    x = torch.randn(1, 7, 30)
    assert not torch.allclose(encoder(x), encoder(x + 1.0), atol=1e-3)
    assert not torch.allclose(encoder(x), encoder(2.0 * x), atol=1e-3)


def test_a_window_sizes_the_embedding_and_nothing_valid_is_no_token():
    encoder = InvertedSpectrum(Flow("waveform", 7, length=41), out="tokens")
    assert encoder.embed[0].in_features == 41
    valid = torch.tensor([[True] * 41, [False] * 41])
    assert encoder.out_valid(valid).tolist() == [[True] * 7, [False] * 7]


def test_settings_that_cannot_work():
    with pytest.raises(ConfigError, match="not table"):
        InvertedSpectrum(Flow("table", 3))
    with pytest.raises(ConfigError, match="heads is 3"):
        InvertedSpectrum(SMALL, heads=3)
    with pytest.raises(ConfigError, match="layers is -1"):
        InvertedSpectrum(SMALL, layers=-1)
