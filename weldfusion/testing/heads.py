"""The executable contract of a head."""

from collections.abc import Callable

import numpy as np
import torch

from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.heads.head import Head
from weldfusion.testing.probe import (
    SAMPLES,
    check_behaviour,
    check_gradients,
    finite,
    require,
    same,
)
from weldfusion.testing.samples import random_truth, random_values

MakeHead = Callable[[Flow, TargetSpec], Head]


def check_head(make: MakeHead, flow: Flow, target: TargetSpec) -> None:
    """Checks a head on random features and truths: the contract of an encoder, a loss that leaves out
    unknown truths, prior, averages and joined windows that fit what `decode` gives.

    Raises ContractError.
    """
    head = make(flow, target)
    require(isinstance(head, Head), f"{type(head).__name__} is not derived from Head")
    require(head.kind == target.kind, f"kind is {head.kind}, the target is {target.kind}")
    raw = check_behaviour(lambda: make(flow, target), (random_values(flow, 0),))
    require(len(raw) == SAMPLES, f"gives {len(raw)} raw outputs for {SAMPLES} samples")
    _check_truth(head, raw, target)
    _check_views(head, raw)
    _check_decoding(head, raw, target)
    check_gradients(lambda: make(flow, target), [(random_values(flow, s),) for s in range(3)])


def _check_truth(head: Head, raw: torch.Tensor, target: TargetSpec) -> None:
    truth = random_truth(target, 0)
    for known in (np.zeros(SAMPLES, dtype=bool), truth.known.numpy()):
        head.fit_truth(truth.value.numpy(), known)
        finite(dict(head.named_buffers()), f"fit_truth with {known.sum()} known values")
    loss = head.loss(raw, truth)
    require(tuple(loss.shape) == (SAMPLES,), f"loss has shape {tuple(loss.shape)}, expected ({SAMPLES},)")
    finite(loss, "loss")
    require(float(loss[-1]) == 0.0, "the loss of a sample without truth is not 0")
    require(bool((loss[:-1] > 0).any()), "the loss of random outputs is 0")
    nothing = Truth(truth.value, torch.zeros(SAMPLES, dtype=torch.bool))
    require(bool((head.loss(raw, nothing) == 0).all()), "the loss without any truth is not 0")
    prior = head.prior(SAMPLES)
    require(prior.shape == raw.shape, f"prior has shape {tuple(prior.shape)}, raw {tuple(raw.shape)}")
    finite(prior, "prior")


def _check_views(head: Head, raw: torch.Tensor) -> None:
    """Averages in terms of what is predicted: equal views, a view of weight 1, order of views."""
    views = torch.stack([raw, raw.flip(0)])
    even = torch.full((2, SAMPLES), 0.5)
    first = torch.tensor([[1.0], [0.0]]).expand(2, SAMPLES)
    plain = head.decode(raw)
    same(head.decode(head.average(torch.stack([raw, raw]), even)), plain, "the average of equal views")
    same(head.decode(head.average(views, first)), plain, "the average with weights 1 and 0")
    both = head.decode(head.average(views, even))
    flipped = head.decode(raw.flip(0))
    same(both, {k: (plain[k] + flipped[k]) / 2 for k in plain}, "the mean of two predictions")


def _check_decoding(head: Head, raw: torch.Tensor, target: TargetSpec) -> None:
    decoded = run_decode(head, raw)
    names = list(target.labels)
    shape = (SAMPLES, target.steps) if target.dense else (SAMPLES,)
    require(list(decoded) == names, f"decode gives {list(decoded)}, expected {names}")
    for name, value in decoded.items():
        require(value.shape == shape, f"decoded {name} has shape {value.shape}, expected {shape}")
    if target.kind == "class":
        total = sum(decoded.values())
        require(bool(np.allclose(total, 1.0, atol=1e-5)), "probabilities of the classes do not sum to 1")


def run_decode(head: Head, raw: torch.Tensor) -> dict[str, np.ndarray]:
    """Decoded values as numpy arrays."""
    with torch.no_grad():
        return {name: value.numpy() for name, value in head.decode(raw).items()}
