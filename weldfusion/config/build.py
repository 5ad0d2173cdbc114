"""From a checked config to objects; classes that need a flow first become makers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any, get_args

from weldfusion.config.classes import find_class
from weldfusion.config.leaf import typed
from weldfusion.config.signature import settings_of
from weldfusion.config.slots import Slot, slot_of, structured
from weldfusion.errors import ConfigError, WeldfusionError


@dataclass(frozen=True)
class Maker:
    """A class with its settings, waiting for the arguments that the model builder supplies.

    `maker(flow)` gives the part; what its constructor raises becomes a ConfigError that names `key`.
    """

    key: str
    cls: type
    settings: Mapping[str, Any]

    def __call__(self, *given: Any) -> Any:
        try:
            return self.cls(*given, **self.settings)
        except Exception as error:
            if is_dataclass(self.cls) and isinstance(error, ConfigError):
                raise ConfigError(f"{self.key}.{error}" if self.key else str(error)) from error
            lines = str(error).splitlines() or [type(error).__name__]
            message = lines[0] if isinstance(error, WeldfusionError) else " ".join(lines)
            raise ConfigError(_named(self.key, self.cls.__name__, message)) from error


def _named(key: str, name: str, message: str) -> str:
    """A message after key and class, each once.

    >>> _named("model.heads.a", "RealHead", "RealHead predicts a number"), _named("a", "B", "a.b: is 3")
    ('model.heads.a: RealHead predicts a number', 'a.b: is 3')
    """
    if message.startswith(key):
        return message
    return f"{key}: {message}" if message.startswith(f"{name} ") else f"{key}: {name}: {message}"


def build(annotation: Any, key: str, value: Any, trust: Sequence[str] = ()) -> Any:
    """The object that a completed value describes.

    Raises ConfigError with the key for whatever a constructor raises.
    """
    member = structured(annotation, value)
    if member is None:
        return typed(annotation, value)
    slot = slot_of(member)
    if slot:
        return _part(slot, key, value, trust)
    if is_dataclass(member):
        return Maker(key, member, _settings(member, 0, key, value, trust))()  # type: ignore[arg-type]
    if isinstance(value, Mapping):
        inner = get_args(member)[1] if get_args(member) else Any
        return {name: build(inner, f"{key}.{name}", item, trust) for name, item in value.items()}
    inner = get_args(member)[0]
    return [build(inner, f"{key}.{number}", item, trust) for number, item in enumerate(value)]


def _part(slot: Slot, key: str, value: Mapping[str, Any], trust: Sequence[str]) -> Any:
    cls = find_class(slot, value["class_path"], trust)
    maker = Maker(key, cls, _settings(cls, slot.given or 0, key, value["init_args"], trust))
    return maker() if slot.given is None else maker


def _settings(
    cls: type, given: int, key: str, value: Mapping[str, Any], trust: Sequence[str]
) -> dict[str, Any]:
    known = settings_of(cls, given)
    kinds = {name: known[name].annotation if name in known else Any for name in value}
    return {
        name: build(kinds[name], f"{key}.{name}" if key else name, item, trust)
        for name, item in value.items()
    }
