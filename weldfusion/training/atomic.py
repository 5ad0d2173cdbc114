"""States on disk: tensors and plain values, written whole or not at all."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from weldfusion.data.files import write_bytes
from weldfusion.errors import RunError

AGAIN = "delete it and fit again; if it holds a network, this fold is then trained anew"


def save_state(path: Path, state: Mapping[str, Any]) -> None:
    """Writes tensors and plain values; refuses at once what could not be loaded again.

    Raises TypeError naming the place of a value that is neither.
    """
    plain = _plain(dict(state), "state")
    buffer = io.BytesIO()
    torch.save(plain, buffer)
    write_bytes(path, buffer.getvalue())


def load_state(path: Path, *entries: str) -> dict[str, Any]:
    """Reads a state onto the CPU; nothing but tensors and plain values is ever unpickled.

    Raises RunError if the file is absent, damaged, holds something else or lacks one of `entries`.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise RunError(f"{path}: missing; train this fold again to write it") from None
    except Exception as error:  # a damaged pickle may raise anything
        cause = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RunError(f"{path}: damaged or not a weldfusion state ({cause}); {AGAIN}") from None
    if not isinstance(state, dict):
        raise RunError(f"{path}: holds a {type(state).__name__}, expected a dictionary of states")
    for name in entries:
        if name not in state:
            raise RunError(f"{path}: damaged, has no {name!r}; {AGAIN}")
    return state


def _plain(value: Any, place: str) -> Any:
    """The value with only exact dict, list, tuple and scalar types inside."""
    if isinstance(value, torch.Tensor):
        whole = value.untyped_storage().nbytes() == value.numel() * value.element_size()
        return value.detach().cpu() if whole else value.detach().clone().cpu()
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, Mapping):
        return {_plain(key, place): _plain(item, f"{place}[{key!r}]") for key, item in value.items()}
    if type(value) in (list, tuple, set):
        return type(value)(_plain(item, f"{place}[{number}]") for number, item in enumerate(value))
    raise TypeError(f"{place} is a {type(value).__name__}; a state holds tensors and plain values only")
