"""What makes an encoder of a ready-made network."""

import torch
from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.layers.backbone import adapt_first, dry_shape, grey_filters


def test_grey_in_any_number_of_channels_looks_the_same():
    torch.manual_seed(0)
    weight, grey = torch.randn(4, 3, 3, 3), torch.randn(2, 1, 8, 8)
    expected = nn.functional.conv2d(grey.expand(-1, 3, -1, -1), weight)
    for channels in (1, 2, 5, 9):
        found = nn.functional.conv2d(grey.expand(-1, channels, -1, -1), grey_filters(weight, channels))
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_the_first_convolution_keeps_its_other_settings():
    network = nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 5, stride=2, padding=1)), nn.Conv2d(4, 2, 1))
    bias = network[0][0].bias.detach().clone()
    adapt_first(network, 7)
    first = network[0][0]
    assert (first.in_channels, first.kernel_size, first.stride, first.padding) == (7, (5, 5), (2, 2), (1, 1))
    assert torch.equal(first.bias, bias)
    assert network[1].in_channels == 4


class Tied(nn.Module):
    """One weight under two names and a buffer that is not part of the state."""

    def __init__(self):
        super().__init__()
        self.one = nn.Conv2d(3, 3, 3)
        self.other = self.one
        self.register_buffer("shift", torch.ones(3, 1, 1), persistent=False)

    def forward(self, x):
        return self.other(self.one(x)) + self.shift


def test_the_dry_pass_takes_tied_weights_and_leaves_the_network_as_it_was():
    network = Tied().train()
    assert dry_shape(lambda part, x: part(x), network, Flow("image", 3, size=(9, 8)), "Tied") == (3, 5, 4)
    assert network.training
    assert network.shift.device.type == "cpu"
