"""Building the parts of a model, with errors that name the key of the config."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from torch import nn

from weldfusion.errors import ConfigError, WeldfusionError, did_you_mean

Part = TypeVar("Part", bound=nn.Module)


def build(key: str, kind: Callable[..., Part], make: Callable[..., Any], *given: Any) -> Part:
    """`make(*given)`, which must give a `kind`.

    Raises ConfigError with one line that starts with `key`.
    """
    try:
        part = make(*given)
    except WeldfusionError as error:
        raise ConfigError(str(error) if str(error).startswith(key) else f"{key}: {error}") from error
    except (TypeError, ValueError, RuntimeError, AssertionError) as error:
        raise ConfigError(f"{key}: {one_line(error)}") from error
    assert isinstance(kind, type)
    if not isinstance(part, kind):
        raise ConfigError(f"{key}: is a {type(part).__name__}, expected a part derived from {kind.__name__}")
    return cast(Part, part)


def one_line(error: Exception) -> str:
    """The message of an error, or its type where it has none, without line breaks."""
    return " ".join(str(error).split()) or type(error).__name__


def check_names(key: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raises ConfigError if one of the names `given` under `key` is not known."""
    names = list(known)
    for name in given:
        if name not in names:
            raise ConfigError(f"{key}.{name}: no such name here; {did_you_mean(name, names)}")


def check_modalities(key: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raises ConfigError if one of the names that `key` lists is no modality."""
    names = list(known)
    for name in given:
        if name not in names:
            raise ConfigError(f"{key}: {name} is no modality here; {did_you_mean(name, names)}")


def check_usable(names: Iterable[str], what: str) -> None:
    """Raises ConfigError for a name that torch cannot give to a part of a module."""
    for name in names:
        if "." in name or not name:
            raise ConfigError(f"{what} `{name}`: this name is empty or has a dot; rename it in dataset.yaml")
