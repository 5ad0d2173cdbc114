"""Which axis of a tensor inside an encoder counts channels: the first after the batch, or the last."""

from math import prod

from torch import nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder

FIRST = (
    nn.Conv1d,
    nn.Conv2d,
    nn.BatchNorm1d,
    nn.BatchNorm2d,
    nn.GroupNorm,
    nn.MaxPool1d,
    nn.MaxPool2d,
    nn.AvgPool1d,
    nn.AvgPool2d,
)
LAST = (nn.Linear, nn.RNNBase, nn.MultiheadAttention)


class Layouts:
    """Follows a forward pass: maps (B, C, *cells) of convolutions, tokens (B, *cells, D) of transformers.

    A layer of torch or an encoder of ours tells by its kind; any other module has the layout of what was told
    last, swapped where its shape is (a map taken apart into tokens, tokens put together to a map).

    >>> layouts = Layouts(Flow("waveform", 2, length=64))
    >>> layouts.channels_last(nn.Conv1d(2, 8, 4, stride=4), (8, 16)), layouts.cells()
    (False, (16,))
    >>> layouts.channels_last(nn.Dropout(), (16, 8)), layouts.cells()
    (True, (16,))
    """

    def __init__(self, flow: Flow) -> None:
        self.shape, self.last = flow.shape, flow.kind == "tokens"

    def cells(self) -> tuple[int, ...]:
        """The axes that are no channels, of what was told last."""
        return self.shape[:-1] if self.last else self.shape[1:]

    def channels_last(self, module: nn.Module, shape: tuple[int, ...]) -> bool | None:
        """Of what a module gave, (B, *shape); None where it is neither a map nor tokens."""
        last = _told_by(module, shape)
        if last is None:
            last = self._as_before(shape)
        if last is not None:
            self.shape, self.last = shape, last
        return last

    def _as_before(self, shape: tuple[int, ...]) -> bool | None:
        channels = self.shape[-1] if self.last else self.shape[0]
        if shape == self.shape:
            return self.last
        if prod(shape) == prod(self.shape) and channels == (shape[0] if self.last else shape[-1]):
            return not self.last
        return None if self.last else False


def _told_by(module: nn.Module, shape: tuple[int, ...]) -> bool | None:
    if isinstance(module, FIRST):
        return False
    if isinstance(module, LAST):
        return True
    if isinstance(module, nn.LayerNorm) and shape[0] != shape[-1]:
        # torchvision's and timm's of pictures are normalised over the first axis.
        return module.normalized_shape[-1] == shape[-1]
    if isinstance(module, Encoder) and module.out.shape == shape:
        return module.out.kind == "tokens"
    return None
