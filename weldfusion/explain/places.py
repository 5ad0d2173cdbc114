"""Where in an encoder its last feature map is made, and through which layers it got there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.explain.layouts import Layouts
from weldfusion.explain.raw_axis import Sliding
from weldfusion.layers.band_decibels import BandDecibels
from weldfusion.layers.silence import Silence

SLIDING = (nn.Conv1d, nn.Conv2d, nn.MaxPool1d, nn.MaxPool2d, nn.AvgPool1d, nn.AvgPool2d)
SAMPLES = 2


@dataclass(frozen=True)
class Passed:
    """Layers passed on the way to a feature map: along time (or the width of a picture), along frequency
    (or the height), and the spectrogram, if there is one."""

    time: tuple[Sliding, ...] = ()
    frequency: tuple[Sliding, ...] = ()
    bands: BandDecibels | None = None


@dataclass(frozen=True)
class Place:
    """The `call`-th output of `module` in a forward pass: a map (B, C, *cells), or (B, *cells, C) where it
    has its `channels_last`."""

    module: nn.Module
    call: int
    cells: tuple[int, ...]
    passed: Passed
    channels_last: bool = False


@torch.no_grad()
def survey(encoder: Encoder, flow: Flow) -> tuple[Place | None, Passed]:
    """The last feature map inside an encoder (in eval mode) and what is passed up to its output.

    A map has channels and more than one cell; one over two axes (picture, spectrogram) goes before one over
    time or tokens. None where there is no map inside (tables, plain statistics).
    """
    seen: list[Place] = []
    passed = [Passed()]
    calls: dict[int, int] = {}
    layouts = Layouts(flow)

    def hook(module: nn.Module, given: tuple[Any, ...], result: Any) -> None:
        call = calls.get(id(module), 0)
        calls[id(module)] = call + 1
        if isinstance(given[0], Tensor):
            passed[0] = _further(passed[0], module, given[0])
        made = first_tensor(result)
        if made is None or made.ndim not in (3, 4) or len(made) != SAMPLES:
            return
        last = layouts.channels_last(module, tuple(made.shape[1:]))
        if last is not None and prod(layouts.cells()) > 1:
            seen.append(Place(module, call, layouts.cells(), passed[0], last))

    held = chain(encoder.parameters(), encoder.buffers())
    device = next((tensor.device for tensor in held), torch.device("cpu"))
    with hooked([part for part in encoder.modules() if part is not encoder], hook):
        encoder(torch.zeros((SAMPLES, *flow.shape), device=device))
    flat = [place for place in seen if len(place.cells) == 2]
    found = flat or seen
    return (found[-1] if found else None), passed[0]


@contextmanager
def hooked(modules: Sequence[nn.Module], hook: Any) -> Iterator[None]:
    """Within it `hook` is a forward hook of the modules; none is left behind."""
    handles = [module.register_forward_hook(hook) for module in modules]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def first_tensor(result: Any) -> Tensor | None:
    """The floating-point tensor that a module gives, or the first of several."""
    if isinstance(result, tuple) and result:
        result = result[0]
    return result if isinstance(result, Tensor) and result.is_floating_point() else None


def _further(passed: Passed, module: nn.Module, x: Tensor) -> Passed:
    """What is passed after one more layer."""
    if isinstance(module, BandDecibels):
        padding = module.n_fft // 2 if module.centred else 0
        frames = Sliding(x.shape[-1], module.n_fft, module.hop, padding)
        return Passed((*passed.time, frames), (), module)
    if isinstance(module, Silence):
        laid = Sliding(x.shape[-1], kernel=1, stride=1, padding=module.spare / 2)
        return Passed((*passed.time, laid), passed.frequency, passed.bands)
    if not isinstance(module, SLIDING):
        return passed
    time = (*passed.time, _sliding(module, x, -1))
    frequency = (*passed.frequency, _sliding(module, x, -2)) if x.ndim == 4 else passed.frequency
    return Passed(time, frequency, passed.bands)


def _sliding(module: Any, x: Tensor, axis: int) -> Sliding:
    def along(value: Any) -> int:
        return int(value[axis]) if isinstance(value, tuple) else int(value)

    kernel, stride = along(module.kernel_size), along(module.stride)
    dilation = along(getattr(module, "dilation", 1))
    named = {"same": dilation * (kernel - 1) / 2, "valid": 0.0}
    padding = named[module.padding] if isinstance(module.padding, str) else along(module.padding)
    return Sliding(x.shape[axis], kernel, stride, padding, dilation)
