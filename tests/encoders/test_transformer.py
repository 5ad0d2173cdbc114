"""Transformer encoders: counts of the series tower, masks, order of tokens, contract of each output."""

from functools import partial

import pytest
import torch

from weldfusion.data.flow import Flow
from weldfusion.encoders.patches import Patches
from weldfusion.encoders.transformer import PatchTransformer, TransformerEncoder
from weldfusion.errors import ConfigError
from weldfusion.testing import check_encoder

TOKENS = Flow.tokens(10, 6)


def count(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_counts_of_the_series_tower():
    with torch.device("meta"):
        tower = PatchTransformer(Flow("waveform", 2, length=1280))
        trunk = TransformerEncoder(Flow.tokens(80, 128), layers=1, position="none")
    assert count(tower.patches) == 2 * 16 * 128 + 128
    assert count(tower.encoder) == 80 * 128 + 2 * 198_272 + 2 * 128
    assert count(trunk) == 198_272 + 2 * 128
    assert tower.out == Flow.features(128)


@pytest.mark.parametrize("position", ["learned", "sine", "none"])
@pytest.mark.parametrize("out", ["features", "tokens"])
def test_contract(position, out):
    make = partial(TransformerEncoder, size=8, layers=1, heads=2, position=position, out=out)
    check_encoder(make, TOKENS)


def test_contract_of_patches_as_tokens():
    check_encoder(
        partial(PatchTransformer, size=8, patch=7, heads=2, out="tokens"), Flow("waveform", 2, length=60)
    )


def test_without_positions_tokens_have_no_order():
    torch.manual_seed(0)
    make = partial(TransformerEncoder, TOKENS, size=8, heads=2)
    plain, placed = make(position="none").eval().double(), make(position="sine").eval().double()
    x = torch.randn(3, 10, 6, dtype=torch.float64)
    turned = x[:, torch.randperm(10)]
    torch.testing.assert_close(plain(turned), plain(x), atol=1e-12, rtol=0)
    assert not torch.allclose(placed(turned), placed(x), atol=1e-3)


def test_a_padded_sequence_gives_the_same_as_the_sequence_alone():
    torch.manual_seed(0)
    padded = TransformerEncoder(TOKENS, size=8, heads=2, position="sine", out="tokens").eval()
    alone = TransformerEncoder(Flow.tokens(4, 6), size=8, heads=2, position="sine", out="tokens").eval()
    alone.load_state_dict(padded.state_dict())
    x = torch.full((1, 10, 6), torch.nan)
    x[:, :4] = torch.randn(4, 6)
    found = padded(x, (torch.arange(10) < 4).unsqueeze(0))
    torch.testing.assert_close(found[:, :4], alone(x[:, :4]), atol=1e-5, rtol=1e-4)
    assert (found[:, 4:] == 0).all()


def test_a_whole_waveform_is_its_patches_and_the_encoder():
    torch.manual_seed(0)
    flow = Flow("waveform", 2, length=60)
    whole = PatchTransformer(flow, 8, 7, 1, 2).eval()
    stem = Patches(flow, 8, 7)
    trunk = TransformerEncoder(stem.out, 8, 1, 2).eval()
    stem.load_state_dict(whole.patches.state_dict())
    trunk.load_state_dict(whole.encoder.state_dict())
    x = torch.randn(2, 2, 60)
    torch.testing.assert_close(trunk(stem(x)), whole(x))


@pytest.mark.parametrize(
    ("flow", "arguments", "told"),
    [
        (Flow("waveform", 1, length=60), {}, "PatchTransformer takes a waveform"),
        (Flow("table", 3), {}, "takes tokens, not table"),
        (TOKENS, {"layers": 0}, "layers is 0"),
        (TOKENS, {"heads": 5}, "heads is 5, which does not divide the 128 channels"),
        (TOKENS, {"position": "sines"}, "did you mean sine"),
    ],
)
def test_settings_that_cannot_work(flow, arguments, told):
    with pytest.raises(ConfigError, match=told):
        TransformerEncoder(flow, **arguments)
