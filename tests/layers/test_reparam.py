"""Multi-branch convolutions: fused equals unfused, borders too; what is deployed is told and not trained."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from weldfusion.errors import ConfigError
from weldfusion.layers.reparam import (
    KERNELS,
    DeployedConv2d,
    MultiBranchConv2d,
    deploy,
    folded,
    identity_kernel,
    is_deployed,
    widened,
)


def count(module):
    return sum(p.numel() for p in module.parameters())


def settled(module, seed=0):
    """With normalisations that have been trained: random statistics, weights and biases."""
    generator = torch.Generator().manual_seed(seed)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            for tensor in (part.running_mean, part.weight.data, part.bias.data):
                tensor.normal_(generator=generator)
            part.running_var.uniform_(0.01, 3.0, generator=generator)
    return module.eval()


@pytest.mark.parametrize(("width", "stride", "before", "after"), [(16, 1, 4256, 2320), (32, 2, 8448, 4640)])
def test_parameters(width, stride, before, after):
    block = MultiBranchConv2d(16, width, stride).eval()
    assert (count(block), count(deploy(block))) == (before, after)


@settings(max_examples=30, deadline=None)
@given(
    channels=st.integers(1, 5),
    width=st.integers(1, 5),
    stride=st.integers(1, 3),
    height=st.integers(1, 7),
    across=st.integers(1, 7),
    seed=st.integers(0, 1000),
)
def test_fused_is_equal_in_float64_up_to_the_border(channels, width, stride, height, across, seed):
    torch.manual_seed(seed)
    block = settled(MultiBranchConv2d(channels, width, stride).double(), seed)
    x = torch.randn(2, channels, height, across, dtype=torch.float64)
    fused = block.fused()
    assert fused.weight.dtype == torch.float64
    torch.testing.assert_close(fused(x), block(x), atol=1e-10, rtol=0)


def test_the_identity_branch_is_there_where_the_shape_allows_it():
    have = [MultiBranchConv2d(4, w, s).identity is not None for w, s in ((4, 1), (4, 2), (5, 1))]
    assert have == [True, False, False]


def test_folding_is_pytorchs():
    torch.manual_seed(0)
    convolution = nn.Conv2d(3, 4, 3, bias=False).double()
    norm = settled(nn.BatchNorm2d(4, eps=1e-3).double())
    kernel, bias = folded(convolution.weight, norm)
    reference = fuse_conv_bn_eval(convolution.eval(), norm)
    torch.testing.assert_close(kernel, reference.weight, atol=1e-12, rtol=0)
    torch.testing.assert_close(bias, reference.bias, atol=1e-12, rtol=0)


@pytest.mark.parametrize("size", KERNELS)
def test_a_widened_kernel_does_the_same(size):
    torch.manual_seed(0)
    kernel, x = torch.randn(2, 3, *size), torch.randn(1, 3, 6, 5)
    narrow = nn.functional.conv2d(x, kernel, padding=(size[0] // 2, size[1] // 2))
    torch.testing.assert_close(nn.functional.conv2d(x, widened(kernel), padding=1), narrow)


def test_the_identity_kernel_changes_nothing():
    x = torch.randn(1, 3, 6, 5)
    kernel = identity_kernel(torch.empty(3, 3, 3, 3))
    assert torch.equal(nn.functional.conv2d(x, kernel, padding=1), x)


def test_only_final_statistics_are_fused():
    for part in (MultiBranchConv2d(4, 4), nn.Sequential(MultiBranchConv2d(4, 4), nn.ReLU())):
        with pytest.raises(ConfigError, match=r"eval\(\) once training is over"):
            deploy(part)


def test_a_deployed_model_says_so_and_refuses_training():
    model = nn.Sequential(nn.Conv2d(3, 4, 1), MultiBranchConv2d(4, 4)).eval()
    deployed = deploy(model)
    assert (is_deployed(model), is_deployed(deployed)) == (False, True)
    assert "DeployedConv2d" in repr(deployed)
    with pytest.raises(ConfigError, match="deployed: its branches are fused"):
        deployed.train()
    with pytest.raises(ConfigError, match="already"):
        deploy(deployed)
    assert not deployed[1].weight.requires_grad
    deployed.eval()
    model.train()


def test_the_original_is_left_as_it_was_and_shares_no_weight():
    torch.manual_seed(0)
    model = settled(nn.Sequential(nn.Conv2d(3, 4, 1), MultiBranchConv2d(4, 4)))
    before = copy.deepcopy(model.state_dict())
    deployed = deploy(model)
    for parameter in deployed.parameters():
        parameter.data.zero_()
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name])


def test_a_block_used_twice_stays_one():
    torch.manual_seed(0)
    block = settled(MultiBranchConv2d(4, 4))
    deployed = deploy(nn.ModuleDict({"top": nn.Sequential(block), "side": nn.Sequential(block)}).eval())
    assert isinstance(deployed["top"][0], DeployedConv2d)
    assert deployed["top"][0] is deployed["side"][0]


def test_a_model_without_branches_is_told():
    with pytest.raises(ConfigError, match="Linear has no branches"):
        deploy(nn.Linear(2, 2).eval())


def test_deploying_draws_no_random_number():
    block = MultiBranchConv2d(4, 4).eval()
    before = torch.get_rng_state()
    deploy(block)
    assert np.array_equal(before.numpy(), torch.get_rng_state().numpy())
