"""What every part of a model must hold, whatever its kind."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

RELATIVE, ABSOLUTE = 1e-4, 1e-5
SAMPLES = 4


class ContractError(AssertionError):
    """A part breaks its contract; the message says how."""


def require(condition: bool, message: str) -> None:
    """Raises ContractError with `message` unless `condition` holds."""
    if not condition:
        raise ContractError(message)


def tensors(given: Any) -> Iterator[Tensor]:
    """All tensors in a tensor, mapping or sequence of them."""
    if isinstance(given, Tensor):
        yield given
    elif isinstance(given, Mapping):
        for key in sorted(given):
            yield from tensors(given[key])
    elif isinstance(given, Sequence) and not isinstance(given, str):
        for item in given:
            yield from tensors(item)


def each(change: Callable[[Tensor], Tensor], given: Any) -> Any:
    """The same structure with every tensor changed."""
    if isinstance(given, Tensor):
        return change(given)
    if isinstance(given, Mapping):
        return {key: each(change, value) for key, value in given.items()}
    if isinstance(given, tuple | list):
        return type(given)(each(change, item) for item in given)
    return given


def same(found: Any, expected: Any, message: str, exact: bool = False) -> None:
    """Raises ContractError unless all tensors agree."""
    pairs = list(zip(tensors(found), tensors(expected), strict=True))
    for one, other in pairs:
        require(one.shape == other.shape, f"{message}: shapes {tuple(one.shape)} and {tuple(other.shape)}")
        close = torch.equal(one, other) if exact else torch.allclose(one, other, RELATIVE, ABSOLUTE)
        gap = (one.float() - other.float()).abs().max().item() if one.numel() else 0.0
        require(close, f"{message}: largest difference {gap:.3g}")


def finite(found: Any, message: str) -> None:
    """Raises ContractError if a number is NaN or infinite."""
    for tensor in tensors(found):
        require(bool(torch.isfinite(tensor).all()), f"{message}: the result is not finite")


def run(part: nn.Module, given: Any) -> Any:
    """The part's result in eval mode, without gradients."""
    part.eval()
    with torch.no_grad():
        return part(*given)


def check_behaviour(make: Callable[[], nn.Module], given: tuple[Any, ...]) -> Any:
    """Deterministic, input kept, samples independent, state restored, bfloat16; gives the result.

    `given` are the arguments of `forward`, every tensor in it with the batch axis first.
    """
    torch.manual_seed(0)
    part = make()
    before = each(Tensor.clone, given)
    found = run(part, given)
    same(given, before, "the input is changed in place", exact=True)
    finite(found, "eval")
    same(run(part, given), found, "two calls in eval mode differ", exact=True)
    same(given, before, "the input is changed in place", exact=True)
    for i in range(SAMPLES):
        alone = run(part, each(lambda t, i=i: t[i : i + 1], given))  # type: ignore[misc]
        same(
            alone,
            each(lambda t, i=i: t[i : i + 1], found),  # type: ignore[misc]
            f"sample {i} alone differs from sample {i} in a batch of {SAMPLES}",
        )
    turned = run(part, each(lambda t: t.flip(0), given))
    same(each(lambda t: t.flip(0), turned), found, "the order of the samples changes the result")
    check_state(make, part, given, found)
    if not getattr(part, "needs_float32", False):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            finite(run(part, given), "bfloat16")
    return found


def check_state(make: Callable[[], nn.Module], part: nn.Module, given: tuple[Any, ...], found: Any) -> None:
    """A new part with the state dictionary of the old one gives the same."""
    torch.manual_seed(1)
    twin = make()
    twin.load_state_dict({name: tensor.clone() for name, tensor in part.state_dict().items()})
    same(run(twin, given), found, "a part restored from the state dictionary differs from its original")


def check_gradients(make: Callable[[], nn.Module], batches: Sequence[tuple[Any, ...]]) -> None:
    """After one optimiser step a gradient reaches every parameter over three random batches."""
    torch.manual_seed(0)
    part = make().train()
    parameters = {name: p for name, p in part.named_parameters() if p.requires_grad}
    if not parameters:
        return
    optimiser = torch.optim.SGD(parameters.values(), lr=0.01)
    for number, given in enumerate([batches[0], *batches]):
        if number == 1:
            optimiser.step()
            optimiser.zero_grad()
        _projection(part(*given)).backward()  # type: ignore[no-untyped-call]
    for name, parameter in parameters.items():
        require(parameter.grad is not None, f"no gradient reaches {name}")
        gradient = parameter.grad
        assert gradient is not None
        require(bool(torch.isfinite(gradient).all()), f"the gradient of {name} is not finite")
        require(bool((gradient != 0).any()), f"the gradient of {name} is 0 everywhere")


def _projection(found: Any) -> Tensor:
    """A random weighting of the result, the same in every call for equal shapes."""
    total = torch.zeros(())
    for tensor in tensors(found):
        weight = torch.randn(tensor.shape, generator=torch.Generator().manual_seed(tensor.numel()))
        total = total + (tensor.float() * weight).sum()
    return total
