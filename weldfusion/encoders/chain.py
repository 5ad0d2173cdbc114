"""Encoders one after the other, as one encoder."""

from collections.abc import Callable, Sequence
from typing import cast

from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError


class Chain(Encoder):
    """Each encoder takes what the one before it gives, its mask of valid tokens too.

    Such as a backbone with `out: maps`, then `MapTokens` with a code of rows and columns.

    Args:
        flow: what the first encoder takes.
        encoders: the encoders in order.

    >>> from functools import partial
    >>> from weldfusion.encoders.cnn2d import SmallCNN2d
    >>> from weldfusion.encoders.map_tokens import MapTokens
    >>> chain = [partial(SmallCNN2d, out="maps"), partial(MapTokens, size=32)]
    >>> Chain(Flow("image", 3, size=(64, 64)), chain).out.shape
    (16, 32)
    """

    def __init__(self, flow: Flow, encoders: Sequence[Callable[[Flow], Encoder]]) -> None:
        super().__init__()
        if not encoders:
            raise ConfigError("encoders is empty, give at least one")
        self.encoders = nn.ModuleList()
        between = flow
        for make in encoders:
            encoder = make(between)
            self.encoders.append(encoder)
            between = encoder.out
        self.needs_float32 = any(encoder.needs_float32 for encoder in self._all())
        self.whole_sets = self._all()[0].whole_sets
        self.out = between

    def _all(self) -> list[Encoder]:
        return [cast(Encoder, encoder) for encoder in self.encoders]

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        for encoder in self._all():
            x, valid = encoder(x, valid), encoder.out_valid(valid)
        return x

    def out_valid(self, valid: Tensor | None) -> Tensor | None:
        for encoder in self._all():
            valid = encoder.out_valid(valid)
        return valid

    def stages(self) -> list[str]:
        """Those of the encoders, in order; an encoder that names none is one stage."""
        found: list[str] = []
        for number, encoder in enumerate(self._all()):
            found += inner_stages(f"encoders.{number}", encoder) or [f"encoders.{number}"]
        return found


def inner_stages(name: str, encoder: Encoder) -> list[str]:
    """The stages of an encoder that is the sub-module `name` of another encoder, named from there.

    >>> from weldfusion.encoders.torchvision_backbone import TorchvisionBackbone
    >>> inner_stages("encoder", TorchvisionBackbone(Flow("image", 3, size=(64, 64))))[:2]
    ['encoder.network.conv1 encoder.network.bn1', 'encoder.network.layer1']
    """
    return [" ".join(f"{name}.{piece}" for piece in stage.split()) for stage in encoder.stages()]
