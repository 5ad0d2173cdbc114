"""Bilinear poolings against the papers' arithmetic in numpy and their published sizes."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.mfb import MFB, signed_root
from weldfusion.fusion.mfh import MFH

FLOWS = {"current": Flow.features(3), "photo": Flow.features(4)}
HERE = {name: torch.tensor([True] * 5) for name in FLOWS}


def values(seed: int = 0) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.randn(5, *flow.shape, generator=generator) for name, flow in FLOWS.items()}


def without_bias(fusion: nn.Module) -> nn.Module:
    with torch.no_grad():
        for name, parameter in fusion.named_parameters():
            if name.endswith("bias"):
                parameter.zero_()
    return fusion.eval()


def literal_pooling(products: np.ndarray, factor: int) -> np.ndarray:
    """The papers' sum pooling, power and L2 normalisation of one sample, loop by loop."""
    z = np.array([products[i : i + factor].sum() for i in range(0, len(products), factor)])
    z = np.array([np.sqrt(v) if v >= 0 else -np.sqrt(-v) for v in z])
    return z / np.sqrt((z**2).sum())


def literal_mfh(fusion: MFH, x: dict[str, torch.Tensor], factor: int) -> np.ndarray:
    rows = []
    for sample in range(len(x["photo"])):
        before, parts = 1.0, []
        for block in fusion.products:
            u, v = (
                linear.weight.detach().double().numpy() @ x[name][sample].double().numpy()
                + linear.bias.detach().double().numpy()
                for name, linear in block.linear.items()
            )
            before = u * v * before
            parts.append(literal_pooling(before, factor))
        rows.append(np.concatenate(parts))
    return np.stack(rows)


@pytest.mark.parametrize(
    ("sizes", "size", "count"), [((2048, 512), 1000, 12_810_000), ((512, 512), 256, 1_313_280)]
)
def test_numbers_of_parameters_of_the_papers(sizes, size, count):
    flows = dict(zip(("photo", "series"), map(Flow.features, sizes), strict=True))
    with torch.device("meta"):
        fusion = MFB(flows, size=size, factor=5)
        assert sum(p.numel() for p in fusion.parameters()) == count
        twice = MFH(flows, size=size, factor=5, order=2)
    assert sum(p.numel() for p in twice.parameters()) == 2 * count
    assert (fusion.out.channels, twice.out.channels) == (size, 2 * size)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_high_order_pooling_against_the_loops_of_the_paper(order):
    torch.manual_seed(order)
    fusion = MFH(FLOWS, size=6, factor=3, order=order).eval()
    found = fusion(values(), HERE).detach().numpy()
    np.testing.assert_allclose(found, literal_mfh(fusion, values(), 3), atol=2e-5)


def test_order_one_is_mfb():
    torch.manual_seed(0)
    one = MFB(FLOWS, size=6, factor=3).eval()
    torch.manual_seed(0)
    other = MFH(FLOWS, size=6, factor=3, order=1).eval()
    assert torch.equal(one(values(), HERE), other(values(), HERE))


@settings(max_examples=20, deadline=None)
@given(size=st.integers(1, 8), factor=st.integers(1, 4), seed=st.integers(0, 10**6))
def test_length_one_and_the_signs(size, factor, seed):
    torch.manual_seed(seed)
    fusion = without_bias(MFB(FLOWS, size=size, factor=factor))
    x = values(seed)
    found = fusion(x, HERE)
    torch.testing.assert_close(found.norm(dim=-1), torch.ones(5), atol=1e-4, rtol=0)
    torch.testing.assert_close(fusion({name: -v for name, v in x.items()}, HERE), found)
    torch.testing.assert_close(fusion(x | {"photo": -x["photo"]}, HERE), -found)


def test_ones_give_the_product_of_the_sizes():
    fusion = without_bias(MFB(FLOWS, size=2, factor=5))
    for linear in fusion.product.linear.values():
        nn.init.ones_(linear.weight)
    products = fusion.product({name: torch.ones(5, *flow.shape) for name, flow in FLOWS.items()}, HERE)
    sums = products.unflatten(-1, (2, 5)).sum(dim=-1)
    assert sums.tolist() == [[5 * 3 * 4] * 2] * 5


def test_dropout_comes_before_the_sum():
    """With half of the products dropped the sums of two units are 0, 1 or 2 times the doubled product; after
    the sum they would be 0 or 2."""
    torch.manual_seed(0)
    fusion = MFB(FLOWS, size=500, factor=2, dropout=0.5).train()
    for linear in fusion.product.linear.values():
        nn.init.ones_(linear.weight)
        nn.init.zeros_(linear.bias)
    found = fusion({name: torch.ones(5, *flow.shape) for name, flow in FLOWS.items()}, HERE)
    assert len(found[0].square().mul(1e4).round().unique()) == 3


@pytest.mark.parametrize("part", [MFB, MFH])
def test_the_factor_of_an_absent_modality_is_one(part):
    torch.manual_seed(0)
    fusion = part(FLOWS, size=6, factor=3).eval()
    here = HERE | {"photo": torch.tensor([False] * 5)}
    found = fusion(values(), here).detach().numpy()
    block = fusion.product if part is MFB else fusion.products[0]
    alone = block.linear["current"](values()["current"]).detach().numpy()
    expected = np.stack([literal_pooling(row, 3) for row in alone])
    np.testing.assert_allclose(found[:, :6], expected, atol=1e-5)


@pytest.mark.parametrize("part", [MFB, MFH])
def test_a_product_of_zero_has_a_finite_gradient(part):
    fusion = without_bias(part(FLOWS, size=6, factor=3))
    x = {name: torch.zeros(5, *flow.shape, requires_grad=True) for name, flow in FLOWS.items()}
    found = fusion(x, HERE)
    assert (found == 0).all()
    found.sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in fusion.parameters())
    assert all(torch.isfinite(v.grad).all() for v in x.values())


@given(value=st.floats(-1e6, 1e6, width=32))
def test_signed_root_and_its_gradient(value):
    x = torch.tensor(value, dtype=torch.float64, requires_grad=True)
    root = signed_root(x)
    root.backward()
    assert abs(root.item() - np.sign(value) * np.sqrt(abs(value))) <= 1e-6
    assert abs(x.grad.item()) <= 5e5


def test_features_can_be_reduced_first():
    fusion = MFB(
        {"photo": Flow.features(2048), "series": Flow.features(128)}, size=256, reduce={"photo": 512}
    )
    reduced = 2048 * 512 + 512
    assert sum(p.numel() for p in fusion.parameters()) == reduced + 1280 * 513 + 1280 * 129
    with pytest.raises(ConfigError, match="did you mean photo"):
        MFB(FLOWS, reduce={"phoot": 2})


@pytest.mark.parametrize("part", [MFB, MFH])
def test_what_came_is_told_where_it_is_not_two(part):
    three = FLOWS | {"sound": Flow.features(2)}
    with pytest.raises(ConfigError, match="exactly two modalities, found 3: current, photo, sound"):
        part(three)
    with pytest.raises(ConfigError, match="exactly two modalities, found 1: photo"):
        part({"photo": Flow.features(2)})


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"order": 0}, "order: must be at least 1, is 0"),
        ({"size": 0}, "size: must be at least 1"),
        ({"factor": -1}, "factor: must be at least 1"),
        ({"reduce": {"photo": 0}}, "reduce.photo: must be at least 1"),
    ],
)
def test_settings_that_cannot_work(setting, told):
    with pytest.raises(ConfigError, match=told):
        MFH(FLOWS, **setting)
