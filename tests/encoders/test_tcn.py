"""TCN: causality and receptive field by gradients, a block written out, padding."""

import warnings
from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from weldfusion.data.flow import Flow
from weldfusion.encoders.tcn import TCN, CausalBlock
from weldfusion.errors import ConfigError, WeldfusionWarning
from weldfusion.testing import check_encoder


def waveform(length: int) -> Flow:
    return Flow("waveform", 2, length=length)


@pytest.mark.parametrize(("kernel", "blocks"), [(2, 3), (3, 3), (4, 2)])
def test_a_step_sees_its_receptive_field_and_nothing_after_it(kernel, blocks):
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeldfusionWarning)
        encoder = TCN(waveform(80), 6, blocks, kernel, out="tokens").eval().double()
    for block in encoder.blocks:
        for parameter in block.parameters():
            parameter.data.abs_()
    x = torch.rand(1, 2, 80, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(encoder(x)[0, 60].sum(), x)
    reached = (gradient[0].abs().sum(dim=0) > 0).nonzero().flatten()
    assert reached.tolist() == list(range(61 - encoder.receptive_field, 61))


def test_a_block_written_out():
    torch.manual_seed(0)
    block = CausalBlock(2, 4, kernel=3, dilation=2, dropout=0.0, weight_norm=True)
    x = torch.randn(3, 2, 15)
    y = x
    for conv in (block.first, block.second):
        direction = conv.parametrizations.weight.original1
        length = conv.parametrizations.weight.original0
        weight = length * direction / direction.flatten(1).norm(dim=1).view(-1, 1, 1)
        full = F.conv1d(y, weight, conv.bias, padding=4, dilation=2)
        y = F.relu(full[..., :15])
    expected = F.relu(y + F.conv1d(x, block.shortcut.weight, block.shortcut.bias))
    torch.testing.assert_close(block(x, None), expected)


@pytest.mark.parametrize("norm", ["weight", "none"])
@pytest.mark.parametrize("out", ["tokens", "last", "mean"])
def test_contract(norm, out):
    check_encoder(partial(TCN, width=5, norm=norm, out=out), waveform(30))
    check_encoder(partial(TCN, width=5, norm=norm, out=out), Flow.tokens(12, 3))


@pytest.mark.parametrize("out", ["tokens", "last", "mean"])
@pytest.mark.parametrize(("start", "end"), [(0, 21), (9, 30), (4, 25)])
def test_a_padded_signal_gives_the_same_as_the_signal_alone(out, start, end):
    torch.manual_seed(0)
    padded = TCN(waveform(30), 5, 4, 3, out=out).eval()
    alone = TCN(waveform(end - start), 5, 3, 3, out=out).eval()
    alone.load_state_dict({k: v for k, v in padded.state_dict().items() if not k.startswith("blocks.3")})
    padded.blocks = padded.blocks[:3]
    x = torch.full((1, 2, 30), torch.nan)
    x[..., start:end] = torch.randn(2, end - start)
    place = torch.arange(30)
    valid = ((place >= start) & (place < end)).unsqueeze(0)
    found = padded(x, valid)
    if out == "tokens":
        assert (found[~valid] == 0).all()
        found = found[valid].unsqueeze(0)
    torch.testing.assert_close(found, alone(x[..., start:end]), atol=1e-6, rtol=1e-5)


def test_last_and_mean_of_the_tokens():
    torch.manual_seed(0)
    tokens, last, mean = (TCN(waveform(30), 5, out=out).eval() for out in ("tokens", "last", "mean"))
    last.load_state_dict(tokens.state_dict())
    mean.load_state_dict(tokens.state_dict())
    x = torch.randn(2, 2, 30)
    assert torch.equal(last(x), tokens(x)[:, -1])
    torch.testing.assert_close(mean(x), tokens(x).mean(dim=1))


def test_depth_follows_the_window():
    assert [TCN(waveform(length)).receptive_field for length in (5, 6, 13, 14)] == [5, 13, 13, 29]
    with pytest.raises(ConfigError, match="4 of kernel 3 see 61 samples, the window has 29; 3 see all of it"):
        TCN(waveform(29), blocks=4)
    with pytest.raises(ConfigError, match="2 of kernel 3 see 13 samples of the window's 29; 3 see all"):
        TCN(waveform(29), blocks=2, out="last")
    with pytest.warns(WeldfusionWarning, match="2 of kernel 3 see 13 samples of the window's 29"):
        TCN(waveform(29), blocks=2)


def test_weight_norm_can_be_left_out():
    names = [name for name, _ in TCN(waveform(5), norm="none").named_parameters()]
    assert "blocks.0.first.weight" in names
    assert not any("original" in name for name in names)
    assert isinstance(TCN(waveform(5), width=2).blocks[0].shortcut, nn.Identity)


@pytest.mark.parametrize(
    ("arguments", "told"), [({"kernel": 1}, "kernel is 1"), ({"blocks": 0}, "blocks is 0")]
)
def test_settings_that_cannot_work(arguments, told):
    with pytest.raises(ConfigError, match=told):
        TCN(waveform(29), **arguments)
    with pytest.raises(ConfigError, match="not table"):
        TCN(Flow("table", 3))
