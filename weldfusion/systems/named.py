"""Whether a published system and the data of a config name the same sensors and targets."""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass

from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.systems.parts import Parts, Share
from weldfusion.systems.system import System


def check_named(system: System, parts: Parts, sensors: Iterable[str], targets: Iterable[str]) -> None:
    """Raises ConfigError where a published system names a sensor or a target that the data do not give, or
    the data give a sensor that it does not name (its default encoder would be no part of what was published)
    or a target beside those for which it has heads.

    `Parts`, which the user composes, may leave sensors to the default encoder of their kind.
    """
    if isinstance(system, Parts):
        return
    who, given, known = type(system).__name__, sorted(sensors), sorted(targets)
    named = named_sensors(parts)
    for name in named:
        if name not in given:
            free = [one for one in given if one not in named]
            raise ConfigError(
                f"{_key(system, name)}: {who} takes the sensor {name!r}, which data.inputs does not give; "
                + (did_you_mean(name, free) if free else f"add {name} to data.inputs")
            )
    for name in parts.heads or {}:
        if name not in known:
            key = _key(system, name)
            raise ConfigError(
                f"{key}: {who} predicts {name!r}, which data.targets does not give; set --{key} "
                f"({did_you_mean(name, known)})"
            )
    if parts.heads and (more := [name for name in known if name not in parts.heads]):
        raise ConfigError(
            f"data.targets: {who} predicts {_listed(sorted(parts.heads))}; leave out {', '.join(more)}: "
            f"--data.targets '[{', '.join(sorted(parts.heads))}]'"
        )
    if others := [name for name in given if name not in named]:
        wanted = ", ".join(f"{name}: {{}}" for name in named)
        raise ConfigError(
            f"data.inputs: {who} takes {_listed(named)}; leave out {', '.join(others)}: "
            f"--data.inputs null --data.inputs '{{{wanted}}}', each with its settings"
        )


def more_than_published(system: System, targets: Iterable[str]) -> str:
    """What a published system does with all targets of a card, where they are more than its paper's and none
    was chosen; empty where they are not."""
    names, count = sorted(targets), system.paper_targets
    if count is None or len(names) <= count:
        return ""
    return (
        f"data.targets: none chosen, so {type(system).__name__} predicts all of the card, {_listed(names)}, "
        f"each by a head of its own; its paper predicts {count}. Name those you want, for example "
        f"--data.targets '[{', '.join(names[:count])}]'"
    )


def named_sensors(parts: Parts) -> list[str]:
    """Sensors for which parts are given, sorted.

    >>> named_sensors(Parts(share={"side": "top"}))
    ['side', 'top']
    """
    share = parts.share or {}
    of = {one.of if isinstance(one, Share) else one for one in share.values()}
    return sorted({*(parts.select or {}), *(parts.encoders or {}), *(parts.trunks or {}), *share, *of})


def _key(system: System, name: str) -> str:
    """The setting of a system that holds this name."""
    settings: list[str] = [one.name for one in fields(system)] if is_dataclass(system) else []
    return next((f"model.{one}" for one in settings if getattr(system, one) == name), "model")


def _listed(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
