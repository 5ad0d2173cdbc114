"""The path of one modality: standardise → stem encoder → (exchange) → trunk encoder → features."""

from functools import partial

import torch
from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.encoders.default import default_encoder
from weldfusion.encoders.encoder import Encoder
from weldfusion.layers.masked import masked_mean
from weldfusion.layers.rows import on_rows
from weldfusion.layers.together import awaited
from weldfusion.systems.build import build
from weldfusion.systems.image_set import ImageSet
from weldfusion.systems.parts import MakeEncoder


def stem(name: str, flow: Flow, make: MakeEncoder | None) -> Encoder:
    """The first encoder of a modality; sets of images are encoded one image at a time, unless the encoder's
    class takes `whole_sets`."""
    key = f"model.encoders.{name}"
    maker = make or default_encoder
    if flow.kind == "image" and flow.count is not None and not takes_whole_sets(maker):
        return build(key, Encoder, ImageSet, flow, lambda single: build(key, Encoder, maker, single))
    return build(key, Encoder, maker, flow)


def takes_whole_sets(make: MakeEncoder) -> bool:
    """Whether a maker of encoders (a class, a `partial` of one, one from a config) makes such that take all
    images of a set at once."""
    while isinstance(make, partial):
        make = make.func
    cls = getattr(make, "cls", make)
    return isinstance(cls, type) and issubclass(cls, Encoder) and cls.whole_sets


def run_encoder(encoder: Encoder, x: Tensor, valid: Tensor | None, present: Tensor, out: Flow) -> Tensor:
    """The encoder's output, a flow `out`, for present samples, 0 for absent ones."""
    count = awaited(encoder, present)
    if encoder.needs_float32:
        with torch.autocast(x.device.type, enabled=False):
            return on_rows(encoder, x.float(), valid, present, out.shape, encoder, count)
    return on_rows(encoder, x, valid, present, out.shape, encoder, count)


def zero_masked(x: Tensor, valid: Tensor | None, present: Tensor) -> Tensor:
    """0 at absent samples and where `valid` is False, whatever (NaN too) stood there."""
    x = x.masked_fill(~present.view(-1, *[1] * (x.ndim - 1)), 0.0)
    if valid is None:
        return x
    shape = (len(x), 1, -1) if x.ndim == 3 else (len(x), -1, *[1] * (x.ndim - 2))
    return x.masked_fill(~valid.view(shape), 0.0)


def pooled_flow(flow: Flow) -> Flow:
    """What `pool` makes of a flow."""
    return flow if flow.kind == "features" else Flow.features(flow.channels)


def pool(flow: Flow, x: Tensor, valid: Tensor | None) -> Tensor:
    """Mean over valid tokens or over the picture; features stay as they are."""
    if flow.kind == "tokens":
        return masked_mean(x, valid)
    return x.mean(dim=(2, 3)) if flow.kind == "maps" else x
