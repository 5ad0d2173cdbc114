"""A trained U-Net with all that it needs to be used again, and the file that holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from weldfusion.errors import ConfigError
from weldfusion.layers.unet import UNet

VERSION = 1
FIELDS = {"channels": int, "widths": list, "size": list, "data": str, "welds": list, "pictures": list}
FLATTEST = 1e-4


class Segmenter(nn.Module):
    """The share of the object in every pixel of a picture, from 0 to 1.

    Each picture is first brought to mean 0 and standard deviation 1 by itself, channel by channel, so that
    the result does not depend on the unit of the grey values: 8 or 16 bits, or standardised by a fusion
    model.

    Args:
        channels: of the pictures.
        widths: of the U-Net's levels.
        size: height and width in which the U-Net sees pictures; others are resized there and back.

    >>> Segmenter(3, (4, 8), (16, 16))(torch.rand(2, 3, 20, 24)).shape
    torch.Size([2, 1, 20, 24])
    """

    size: Tensor

    def __init__(self, channels: int, widths: Sequence[int], size: tuple[int, int]) -> None:
        super().__init__()
        self.network = UNet(channels, widths)
        self.register_buffer("size", torch.tensor(size))
        self.own_size = size
        self.register_load_state_dict_post_hook(_take_size)

    def logits(self, x: Tensor) -> Tensor:
        """Pictures (B, C, *size) → (B, 1, *size) before the sigmoid."""
        return self.network(by_itself(x))

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (B, C, H, W) → (B, 1, H, W)."""
        found = torch.sigmoid(self.logits(resized(x.float(), self.own_size)).float())
        return resized(found, (x.shape[-2], x.shape[-1]))


def _take_size(segmenter: nn.Module, keys: object) -> None:
    assert isinstance(segmenter, Segmenter)
    height, width = segmenter.size.tolist()
    segmenter.own_size = (height, width)


def by_itself(x: Tensor) -> Tensor:
    """Each channel of each picture (B, C, H, W) with mean 0 and standard deviation 1 (0 where it is flat)."""
    x = x.float()
    mean, std = x.mean(dim=(2, 3), keepdim=True), x.std(dim=(2, 3), keepdim=True, correction=0)
    return (x - mean) / std.clamp(min=FLATTEST)


def resized(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Pictures (B, C, H, W) in another size, averaged where they shrink."""
    if tuple(x.shape[-2:]) == size:
        return x
    return nn.functional.interpolate(x, size, mode="bilinear", antialias=True)


@dataclass(frozen=True)
class TrainedOn:
    """What a segmenter has seen: name of the data set, ids of welds, digests of their pictures' files."""

    data: str
    welds: frozenset[str]
    pictures: frozenset[str]


def read_segmenter(path: str) -> tuple[Segmenter, TrainedOn]:
    """The segmenter of a file that `weldfusion segment` wrote, and what it was trained on.

    Nothing but tensors and plain values is unpickled. Raises ConfigError, one line.
    """
    content = _content(path)
    segmenter = Segmenter(content["channels"], content["widths"], (content["size"][0], content["size"][1]))
    try:
        segmenter.load_state_dict(content["model"])
    except (RuntimeError, TypeError, ValueError) as error:
        cause = " ".join(str(error).split())[:120]
        raise ConfigError(f"segmenter: {path} is damaged ({cause}); train it again") from None
    trained_on = TrainedOn(content["data"], frozenset(content["welds"]), frozenset(content["pictures"]))
    return segmenter.eval(), trained_on


def _content(path: str) -> Mapping[str, Any]:
    if not Path(path).is_file():
        raise ConfigError(f"segmenter: {path} is not a file; `weldfusion segment` writes one")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle may raise anything
        raise ConfigError(
            f"segmenter: {path} cannot be read ({type(error).__name__}); train it again"
        ) from None
    if not isinstance(content, Mapping) or content.get("schema") != VERSION or "model" not in content:
        raise ConfigError(
            f"segmenter: {path} is no segmenter of this version; `weldfusion segment` writes one"
        )
    for name, kind in FIELDS.items():
        if not isinstance(content.get(name), kind):
            raise ConfigError(
                f"segmenter: {path} is damaged, {name} is {content.get(name)!r}; train it again"
            )
    return content
