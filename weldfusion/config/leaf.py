"""Typing of a single value by its annotation (jsonargparse does the work)."""

import re
import types
from dataclasses import is_dataclass
from functools import reduce
from operator import or_
from typing import Any, Literal, Union, get_args, get_origin

import jsonargparse

from weldfusion.config.signature import plain
from weldfusion.config.slots import has_structure, members, slot_of


def typed(annotation: Any, value: Any) -> Any:
    """The value in the type of the annotation: `[1, 2]` for `tuple[int, int]` gives `(1, 2)`.

    Raises ValueError if it does not fit.

    >>> typed(tuple[int, int], [1, 2])
    (1, 2)
    """
    if annotation is Any:
        return value
    if value is not None and has_structure(annotation):
        single = [member for member in members(annotation) if not has_structure(member)]
        if not single:
            raise ValueError(f"{value!r} is not {type_name(annotation)}")
        annotation = reduce(or_, single)
    parser = jsonargparse.ArgumentParser(exit_on_error=False, default_env=False)
    try:
        parser.add_argument("--value", type=annotation)
    except (ValueError, TypeError):
        return value
    try:
        return parser.parse_object({"value": value}).value
    except jsonargparse.ArgumentError as error:
        raise ValueError(str(error)) from None


def plain_typed(annotation: Any, value: Any) -> Any:
    """The same as a config writes it, for the resolved config."""
    return plain(typed(annotation, value))


def type_name(annotation: Any) -> str:
    """How a type is told to the user.

    >>> type_name(float | None), type_name(Literal["step", "epoch"]), type_name(tuple[int, ...])
    ('float or null', 'step or epoch', 'list of int')
    """
    origin, args = get_origin(annotation), get_args(annotation)
    if annotation is type(None):
        return "null"
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(type_name(arg) for arg in args))
    if origin is Literal:
        return " or ".join(str(arg) for arg in args)
    if annotation is str:
        return "text"
    if annotation is bool:
        return "true or false"
    if origin is tuple and len(args) > 1 and args[1] is not Ellipsis:
        return f"[{', '.join(type_name(arg) for arg in args)}]"
    if slot := slot_of(annotation):
        settings = "a mapping of settings or " if slot.given is None else ""
        return f"{settings}a class ({slot.wanted})"
    if is_dataclass(annotation):
        return "a mapping of settings"
    if isinstance(origin, type) and args:
        kind = "mapping" if hasattr(origin, "keys") else "list"
        return f"{kind} of {type_name(args[-1] if kind == 'mapping' else args[0])}"
    return re.sub(r"\b[\w]+\.", "", getattr(annotation, "__name__", str(annotation)))
