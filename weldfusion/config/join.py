"""Joins the layers of a config: files in order, then overrides. Classes get their full path here."""

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any, get_args

from weldfusion.config.problems import Reading, class_path
from weldfusion.config.signature import MISSING, settings_of
from weldfusion.config.slots import Slot, slot_of, structured
from weldfusion.training.optimisation import OPTIMIZER, SCHEDULER

STANDING: Mapping[str, type] = {"training.optimizer": OPTIMIZER, "training.scheduler": SCHEDULER}
"""Classes that stand where a config names none, of settings whose default (none) does not tell them."""


def join(reading: Reading, annotation: Any, key: str, old: Any, new: Any, default: Any = MISSING) -> Any:
    """The value of a key after one more layer.

    `annotation` is the type of the setting, `old` the value so far (MISSING at first), `default` the
    setting's own default, which tells the class when a layer names only arguments.
    """
    if new is None and (is_dataclass(annotation) or (slot_of(annotation) and is_dataclass(default))):
        new = {}
    member = structured(annotation, new)
    if member is None:
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            return {**old, **new}
        return new
    slot = slot_of(member)
    if slot:
        return _join_slot(reading, slot, key, old, new, default)
    if is_dataclass(member):
        return _join_record(reading, member, key, old, new)  # type: ignore[arg-type]
    if isinstance(new, Mapping):
        inner = get_args(member)[1] if get_args(member) else Any
        kept = dict(old) if isinstance(old, Mapping) else {}
        for name, value in new.items():
            kept[str(name)] = join(reading, inner, f"{key}.{name}", kept.get(str(name), MISSING), value)
        return kept
    inner = get_args(member)[0]
    return [join(reading, inner, f"{key}.{number}", MISSING, value) for number, value in enumerate(new)]


def _join_record(reading: Reading, cls: type, key: str, old: Any, new: Mapping[str, Any]) -> dict[str, Any]:
    fields = settings_of(cls)
    kept = dict(old) if isinstance(old, Mapping) else {}
    for name, value in new.items():
        inner = f"{key}.{name}" if key else str(name)
        if name in fields:
            field = fields[name]
            before = kept.get(name, MISSING)
            kept[name] = join(reading, field.annotation, inner, before, value, field.default)
        else:
            kept[str(name)] = value
    return kept


def _join_slot(
    reading: Reading, slot: Slot, key: str, old: Any, new: Any, default: Any
) -> dict[str, Any] | None:
    name, arguments = _divide(reading, key, new)
    before = old if isinstance(old, Mapping) and "class_path" in old else None
    if name is not None:
        cls = reading.find(slot, key, name)
    elif before:
        cls = reading.find(slot, key, before["class_path"])
    elif type(default) is not type and slot.given is None and default not in (None, MISSING):
        cls = type(default)
    elif key in STANDING:
        cls = STANDING[key]
    else:
        _tell_of_no_class(reading, key, list(arguments))
        return None
    if cls is None:
        return None
    kept = _arguments_kept(reading, key, before, cls)
    settings = settings_of(cls, slot.given or 0)
    for argument, value in arguments.items():
        setting = settings.get(argument)
        kind, standard = (setting.annotation, setting.default) if setting else (Any, MISSING)
        inner = f"{key}.{argument}"
        kept[argument] = join(reading, kind, inner, kept.get(argument, MISSING), value, standard)
    return {"class_path": class_path(cls), "init_args": kept}


def _tell_of_no_class(reading: Reading, key: str, arguments: Sequence[str]) -> None:
    first = f"{key}.{arguments[0]}" if arguments else key
    option = reading.places.get(first, "")
    if option.startswith("--"):
        reading.problem(
            first, f"{key} has no class yet; write --{key} NAME before it (--{key}.help lists them)"
        )
    else:
        reading.problem(key, f"says {', '.join(arguments) or 'nothing'} but no class; write class_path: NAME")


def _divide(reading: Reading, key: str, new: Any) -> tuple[Any | None, dict[str, Any]]:
    """Class name and arguments of one layer: `Concat`, `{class_path, init_args}`, `{widths: …}`."""
    if isinstance(new, str):
        return new, {}
    arguments = {str(name): value for name, value in new.items() if name not in ("class_path", "init_args")}
    listed = new.get("init_args")
    if isinstance(listed, Mapping):
        arguments = {**{str(name): value for name, value in listed.items()}, **arguments}
    elif listed is not None:
        reading.problem(key, f"init_args must be a mapping of arguments, got {listed!r}")
    return new.get("class_path"), arguments


def _arguments_kept(
    reading: Reading, key: str, before: Mapping[str, Any] | None, cls: type
) -> dict[str, Any]:
    """Arguments of the class so far; a change of class drops them all and says so."""
    if before is None:
        return {}
    if before["class_path"] == class_path(cls):
        return dict(before["init_args"])
    if before["init_args"]:
        dropped = ", ".join(f"{name}={value!r}" for name, value in before["init_args"].items())
        former = before["class_path"].rpartition(".")[2]
        reading.notes.append(f"{key}: {former} is replaced by {cls.__name__}; dropped {dropped}")
    return {}
