"""Published or local weights of a backbone: where they come from and how they get in."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor, nn

from weldfusion.errors import ConfigError

_skipped: ContextVar[bool] = ContextVar("_skipped", default=False)


@contextmanager
def without_pretrained() -> Iterator[None]:
    """Models built inside load no pretrained weights: all of a finished run's weights are in the run.

    >>> with without_pretrained():
    ...     pretrained_wanted()
    False
    """
    token = _skipped.set(True)
    try:
        yield
    finally:
        _skipped.reset(token)


def pretrained_wanted() -> bool:
    """Whether a model that is being built should load pretrained weights."""
    return not _skipped.get()


def read_state(path: str) -> Mapping[str, Tensor]:
    """The state dictionary in a local file written by `torch.save` (nothing else is unpickled) or, where
    its name says so, in the format of safetensors.

    Raises ConfigError if the file is missing or holds something else.
    """
    if not Path(path).is_file():
        raise ConfigError(f"weights: {path} is not a file; give DEFAULT, null or the path of a file")
    if Path(path).suffix == ".safetensors":
        return _read_safetensors(path)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (UnpicklingError, RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise ConfigError(f"weights: {path} is no state dictionary ({type(error).__name__})") from error
    if not isinstance(state, Mapping) or not all(isinstance(value, Tensor) for value in state.values()):
        raise ConfigError(f"weights: {path} holds no state dictionary (names and tensors)")
    return state


def _read_safetensors(path: str) -> Mapping[str, Tensor]:
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError:
        raise ConfigError(f"weights: {path} needs safetensors: pip install weldfusion[backbones]") from None
    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"weights: {path} cannot be read as safetensors: {reason}") from error


def load_state(network: nn.Module, state: Mapping[str, Tensor], ignore: tuple[str, ...], source: str) -> None:
    """Loads `state` into `network`, leaving out names that start with one of `ignore`.

    Raises ConfigError naming the first name that is missing, unexpected or of another shape.
    """
    wanted = {k: v for k, v in network.state_dict().items() if not k.startswith(ignore)}
    given = {k: v for k, v in state.items() if not k.startswith(ignore)}
    for name in sorted(wanted.keys() | given.keys()):
        if name not in given and not name.endswith("num_batches_tracked"):
            raise ConfigError(f"weights: {source} lacks {name}")
        if name not in wanted:
            raise ConfigError(f"weights: {source} has {name}, which the network has not")
        if name in given and given[name].shape != wanted[name].shape:
            found, right = tuple(given[name].shape), tuple(wanted[name].shape)
            raise ConfigError(f"weights: {source} has {name} of shape {found}, expected {right}")
    network.load_state_dict(given, strict=False)
