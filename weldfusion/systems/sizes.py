"""A dry pass of two samples through one part, before any data is read."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.systems.build import one_line

SAMPLES = 2


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
            return _on_meta(part, given)
    except Exception as error:
        raise ConfigError(f"{key}: fails on two samples: {one_line(error)}") from error
    finally:
        part.train(training)


def _on_meta(part: nn.Module, given: Callable[[torch.device], tuple[Any, ...]]) -> Any:
    meta = torch.device("meta")
    state = {name: tensor.to(meta) for name, tensor in part.state_dict(keep_vars=True).items()}
    try:
        return functional_call(part, state, given(meta))
    except Exception:
        home = next((p.device for p in part.parameters()), torch.device("cpu"))
        return part(*given(home))


def expect(key: str, found: Any, flow: Flow) -> None:
    """Raises ConfigError if a dry pass gave another shape than the part promised."""
    shape = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
    if shape != (SAMPLES, *flow.shape):
        raise ConfigError(f"{key}: gives {shape}, its `out` promises {(SAMPLES, *flow.shape)}")
