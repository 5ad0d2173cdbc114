"""The settings of a class: names, types, defaults and documentation of its constructor's parameters."""

import dataclasses
import inspect
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import docstring_parser

MISSING = inspect.Parameter.empty


@dataclass(frozen=True)
class Setting:
    """One parameter of a constructor; `default` is `MISSING` where there is none."""

    annotation: Any
    default: Any
    doc: str = ""


def settings_of(cls: type, given: int = 0) -> dict[str, Setting]:
    """Parameters that a config may name: all but the first `given`, which the program supplies.

    >>> from weldfusion.data.splits import HoldOut
    >>> settings_of(HoldOut)["test"].default
    0.25
    """
    hints = _hints(cls)
    docs = _docs(cls)
    found = {}
    fixed = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    for parameter in list(inspect.signature(cls).parameters.values())[given:]:
        if parameter.kind not in fixed:
            annotation = hints.get(parameter.name, Any)
            default = _default(cls, parameter)
            found[parameter.name] = Setting(annotation, default, docs.get(parameter.name, ""))
    return found


def takes_any_name(cls: type) -> bool:
    """Whether the constructor has `**kwargs` (a user's own class may)."""
    kinds = [parameter.kind for parameter in inspect.signature(cls).parameters.values()]
    return inspect.Parameter.VAR_KEYWORD in kinds


def summary_of(cls: type) -> str:
    """First paragraph of the class's docstring, in one line."""
    return " ".join((inspect.getdoc(cls) or "").split("\n\n")[0].split())


def _hints(cls: type) -> dict[str, Any]:
    try:
        return get_type_hints(cls if dataclasses.is_dataclass(cls) else cls.__init__)  # type: ignore[misc]
    except NameError:
        raw = {p.name: p.annotation for p in inspect.signature(cls).parameters.values()}
        return {name: Any if hint is MISSING or isinstance(hint, str) else hint for name, hint in raw.items()}


def _default(cls: type, parameter: inspect.Parameter) -> Any:
    if dataclasses.is_dataclass(cls):
        field = next((f for f in dataclasses.fields(cls) if f.name == parameter.name), None)
        if field is not None and field.default_factory is not dataclasses.MISSING:
            return field.default_factory()
    return parameter.default


@cache
def _docs(cls: type) -> dict[str, str]:
    """Descriptions by parameter; a class's own come before those of the classes it derives from."""
    docs: dict[str, str] = {}
    for base in reversed(cls.__mro__[:-1]):
        for text in (inspect.getdoc(base), inspect.getdoc(base.__init__)):  # type: ignore[misc]
            if not text:
                continue
            for entry in docstring_parser.parse(text).params:
                docs[entry.arg_name] = " ".join((entry.description or "").split())
    return docs


def plain(value: Any) -> Any:
    """A value as a config writes it: an object of settings as its class path and arguments.

    Raises TypeError for what a config cannot hold.

    >>> plain((1, 2))
    [1, 2]
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Path | Fraction):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value) if field.init]
        return {name: plain(getattr(value, name)) for name in names}
    raise TypeError(f"{type(value).__name__} has no place in a config")
