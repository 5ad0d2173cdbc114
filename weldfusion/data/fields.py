"""Typed values out of a mapping that a person wrote; what is wrong is noted, not raised."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import isfinite
from typing import Any

from weldfusion.errors import did_you_mean

Note = Callable[[str, str], None]


class Fields:
    """One mapping of a YAML file or of reader options.

    Each method takes one key, checks it and gives a value (the default where the entry is absent or
    wrong). Problems go to `note(full key, message)`. `close` notes every key that nobody asked for.

    >>> fields = Fields({"rte": 5}, "modalities.sound", lambda key, message: print(f"{key}: {message}"))
    >>> fields.rate("rate")
    >>> fields.close()
    modalities.sound.rte: unknown key; did you mean rate?
    """

    def __init__(self, content: object, place: str, note: Note) -> None:
        self.place = place
        self._note = note
        self._asked: set[str] = set()
        self._hushed = False
        self._content: Mapping[Any, Any] = {}
        if isinstance(content, Mapping):
            self._content = content
        elif content is not None:
            note(place, f"must be a list of `key: value`, is {content!r}")

    def key(self, name: str) -> str:
        """The full key of an entry."""
        return f"{self.place}.{name}" if self.place else name

    def note(self, name: str, message: str) -> None:
        """Note a problem of one entry."""
        if not self._hushed:
            self._note(self.key(name), message)

    def hush(self) -> None:
        """Note only unknown keys from here on: the rest may follow from a problem already noted."""
        self._hushed = True

    def value(self, name: str, default: Any = None) -> Any:
        """The raw entry; the default where it is absent or empty."""
        self._asked.add(name)
        found = self._content.get(name)
        return default if found is None else found

    def text(self, name: str, default: str = "", *, needed: bool = False) -> str:
        """A text; numbers and yes/no must be quoted."""
        found = self.value(name)
        if found is None or (needed and not str(found).strip()):
            if needed:
                self.note(name, "is missing; write a text")
            return default
        if not isinstance(found, str):
            self.note(name, f"must be text, is {found!r}; put it in quotes")
            return default
        return found

    def choice(self, name: str, options: Iterable[str], default: str = "") -> str:
        """One of some words; needed where there is no default."""
        known = tuple(options)
        found = self.value(name, default or None)
        if found is None:
            self.note(name, f"is missing; valid: {', '.join(known)}")
        elif found not in known:
            self.note(name, f"{found!r} is unknown; {did_you_mean(str(found), known)}")
        else:
            return str(found)
        return default

    def number(self, name: str, default: float = 0.0, low: float = -1e300, high: float = 1e300) -> float:
        """A finite number from `low` to `high`."""
        found = self.value(name, default)
        if isinstance(found, bool) or not isinstance(found, int | float) or not isfinite(found):
            self.note(name, f"must be a number, is {found!r}")
        elif not low <= found <= high:
            self.note(name, f"is {found}; must be from {low:g} to {high:g}")
        else:
            return float(found)
        return default

    def whole(self, name: str, default: int, low: int = 0) -> int:
        """A whole number not below `low`."""
        found = self.value(name, default)
        if isinstance(found, bool) or not isinstance(found, int) or found < low:
            self.note(name, f"must be a whole number from {low} up, is {found!r}")
            return default
        return found

    def flag(self, name: str, default: bool) -> bool:
        """`true` or `false`."""
        found = self.value(name, default)
        if not isinstance(found, bool):
            self.note(name, f"must be true or false, is {found!r}")
            return default
        return found

    def rate(self, name: str) -> Fraction | None:
        """A rate in Hz above 0 as an exact fraction: 16000, 0.5 or "44100/3"."""
        found = self.value(name)
        if found is None:
            return None
        try:
            if isinstance(found, bool) or not isinstance(found, int | float | str | Fraction):
                raise ValueError
            rate = Fraction(str(found).replace(" ", ""))
        except (ValueError, ZeroDivisionError):
            self.note(name, f"must be a rate in Hz such as 16000 or '44100/3', is {found!r}")
            return None
        if rate <= 0:
            self.note(name, f"is {found}; a rate in Hz must be above 0")
            return None
        return rate

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of different, non-empty texts; a single text is a list of one."""
        found = self.value(name, ())
        entries = [found] if isinstance(found, str) else found
        if not isinstance(entries, list | tuple):
            self.note(name, f"must be a list of names, is {found!r}")
            return ()
        for entry in entries:
            if not isinstance(entry, str) or not entry.strip():
                self.note(name, f"{entry!r} is not text; put it in quotes")
                return ()
        twice = sorted({entry for entry in entries if entries.count(entry) > 1})
        if twice:
            self.note(name, f"{twice[0]!r} is listed twice")
        return tuple(entries)

    def mapping(self, name: str) -> Mapping[str, Any]:
        """A mapping whose keys are texts."""
        found = self.value(name, {})
        if not isinstance(found, Mapping):
            self.note(name, f"must be a list of `key: value`, is {found!r}")
            return {}
        for key in found:
            if not isinstance(key, str):
                self.note(name, f"key {key!r} is not text; put it in quotes")
                return {}
        return dict(found)

    def close(self) -> None:
        """Note the keys that nobody asked for."""
        for name in self._content:
            if name not in self._asked:
                self._note(self.key(str(name)), f"unknown key; {did_you_mean(str(name), self._asked)}")
