"""The parts of torchvision's ResNets, one after the other."""

from collections.abc import Mapping

from torch import Tensor, nn
from torchvision.models import ResNet

STAGES = ("stem", "layer1", "layer2", "layer3", "layer4")


def resnet_stages(network: ResNet) -> dict[str, nn.Module]:
    """`stem` (convolution, norm, ReLU, pooling; stride 4) and `layer1` … `layer4` (strides 4, 8, 16, 32).

    >>> from torchvision.models import resnet18
    >>> list(resnet_stages(resnet18()))
    ['stem', 'layer1', 'layer2', 'layer3', 'layer4']
    """
    stem = nn.Sequential(network.conv1, network.bn1, network.relu, network.maxpool)
    return {"stem": stem} | {name: network.get_submodule(name) for name in STAGES[1:]}


def all_maps(stages: Mapping[str, nn.Module], x: Tensor) -> dict[str, Tensor]:
    """What each stage gives for images (B, C, H, W), first to last."""
    found = {}
    for name, stage in stages.items():
        x = stage(x)
        found[name] = x
    return found
