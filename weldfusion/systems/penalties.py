"""Building the penalties of a model."""

from collections.abc import Mapping, Sequence

from weldfusion.data.flow import Flow
from weldfusion.fusion.penalty import Penalty
from weldfusion.layers.by_name import ModulesByName
from weldfusion.systems.build import build
from weldfusion.systems.parts import MakePenalty


def penalties(makes: Sequence[MakePenalty], flows: Mapping[str, Flow]) -> ModulesByName[Penalty]:
    """Penalties of the features `flows` by the name of their class, further ones of a class numbered.

    Raises ConfigError naming the key of one that cannot be built.
    """
    found: dict[str, Penalty] = {}
    for number, make in enumerate(makes):
        penalty = build(f"model.penalties.{number}", Penalty, make, flows)  # type: ignore[type-abstract]
        name = type(penalty).__name__
        found[name if name not in found else f"{name}_{number}"] = penalty
    return ModulesByName(found)
