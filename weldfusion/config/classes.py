"""From the name of a class in a config to the class, importing nothing that is not trusted."""

import importlib
import importlib.util
import inspect
import os
import pkgutil
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from weldfusion.config.slots import Slot
from weldfusion.errors import ConfigError, did_you_mean

_CLASS = re.compile(r"^class (\w+)", re.MULTILINE)


def find_class(slot: Slot, name: str, trust: Sequence[str]) -> type:
    """The class that a config names for a slot: a short name (`Concat`) or a dotted path.

    Short names are looked up by reading, not importing, the modules of the slot's package. A dotted
    path outside weldfusion (and torch.optim for its two slots) is refused before it is imported unless
    its first name is in `trust`.

    Raises ConfigError: not known, not trusted, not importable, not a class for this slot.

    >>> from weldfusion.data.splits import Split
    >>> find_class(Slot((Split,), None), "HoldOut", ()).__name__
    'HoldOut'
    """
    path = name if "." in name else _short(slot, name)
    cls = _imported(slot, path, trust)
    if not isinstance(cls, type) or not slot.accepts(cls):
        raise ConfigError(f"{name} cannot be used as {slot.wanted}; valid: {', '.join(class_names(slot))}")
    return cls


def class_names(slot: Slot) -> list[str]:
    """Short names of all classes that may fill the slot (imports their modules)."""
    return sorted(cls.__name__ for cls in slot_classes(slot))


def slot_classes(slot: Slot) -> list[type]:
    """All classes of the slot's packages that may fill it."""
    found = []
    for name, paths in _written(slot).items():
        for path in paths:
            module = importlib.import_module(path.rpartition(".")[0])
            cls = getattr(module, name, None)
            if isinstance(cls, type) and slot.accepts(cls):
                found.append(cls)
    return found


def _short(slot: Slot, name: str) -> str:
    paths = _written(slot).get(name, [])
    if len(paths) > 1:
        raise ConfigError(f"{name} is the name of several classes; write one of {', '.join(paths)}")
    if not paths:
        raise ConfigError(f"no {slot.wanted} is called {name!r}; {did_you_mean(name, class_names(slot))}")
    return paths[0]


def _written(slot: Slot) -> dict[str, list[str]]:
    """Public class names in the source files of the slot's packages → their dotted paths."""
    found: dict[str, list[str]] = {}
    for home in slot.homes:
        for module, file in _modules(home):
            for name in _CLASS.findall(file.read_text(encoding="utf-8")):
                if not name.startswith("_"):
                    found.setdefault(name, []).append(f"{module}.{name}")
    return found


def _modules(home: str) -> Iterator[tuple[str, Path]]:
    spec = importlib.util.find_spec(home)
    if spec is None:
        return
    if spec.submodule_search_locations is None:
        yield home, Path(str(spec.origin))
        return
    for info in pkgutil.walk_packages(spec.submodule_search_locations, f"{home}."):
        part = importlib.util.find_spec(info.name)
        if part and part.origin and part.origin.endswith(".py"):
            yield info.name, Path(part.origin)


def _imported(slot: Slot, path: str, trust: Sequence[str]) -> object:
    pieces = path.split(".")
    ours = pieces[0] == "weldfusion" or (path.startswith("torch.optim.") and _takes_torch(slot))
    if not ours and pieces[0] not in trust:
        raise ConfigError(f"{path} is code from outside weldfusion; to allow it, add --trust {pieces[0]}")
    if not ours and os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
        importlib.invalidate_caches()
    for length in range(len(pieces) - 1, 0, -1):
        module_name = ".".join(pieces[:length])
        try:
            found: object = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            if error.name and (module_name + ".").startswith(error.name + "."):
                continue
            raise ConfigError(f"{path} cannot be imported: {error}") from None
        except Exception as error:
            raise ConfigError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
        for piece in pieces[length:]:
            inside = {key: value for key, value in vars(found).items() if inspect.isclass(value)}
            if piece not in inside:
                written = _written(slot).get(pieces[-1])
                hint = did_you_mean(path, written) if written else did_you_mean(piece, inside)
                raise ConfigError(f"{path}: {module_name} has no {piece}; {hint}")
            found = inside[piece]
        return found
    raise ConfigError(f"{path}: there is no module {pieces[0]}")


def _takes_torch(slot: Slot) -> bool:
    return any(base.__module__.startswith("torch.optim") for base in slot.bases)
