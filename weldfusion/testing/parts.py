"""All parts of a kind, found by listing the modules of their package."""

import inspect
import pkgutil
from importlib import import_module
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def parts_of(package: ModuleType, base: type[T]) -> list[type[T]]:
    """Concrete classes derived from `base` and defined in a module of `package`, by name.

    >>> import weldfusion.fusion
    >>> from weldfusion.fusion.fusion import Fusion
    >>> "Concat" in [part.__name__ for part in parts_of(weldfusion.fusion, Fusion)]
    True
    """
    found = []
    for info in pkgutil.iter_modules(package.__path__):
        module = import_module(f"{package.__name__}.{info.name}")
        for _, part in inspect.getmembers(module, inspect.isclass):
            own = part.__module__ == module.__name__
            if own and issubclass(part, base) and not inspect.isabstract(part):
                found.append(part)
    return sorted(found, key=lambda part: part.__name__)
