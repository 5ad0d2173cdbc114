"""Checks a joined config against the types and writes all defaults into it."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any, get_args

from weldfusion.config.leaf import plain_typed, type_name
from weldfusion.config.problems import Reading, class_path
from weldfusion.config.signature import MISSING, Setting, plain, settings_of, takes_any_name
from weldfusion.config.slots import Slot, members, slot_of, structured
from weldfusion.errors import did_you_mean


def complete(reading: Reading, annotation: Any, key: str, value: Any) -> Any:
    """The plain value with all defaults; problems (unknown keys, wrong types) are noted."""
    member = structured(annotation, value)
    if member is None:
        return _leaf(reading, annotation, key, value)
    slot = slot_of(member)
    if slot:
        return _class(reading, slot, key, value)
    if is_dataclass(member):
        return _arguments(reading, member, settings_of(member), key, value)  # type: ignore[arg-type]
    if isinstance(value, Mapping):
        inner = get_args(member)[1] if get_args(member) else Any
        return {name: complete(reading, inner, f"{key}.{name}", item) for name, item in value.items()}
    inner = get_args(member)[0]
    return [complete(reading, inner, f"{key}.{number}", item) for number, item in enumerate(value)]


def _leaf(reading: Reading, annotation: Any, key: str, value: Any) -> Any:
    try:
        return plain_typed(annotation, value)
    except (ValueError, TypeError):
        shown = (
            repr(value) if not isinstance(value, Mapping) else f"a mapping of {', '.join(map(str, value))}"
        )
        quoted = " (in quotes)" if isinstance(value, int | float) and str in members(annotation) else ""
        reading.problem(key, f"expected {type_name(annotation)}{quoted}, got {shown}")
        return None


def _class(reading: Reading, slot: Slot, key: str, value: Mapping[str, Any]) -> dict[str, Any] | None:
    cls = reading.find(slot, key, value["class_path"])
    if cls is None:
        return None
    settings = settings_of(cls, slot.given or 0)
    return {
        "class_path": class_path(cls),
        "init_args": _arguments(reading, cls, settings, key, value["init_args"]),
    }


def _arguments(
    reading: Reading, cls: type, settings: Mapping[str, Setting], key: str, value: Mapping[str, Any]
) -> dict[str, Any]:
    whose = "" if is_dataclass(cls) and "." not in key else f" of {cls.__name__}"
    done = {}
    for name in value:
        inner = f"{key}.{name}" if key else str(name)
        if name in settings:
            continue
        if takes_any_name(cls):
            done[str(name)] = _leaf(reading, Any, inner, value[name])
        else:
            reading.problem(inner, f"unknown setting{whose}; {did_you_mean(str(name), settings)}")
    for name, setting in settings.items():
        inner = f"{key}.{name}" if key else name
        if name in value:
            done[name] = complete(reading, setting.annotation, inner, value[name])
        elif setting.default is MISSING:
            kind = type_name(setting.annotation)
            reading.problem(inner, f"must be given{whose and f' ({cls.__name__} needs it)'}: {kind}")
        else:
            _fill(done, name, setting)
    return done


def _fill(done: dict[str, Any], name: str, setting: Setting) -> None:
    """Writes a default; one that a config cannot hold is left to the constructor."""
    default = setting.default
    try:
        value = plain(default)
    except TypeError:
        return
    is_object = is_dataclass(default) and not isinstance(default, type)
    if is_object and any(slot_of(member) for member in (setting.annotation,)):
        value = {"class_path": class_path(type(default)), "init_args": value}
    done[name] = value
