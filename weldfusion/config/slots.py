"""Slots: settings that are filled with a class, and where the classes of a slot live."""

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

SEVERAL_HOMES = {
    "weldfusion.data.settings.Step": ("weldfusion.signals",),
    "torch.optim.lr_scheduler.LRScheduler": ("weldfusion.training.schedules", "torch.optim.lr_scheduler"),
}


@dataclass(frozen=True)
class Slot:
    """A setting that takes a class.

    `bases`: what the class must be one of; `given`: how many leading constructor arguments the model
    builder supplies later; None: the object itself is wanted, not a maker of it.
    """

    bases: tuple[type, ...]
    given: int | None

    @property
    def homes(self) -> tuple[str, ...]:
        """Packages in which a short name is looked up: that of the base class, with few exceptions."""
        found: dict[str, None] = {}
        for base in self.bases:
            name = f"{base.__module__}.{base.__qualname__}"
            found.update(dict.fromkeys(SEVERAL_HOMES.get(name, (base.__module__.rpartition(".")[0],))))
        return tuple(found)

    def accepts(self, cls: type) -> bool:
        """Whether the class can fill the slot."""
        return not inspect.isabstract(cls) and any(_fits(cls, base) for base in self.bases)

    @property
    def wanted(self) -> str:
        """
        >>> from weldfusion.data.splits import Split
        >>> Slot((Split,), None).wanted
        'Split'
        """
        return " or ".join(base.__name__ for base in self.bases)


def _fits(cls: type, base: type) -> bool:
    if getattr(base, "_is_protocol", False):
        return cls is not base and callable(vars(cls).get("__call__"))
    return issubclass(cls, base) and (cls is not base)


def slot_of(annotation: Any) -> Slot | None:
    """The slot that a type annotation describes, if it does: an abstract class, a protocol, or a
    callable that returns one of our (or torch.optim's) classes."""
    if get_origin(annotation) is Callable:
        given, result = get_args(annotation)
        bases = tuple(base for base in members(result) if isinstance(base, type) and _is_part(base))
        return Slot(bases, len(given)) if bases and isinstance(given, list) else None
    if isinstance(annotation, type) and not is_dataclass(annotation) and _is_part(annotation):
        abstract = inspect.isabstract(annotation) or getattr(annotation, "_is_protocol", False)
        return Slot((annotation,), None) if abstract else None
    return None


def _is_part(cls: type) -> bool:
    return cls.__module__.startswith(("weldfusion.", "torch.optim"))


def section_of(annotation: Any, default: Any) -> type | None:
    """The class whose settings a section of a config holds: a dataclass, or the class that stands in a slot
    by default, where classes stand in its own settings in turn (`model:`, which takes a system)."""
    found = [member for member in members(annotation) if is_dataclass(member) and isinstance(member, type)]
    if found:
        return found[0]
    standing = type(default)
    if slot_of(annotation) is None or not is_dataclass(standing):
        return None
    return standing if any(has_structure(hint) for hint in get_type_hints(standing).values()) else None


def members(annotation: Any) -> tuple[Any, ...]:
    """Members of a union, or the annotation alone; None left out."""
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(member for member in get_args(annotation) if member is not type(None))
    return (annotation,)


def structured(annotation: Any, value: Any) -> Any | None:
    """The member of the annotation that a structured value (text, list, mapping) is walked by; None
    where the value is to be typed as a whole."""
    for member in members(annotation):
        origin = get_origin(member) or member
        is_mapping = isinstance(origin, type) and issubclass(origin, Mapping)
        is_list = isinstance(origin, type) and issubclass(origin, Sequence) and get_args(member)
        if isinstance(value, str | Mapping) and slot_of(member):
            return member
        if isinstance(value, Mapping) and (is_mapping or (is_dataclass(member) and isinstance(member, type))):
            return member
        if isinstance(value, list | tuple) and is_list and has_structure(get_args(member)[0]):
            return member
    return None


def has_structure(annotation: Any) -> bool:
    """Whether settings, classes or mappings of them may stand here, besides single values.

    >>> from collections.abc import Mapping
    >>> has_structure(Mapping[str, float]), has_structure(int | None)
    (True, False)
    """
    return any(
        slot_of(member) is not None
        or is_dataclass(member)
        or get_origin(member) is Mapping
        or (get_origin(member) in (Sequence, list) and has_structure(get_args(member)[0]))
        for member in members(annotation)
    )
