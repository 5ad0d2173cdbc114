"""Recurrent encoders: published counts, an LSTM step by step in numpy, gaps left out by hand."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.recurrent import Recurrent
from weldfusion.errors import ConfigError
from weldfusion.testing import check_encoder

SERIES = Flow("waveform", 1, length=20)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_in_numpy(cells: nn.LSTM, x: np.ndarray) -> np.ndarray:
    """States (L, H) of one sequence (L, C); the gates in torch's order i, f, g, o."""
    wi, wh = cells.weight_ih_l0.detach().numpy(), cells.weight_hh_l0.detach().numpy()
    bias = (cells.bias_ih_l0 + cells.bias_hh_l0).detach().numpy()
    h = c = np.zeros(cells.hidden_size)
    found = []
    for step in x:
        i, f, g, o = np.split(wi @ step + wh @ h + bias, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        found.append(h)
    return np.array(found)


@pytest.mark.parametrize(("cell", "count"), [("lstm", 733), ("rnn", 193)])
def test_counts_of_the_depth_forecast(cell, count):
    encoder = Recurrent(SERIES, size=12, cell=cell, out="tokens")
    head = nn.Linear(encoder.out.channels, 1)
    assert sum(p.numel() for part in (encoder, head) for p in part.parameters()) == count


def test_lstm_step_by_step():
    torch.manual_seed(0)
    encoder = Recurrent(Flow("waveform", 2, length=20), size=5, out="tokens").eval()
    x = torch.randn(3, 2, 20)
    for one, found in zip(x, encoder(x).detach(), strict=True):
        np.testing.assert_allclose(found, lstm_in_numpy(encoder.cells, one.numpy().T), atol=1e-6)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("out", ["tokens", "last", "mean"])
def test_invalid_steps_are_as_if_they_were_not_there(cell, directions, out):
    torch.manual_seed(0)
    encoder = Recurrent(Flow("waveform", 2, length=20), 5, cell, 2, directions, out=out).eval()
    valid = torch.rand(4, 20) < 0.6
    valid[:, :4] = torch.tensor([False, True, False, True])
    x = torch.randn(4, 2, 20).masked_fill(~valid.unsqueeze(1), torch.nan)
    found = encoder(x, valid)
    for row in range(4):
        alone = encoder(x[row : row + 1][..., valid[row]])[0]
        kept = found[row, valid[row]] if out == "tokens" else found[row]
        torch.testing.assert_close(kept, alone, atol=1e-6, rtol=1e-5)
    if out == "tokens":
        assert (found[~valid] == 0).all()


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_last_is_the_final_state_of_torch(cell):
    torch.manual_seed(0)
    encoder = Recurrent(Flow.tokens(9, 3), 4, cell, directions=2, out="last").eval()
    x = torch.randn(2, 9, 3)
    final = encoder.cells(x)[1]
    state = final[0] if cell == "lstm" else final
    torch.testing.assert_close(encoder(x), torch.cat([state[0], state[1]], dim=1))


@pytest.mark.parametrize("flow", [Flow("waveform", 2, length=20), Flow.tokens(20, 2)])
@pytest.mark.parametrize("out", ["tokens", "last", "mean"])
def test_contract(flow, out):
    check_encoder(partial(Recurrent, size=4, directions=2, out=out), flow)


def test_dropout_of_a_single_layer_drops():
    torch.manual_seed(0)
    encoder = Recurrent(SERIES, size=12, dropout=0.5, out="tokens").train()
    share = (encoder(torch.randn(8, 1, 20)) == 0).float().mean()
    assert 0.4 < share < 0.6


def test_a_sample_without_a_valid_step_is_zero():
    valid = torch.zeros(2, 20, dtype=torch.bool)
    for out in ("tokens", "last", "mean"):
        assert (Recurrent(SERIES, out=out)(torch.full((2, 1, 20), torch.nan), valid) == 0).all()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"cell": "lsmt"}, "cell is 'lsmt'; did you mean lstm"),
        ({"layers": 0}, "layers is 0"),
        ({"directions": 3}, "directions 3"),
    ],
)
def test_settings_that_cannot_work(arguments, told):
    with pytest.raises(ConfigError, match=told):
        Recurrent(SERIES, **arguments)
    with pytest.raises(ConfigError, match="not table"):
        Recurrent(Flow("table", 3))
