"""What makes an encoder of a ready-made network of images: its first convolution, its sizes."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.func import functional_call

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError


def check_single(flow: Flow, who: str) -> tuple[int, int]:
    """Height and width of single images, or of maps that are to be seen as such; ConfigError for others."""
    if flow.kind not in ("image", "maps") or flow.count is not None or flow.size is None:
        several = "sets of images; put it into Stacked" if flow.count is not None else flow.kind
        raise ConfigError(f"{who} takes single images of known size, not {several}")
    return flow.size


def grey_filters(weight: Tensor, channels: int) -> Tensor:
    """Filters (O, C, h, w) for another number of channels: mean over C, scaled by C / channels.

    A grey picture given in all new channels thus looks the same as in all old ones.

    >>> grey_filters(torch.tensor([1.0, 2.0, 6.0]).view(1, 3, 1, 1), 1).item()
    9.0
    """
    share = weight.mean(dim=1, keepdim=True) * weight.shape[1] / channels
    return share.expand(-1, channels, -1, -1).clone()


def adapt_first(network: nn.Module, channels: int) -> None:
    """Changes the first convolution to `channels` channels; it keeps what it learned of grey pictures."""
    name, first = next((n, m) for n, m in network.named_modules() if isinstance(m, nn.Conv2d))
    if first.in_channels == channels:
        return
    new = nn.Conv2d(
        channels,
        first.out_channels,
        cast(tuple[int, int], first.kernel_size),
        stride=cast(tuple[int, int], first.stride),
        padding=cast(Any, first.padding),
        bias=first.bias is not None,
    )
    with torch.no_grad():
        new.weight.copy_(grey_filters(first.weight, channels))
        if new.bias is not None and first.bias is not None:
            new.bias.copy_(first.bias)
    replace_part(network, name, new)


def replace_part(network: nn.Module, name: str, part: nn.Module) -> None:
    """Puts `part` in the place of the part with a dotted name."""
    parent, _, child = name.rpartition(".")
    setattr(network.get_submodule(parent), child, part)


def dry_shape(
    run: Callable[[Any, Tensor], Tensor], network: nn.Module, flow: Flow, name: str
) -> tuple[int, ...]:
    """Shape of one sample of `run(network, images)`, from a pass on the meta device, which computes nothing.

    Raises ConfigError in one line if the network cannot take images of this size.
    """
    training = network.training
    network.eval()
    state = _on_meta(dict(network.named_buffers()) | dict(network.state_dict(keep_vars=True)))
    x = torch.zeros((2, *flow.shape), device="meta")
    try:
        found = run(lambda images: functional_call(network, state, images), x)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{name} cannot take images of {flow.size} pixels: {reason}") from error
    finally:
        network.train(training)
    return tuple(found.shape[1:])


def _on_meta(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same names and shapes without values; a tensor of several names stays one."""
    copies = {id(tensor): tensor.to("meta") for tensor in tensors.values()}
    return {name: copies[id(tensor)] for name, tensor in tensors.items()}
