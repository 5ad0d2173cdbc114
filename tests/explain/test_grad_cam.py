"""Grad-CAM of plain networks: captum's published case, an answer by hand, and no traces."""

import pytest
import torch
from captum.attr import LayerGradCam
from captum.testing.helpers.basic_models import BasicModel_ConvNet, BasicModel_ConvNet_One_Conv
from torch import nn
from torchvision.models import mobilenet_v2

from weldfusion.explain.grad_cam import class_map, cut, frozen, grad_cam, gradients


def test_the_case_that_captum_publishes():
    """captum, tests/attr/layer/test_layer_grad_cam.py: input 0 … 15, layer conv1, class 0."""
    network, x = BasicModel_ConvNet_One_Conv(), torch.arange(16.0).view(1, 1, 4, 4)
    found = grad_cam(network, network.conv1, x, 0)
    torch.testing.assert_close(found, torch.tensor([[[11.25, 13.5], [20.25, 22.5]]]), atol=1e-6, rtol=0)
    torch.testing.assert_close(found, LayerGradCam(network, network.conv1).attribute(x, 0)[:, 0])


@pytest.mark.parametrize("layer", ["conv1", "pool1", "conv2"])
def test_equals_captum_on_a_deeper_net(layer):
    torch.manual_seed(0)
    network, x = BasicModel_ConvNet().eval(), torch.randn(3, 1, 10, 10) * 5
    part = network.get_submodule(layer)
    for label in (0, 7):
        expected = LayerGradCam(network, part).attribute(x, label)[:, 0]
        torch.testing.assert_close(grad_cam(network, part, x, label), expected.detach(), atol=1e-6, rtol=1e-6)


def test_equals_captum_on_a_real_architecture():
    torch.manual_seed(0)
    network, x = mobilenet_v2(num_classes=6).eval(), torch.randn(2, 3, 64, 64)
    expected = LayerGradCam(network, network.features[-1]).attribute(x, 2)[:, 0].detach()
    found = grad_cam(network, network.features[-1], x, 2)
    assert float(expected.abs().max()) > 0
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)


def test_a_linear_network_by_hand():
    """Mean over time of a convolution, then weights w: the map is Σ w_c · conv_c / length."""
    torch.manual_seed(1)
    convolution, head = nn.Conv1d(1, 3, 5), nn.Linear(3, 2)
    network = nn.Sequential(convolution, nn.AdaptiveAvgPool1d(1), nn.Flatten(), head)
    x = torch.randn(4, 1, 24)
    expected = torch.einsum("c,bct->bt", head.weight[1], convolution(x)) / 20
    found = grad_cam(network, convolution, x, 1)
    torch.testing.assert_close(found, expected.detach(), atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(found.sum(dim=1) + head.bias[1].detach(), network(x)[:, 1].detach())


def test_nothing_is_left_behind():
    network = nn.Sequential(nn.Conv1d(1, 2, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(12, 2)).eval()
    network[3].bias.requires_grad_(False)
    mine = torch.ones_like(network[0].weight)
    network[0].weight.grad = mine
    grad_cam(network, network[0], torch.randn(2, 1, 8), 0)
    assert network[0].weight.grad is mine
    assert [p.requires_grad for p in network.parameters()] == [True, True, True, False]
    assert all(p.grad is None for p in network.parameters() if p is not network[0].weight)
    assert not any(module._forward_hooks for module in network.modules())
    with pytest.raises(RuntimeError), frozen(network), cut(network[0]):
        network(torch.randn(2, 5, 8))
    assert not any(module._forward_hooks for module in network.modules())
    assert network[0].weight.requires_grad


def test_nothing_below_the_layer_is_kept():
    network = nn.Sequential(nn.Conv1d(1, 2, 3), nn.Conv1d(2, 2, 3), nn.Flatten(), nn.Linear(8, 2))
    with frozen(network), cut(network[1]) as found:
        network(torch.randn(1, 1, 8))
    assert found[0].is_leaf
    assert found[0].grad_fn is None


def test_a_score_that_does_not_depend_on_the_map():
    x, other = torch.ones(2, 3, requires_grad=True), torch.ones(2, requires_grad=True)
    assert gradients(other * 2, [x])[0].tolist() == [[0.0] * 3] * 2
    assert gradients(torch.ones(2), [x])[0].tolist() == [[0.0] * 3] * 2


def test_over_any_number_of_cells():
    maps, gradient = torch.rand(2, 3, 4, 5), torch.rand(2, 3, 4, 5)
    expected = (maps * gradient.mean(dim=(2, 3), keepdim=True)).sum(dim=1)
    torch.testing.assert_close(class_map(maps, gradient), expected)
