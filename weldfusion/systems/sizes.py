"""A dry pass of two samples through every part of a model, before any data is read."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.func import functional_call

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.fusion import Exchange
from weldfusion.systems.branch import pooled_flow
from weldfusion.systems.build import one_line
from weldfusion.systems.graph import FusionModel

SAMPLES = 2


def check_sizes(model: FusionModel) -> None:
    """Dry pass of two samples through every part.

    Raises ConfigError naming the key of a part that fails or gives another size than promised.
    """
    for name, encoder in model.encoders.items():
        _check(f"model.encoders.{name}", encoder, model.inner_flows[name], model.stem_flows[name])
    between = dict(model.stem_flows)
    for key, exchange in zip(model.exchange_keys, model.exchanges, strict=True):
        between = _check_exchange(key, cast(Exchange, exchange), between)
    for name, trunk in model.trunks.items():
        _check(f"model.trunks.{name}", trunk, between[name], model.late[name])
    features = {name: pooled_flow(flow) for name, flow in model.late.items()}
    dry_pass(
        "model.fusion",
        model.join,
        lambda device: (
            {n: samples(flow, device) for n, flow in features.items()},
            present(features, device),
        ),
    )


def _check(key: str, part: nn.Module, flow: Flow, out: Flow) -> None:
    expect(key, dry_pass(key, part, lambda device: (samples(flow, device),)), out)


def _check_exchange(key: str, exchange: Exchange, flows: Mapping[str, Flow]) -> dict[str, Flow]:
    found = dry_pass(
        key,
        exchange,
        lambda device: (
            {name: samples(flow, device) for name, flow in flows.items()},
            present(flows, device),
            {},
        ),
    )
    for name in flows:
        expect(f"{key}, {name}", found.get(name), exchange.out[name])
    return dict(exchange.out)


def samples(flow: Flow, device: torch.device) -> Tensor:
    """Two samples of a flow, all 0."""
    return torch.zeros((SAMPLES, *flow.shape), device=device)


def present(names: Mapping[str, Any], device: torch.device) -> dict[str, Tensor]:
    """Every modality present in both samples."""
    return {name: torch.ones(SAMPLES, dtype=torch.bool, device=device) for name in names}


def dry_pass(key: str, part: nn.Module, given: Callable[[torch.device], tuple[Any, ...]]) -> Any:
    """The part's result for `given(device)`: shapes only, on the meta device where the part allows.

    Raises ConfigError naming `key` if the part fails.
    """
    training = part.training
    part.eval()
    try:
        with torch.no_grad():
            return _anywhere(part, given)
    except Exception as error:
        raise ConfigError(f"{key}: fails on two samples: {one_line(error)}") from error
    finally:
        part.train(training)


def _anywhere(part: nn.Module, given: Callable[[torch.device], tuple[Any, ...]]) -> Any:
    try:
        return on_meta(part, given)
    except Exception:
        home = next((p.device for p in part.parameters()), torch.device("cpu"))
        return part(*given(home))


def on_meta(part: nn.Module, given: Callable[[torch.device], tuple[Any, ...]]) -> Any:
    """The part's result on the meta device, which knows shapes only. Raises what the part raises there."""
    meta = torch.device("meta")
    held = part.state_dict(keep_vars=True)
    moved = {id(tensor): tensor.to(meta) for tensor in held.values()}
    state = {name: moved[id(tensor)] for name, tensor in held.items()}
    return functional_call(part, state, given(meta))


def expect(key: str, found: Any, flow: Flow) -> None:
    """Raises ConfigError if a dry pass gave another shape than the part promised."""
    shape = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
    if shape != (SAMPLES, *flow.shape):
        raise ConfigError(f"{key}: gives {shape}, its `out` promises {(SAMPLES, *flow.shape)}")
