"""Help texts made from signatures and docstrings: all settings, the classes of a slot, one class."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any, get_args, get_origin

from weldfusion.config.classes import class_names, find_class, slot_classes
from weldfusion.config.leaf import type_name
from weldfusion.config.problems import class_path
from weldfusion.config.signature import MISSING, Setting, settings_of, summary_of
from weldfusion.config.slots import Slot, members, section_of, slot_of
from weldfusion.errors import ConfigError, did_you_mean

LEFT = 34
WIDTH = 105


def settings_help(root: type) -> str:
    """Every setting of a config with type, default and documentation, section by section.

    >>> from weldfusion.data.settings import DataSettings
    >>> "--windows.length_s" in settings_help(DataSettings)
    True
    """
    lines: list[str] = []
    singles: list[str] = []
    for name, setting in settings_of(root).items():
        section = section_of(setting.annotation, setting.default)
        if section is None:
            singles += _entry(f"--{name}", setting)
        else:
            lines += ["", f"{name}: {summary_of(section)}", *_section_lines(section, name)]
            lines += _instead(setting.annotation, section, name)
    return "\n".join(["the run:", *singles, *lines])


def help_on(root: type, key: str, name: str | None, trust: Sequence[str] = ()) -> str:
    """Help on one key: the settings of a section, the classes of a slot, or the class `name` of a slot.

    Raises ConfigError: no such key, no such class.
    """
    annotation, default = _annotation(root, key)
    slot = next((found for member in members(annotation) if (found := slot_of(member))), None)
    if slot is None:
        section = section_of(annotation, default)
        if section is None:
            raise ConfigError(f"--{key}.help: {key} is {type_name(annotation)}, not a section or a class")
        return "\n".join([f"{key}: {summary_of(section)}", *_section_lines(section, key)])
    if name is None:
        return _slot_help(slot, key)
    return _class_help(slot, key, find_class(slot, name, trust))


def settings_list(settings: Mapping[str, Setting], key: str) -> str:
    """One entry for each setting of a flat section."""
    return "\n".join(
        line for name, setting in settings.items() for line in _entry(f"--{key}.{name}", setting)
    )


def _instead(annotation: Any, section: type, key: str) -> list[str]:
    """The classes that may stand in place of a section's own."""
    slot = slot_of(annotation)
    names = [name for name in class_names(slot) if name != section.__name__] if slot else []
    if not names:
        return []
    text = f"in place of these: {', '.join(names)}; --{key}.help NAME tells its settings"
    body = textwrap.wrap(text, WIDTH - LEFT)
    return [f"{f'  --{key} NAME':<{LEFT}}{body[0]}", *(" " * LEFT + line for line in body[1:])]


def _section_lines(section: type, key: str) -> list[str]:
    lines: list[str] = []
    for name, setting in settings_of(section).items():
        inner = section_of(setting.annotation, None)
        if inner is None:
            lines += _entry(f"--{key}.{name}", setting)
            if item := section_of(_item(setting.annotation), None):
                lines += _section_lines(item, f"{key}.{name}.NAME")
        else:
            lines += _section_lines(inner, f"{key}.{name}")
    return lines


def _entry(option: str, setting: Setting) -> list[str]:
    default = "" if setting.default is MISSING else f" [{_shown(setting.default)}]"
    slot = _slot_within(setting.annotation)
    text = f"{setting.doc} ({type_name(setting.annotation)}){default}".strip()
    if slot:
        text += f"; {option}.help lists the classes"
    body = textwrap.wrap(text, WIDTH - LEFT)
    left = f"  {option}"
    if len(left) < LEFT - 1 and body:
        body[0] = f"{left:<{LEFT}}{body[0]}"
        return [body[0], *(" " * LEFT + line for line in body[1:])]
    return [left, *(" " * LEFT + line for line in body)]


def _shown(default: Any) -> str:
    if default is None:
        return "null"
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, str | tuple | list) and not default:
        return "none"
    return default.__class__.__name__ if is_dataclass(default) else str(default)


def _item(annotation: Any) -> Any:
    """What a mapping or a list holds; the annotation itself for anything else."""
    for member in members(annotation):
        args = get_args(member)
        if get_origin(member) is not None and len(args) in (1, 2) and slot_of(member) is None:
            return args[-1]
    return annotation


def _slot_within(annotation: Any) -> Slot | None:
    for candidate in (*members(annotation), *members(_item(annotation))):
        if slot := slot_of(candidate):
            return slot
    return None


def _annotation(root: type, key: str) -> tuple[Any, Any]:
    """Type and default of the setting at a dotted key; a mapping of classes stands for its classes."""
    annotation: Any = root
    default: Any = None
    for piece in key.split("."):
        section = section_of(annotation, default)
        if section is None:
            inner = _item(annotation)
            if inner is annotation:
                raise ConfigError(f"--{key}.help: there is no setting {piece} in {type_name(annotation)}")
            annotation, default = inner, None
            continue
        settings = settings_of(section)
        if piece not in settings:
            raise ConfigError(f"--{key}.help: no setting {piece}; {did_you_mean(piece, settings)}")
        annotation, default = settings[piece].annotation, settings[piece].default
    is_list_of_slots = _slot_within(annotation) and not any(slot_of(m) for m in members(annotation))
    return (_item(annotation) if is_list_of_slots else annotation), default


def _slot_help(slot: Slot, key: str) -> str:
    classes = sorted(slot_classes(slot), key=lambda cls: cls.__name__)
    lines = [f"{key}: one of these classes ({slot.wanted}); --{key}.help NAME tells their settings"]
    for cls in classes:
        body = textwrap.wrap(summary_of(cls), WIDTH - LEFT) or [""]
        lines.append(f"  {cls.__name__:<{LEFT - 3}} {body[0]}")
        lines += [" " * LEFT + line for line in body[1:]]
    return "\n".join(lines)


def _class_help(slot: Slot, key: str, cls: type) -> str:
    settings = settings_of(cls, slot.given or 0)
    body = settings_list(settings, key) if settings else "  no settings"
    about = textwrap.fill(summary_of(cls), WIDTH)
    return f"{cls.__name__} ({class_path(cls)}), for {key}\n{about}\n\n{body}"
