"""The executable contract of an encoder."""

from collections.abc import Callable

import torch
from torch import Tensor

from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.testing.probe import SAMPLES, check_behaviour, check_gradients, require, run, same
from weldfusion.testing.samples import random_mask, random_values


def check_encoder(make: Callable[[Flow], Encoder], flow: Flow) -> None:
    """Checks an encoder class (or a function that builds one) on random samples of `flow`.

    Shape as `out` promises; in eval mode deterministic, independent of the rest of the batch and of
    values that are not valid; input kept; state dictionary; finite, in bfloat16 too; gradients.

    Raises ContractError.

    >>> from weldfusion.encoders.table import TableMLP
    >>> check_encoder(TableMLP, Flow("table", 5))
    """
    encoder = make(flow)
    require(isinstance(encoder, Encoder), f"{type(encoder).__name__} is not derived from Encoder")
    require(isinstance(getattr(encoder, "out", None), Flow), "the constructor must leave a Flow in self.out")
    x, mask = random_values(flow, seed=0), random_mask(flow, seed=0)
    for valid in (None,) if mask is None else (None, mask):
        found = check_behaviour(lambda: make(flow), (x, valid))
        promised = (SAMPLES, *encoder.out.shape)
        require(found.shape == promised, f"gives {tuple(found.shape)}, self.out promises {promised}")
    _check_mask(encoder, flow)
    if encoder.channel_tokens:
        _check_channels(encoder, flow)
    given: list[tuple[Tensor, Tensor | None]] = [(random_values(flow, seed), None) for seed in range(3)]
    check_gradients(lambda: make(flow), [*given, (x, _nowhere_empty(mask))])


def _nowhere_empty(mask: Tensor | None) -> Tensor | None:
    """The mask with something valid in every sample, as in training."""
    return None if mask is None else mask | ~mask.any(dim=1, keepdim=True)


def _check_mask(encoder: Encoder, flow: Flow) -> None:
    x, valid = random_values(flow, seed=0), random_mask(flow, seed=0)
    if valid is None:
        return
    shape = {"waveform": (SAMPLES, 1, -1), "tokens": (SAMPLES, -1, 1), "table": (SAMPLES, -1)}
    where = valid.view(shape.get(flow.kind, (SAMPLES, -1, 1, 1, 1)))
    other = torch.where(where, x, 1000.0 * random_values(flow, seed=1))
    same(
        run(encoder, (other, valid)),
        run(encoder, (x, valid)),
        "values that are not valid change the result",
    )
    mask = encoder.out_valid(valid)
    if mask is not None:
        expected = (SAMPLES, encoder.out.length)
        require(tuple(mask.shape) == expected, f"out_valid gives {tuple(mask.shape)}, expected {expected}")


def _check_channels(encoder: Encoder, flow: Flow) -> None:
    """Channels that a selection has dropped: their values do not count, and they are no tokens."""
    x, dropped = random_values(flow, seed=0), flow.channels // 2
    valid = torch.ones((SAMPLES, flow.channels, x.shape[-1]), dtype=torch.bool)
    valid[:, dropped] = False
    other = x.clone()
    other[:, dropped] = 1000.0
    found, expected = run(encoder, (other, valid)), run(encoder, (x, valid))
    same(found, expected, "values of a channel that is dropped change the result")
    mask = encoder.out_valid(valid)
    if encoder.out.kind == "tokens":
        right = mask is not None and torch.equal(mask, valid.any(dim=2))
        require(right, "out_valid does not leave out a channel that is dropped")
