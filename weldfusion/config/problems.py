"""What is wrong with a config: every finding, with the place where it was written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from weldfusion.config.classes import find_class
from weldfusion.config.slots import Slot
from weldfusion.errors import ConfigError


@dataclass
class Reading:
    """State of reading one config: trusted modules, places of keys, problems and notes so far."""

    trust: Sequence[str] = ()
    places: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def problem(self, key: str, what: str) -> None:
        """Notes that something is wrong with a key."""
        place = self.place(key)
        says_key = place.startswith("--") and place.replace(".init_args", "") == f"--{key}"
        line = f"{place}: {what}" if says_key else f"{place}: {key or 'config'}: {what}"
        if line not in self.problems:
            self.problems.append(line)

    def place(self, key: str) -> str:
        """File and line, or option, where the key or the nearest key above it was written."""
        pieces = key.split(".")
        while pieces:
            if place := self.places.get(".".join(pieces)):
                return place
            pieces.pop()
        below = [place for name, place in self.places.items() if name.startswith(f"{key}.")]
        return below[0] if below else "config"

    def find(self, slot: Slot, key: str, name: Any) -> type | None:
        """The class named at a key; None, and a problem noted, if there is none."""
        if not isinstance(name, str) or not name.strip(".") or ".." in name:
            self.problem(key, f"class_path must be the name of a class, got {name!r}")
            return None
        try:
            return find_class(slot, name, self.trust)
        except ConfigError as error:
            self.problem(key, str(error))
            return None

    def stop_if_wrong(self) -> None:
        """Raises ConfigError with one line for each problem, if there are any."""
        if self.problems:
            raise ConfigError("\n".join(self.problems))


def class_path(cls: type) -> str:
    """
    >>> from weldfusion.data.splits import HoldOut
    >>> class_path(HoldOut).startswith("weldfusion.data.")
    True
    """
    return f"{cls.__module__}.{cls.__qualname__}"
