"""Modules under names that a user chose: a sensor may be called `parameters`, `keys` or `type`."""

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from torch import nn

Part = TypeVar("Part", bound=nn.Module)
_MARK = "of_"


def attribute(name: str) -> str:
    """The name of a part within its module; no attribute of torch's modules begins like it.

    >>> attribute("keys")
    'of_keys'
    """
    return _MARK + name


class ModulesByName(nn.ModuleDict, Generic[Part]):
    """Modules by the names of modalities or targets, in sorted order, whatever the names are.

    `also` gives further names to modules: name → name in `modules`. Weights are held and stored once.

    >>> list(ModulesByName({"type": nn.Identity(), "keys": nn.Identity()}))
    ['keys', 'type']
    >>> two = ModulesByName({"top": nn.Linear(1, 1)}, also={"side": "top"})
    >>> list(two), two["side"] is two["top"], list(two.state_dict())
    (['side', 'top'], True, ['of_top.weight', 'of_top.bias'])
    """

    def __init__(self, modules: Mapping[str, Part], also: Mapping[str, str] | None = None) -> None:
        self.also = dict(also or {})
        super().__init__({name: modules[name] for name in sorted(modules)})

    def __getitem__(self, name: str) -> Part:
        found: Any = super().__getitem__(attribute(self.also.get(name, name)))
        return found  # type: ignore[no-any-return]

    def __setitem__(self, name: str, module: nn.Module) -> None:
        super().__setitem__(attribute(name), module)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(attribute(self.also.get(name, name)))

    def __iter__(self) -> Iterator[str]:
        return iter(sorted([*(key.removeprefix(_MARK) for key in super().__iter__()), *self.also]))

    def __len__(self) -> int:
        return super().__len__() + len(self.also)

    def keys(self) -> list[str]:  # type: ignore[override]
        return list(self)

    def items(self) -> list[tuple[str, Part]]:  # type: ignore[override]
        return [(name, self[name]) for name in self]
