"""The last join of a model: features joined before the heads, or one head per modality joined after."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.concat import Concat
from weldfusion.fusion.fusion import Conflict, Fusion, LateFusion, Tensors
from weldfusion.heads.default import default_head
from weldfusion.heads.head import Head
from weldfusion.layers.by_name import ModulesByName
from weldfusion.layers.tempered import Tempered
from weldfusion.systems.build import build
from weldfusion.systems.parts import MakeFusion, MakeHead


class FeatureJoin(nn.Module):
    """Fusion → one head per target."""

    def __init__(
        self, fusion: Fusion, targets: Mapping[str, TargetSpec], makes: Mapping[str, MakeHead | None]
    ) -> None:
        super().__init__()
        self.fusion = fusion
        self.heads = ModulesByName({t: _head(t, fusion.out, targets[t], makes) for t in sorted(targets)})

    def forward(self, features: Tensors, present: Tensors) -> dict[str, Tensor]:
        joined = self.fusion(features, present)
        return {target: head(joined) for target, head in self.heads.items()}

    def conflicts(self, features: Tensors, present: Tensors) -> dict[str, Conflict]:
        """Nothing: features that are joined are not seen to contradict each other."""
        return {}

    def learned(self) -> dict[str, dict[str, dict[str, float]]]:
        """Nothing: it learns by gradients only."""
        return {}

    @property
    def learns_after(self) -> bool:
        """Whether it learns from windows that no gradient saw."""
        return False

    def heads_of(self, target: str) -> list[Head]:
        return [self.heads[target]]

    def heads_for(self, name: str) -> list[Head]:
        """None: no modality has a head of its own."""
        return []


class OutputJoin(nn.Module):
    """One head per target and modality → late fusion.

    What each modality says alone is divided by a temperature of its own, where the fusion learns after
    training; until then by 1.
    """

    def __init__(
        self,
        make: MakeFusion,
        flows: Mapping[str, Flow],
        targets: Mapping[str, TargetSpec],
        makes: Mapping[str, MakeHead | None],
    ) -> None:
        super().__init__()
        self.fusions = ModulesByName({t: _late(make, flows, targets[t]) for t in sorted(targets)})
        self.each_alone = all(self.fusions[target].each_alone for target in targets)
        self.heads = ModulesByName(
            {
                t: ModulesByName({m: _head(t, flows[m], targets[t], makes) for m in sorted(flows)})
                for t in sorted(targets)
            }
        )
        after = [target for target in targets if self.fusions[target].fitted_after]
        self.tempered = ModulesByName({target: Tempered(flows) for target in after})

    def forward(self, features: Tensors, present: Tensors) -> dict[str, Tensor]:
        return {target: self.joined(target, raw, present) for target, raw in self.alone(features).items()}

    def alone(self, features: Tensors) -> dict[str, dict[str, Tensor]]:
        """Raw output (B, …) by target and modality, before temperature and fusion."""
        return {
            target: {name: head(features[name]) for name, head in self.by_modality(target).items()}
            for target in self.heads
        }

    def joined(self, target: str, outputs: Tensors, present: Tensors) -> Tensor:
        """Raw output (B, …) of a target from what `alone` gives for it."""
        joined: Tensor = self.fusions[target](
            self.heads_of(target)[0], self._tempered(target, outputs), present
        )
        return joined

    def conflicts(self, features: Tensors, present: Tensors) -> dict[str, Conflict]:
        """How much the modalities contradict each other, of each target whose fusion tells it."""
        found = {}
        for target, raw in self.alone(features).items():
            given = self._tempered(target, raw), present
            conflict = self.fusions[target].conflict(self.heads_of(target)[0], *given)
            if conflict is not None:
                found[target] = conflict
        return found

    def learned(self) -> dict[str, dict[str, dict[str, float]]]:
        """Temperature, and what the fusion tells besides, by target and modality, where it learned after
        training."""
        found = {}
        for target, scales in self.tempered.items():
            own = self.fusions[target].learned()
            found[target] = {
                name: {"temperature": float(value), **own.get(name, {})}
                for name, value in zip(scales.names, scales.temperature, strict=True)
            }
        return found

    def _tempered(self, target: str, outputs: Tensors) -> Tensors:
        found: Tensors = self.tempered[target](outputs) if target in self.tempered else outputs
        return found

    def losses(self, features: Tensors, present: Tensors, truths: Mapping[str, Truth]) -> dict[str, Tensor]:
        """Loss (B,) of each target: mean over the present modalities of what each says alone."""
        names = list(features)
        here = torch.stack([present[name] for name in names])
        found = {}
        for target in self.heads:
            heads = self.by_modality(target)
            alone = [heads[name].loss(heads[name](features[name]), truths[target]) for name in names]
            found[target] = torch.where(here, torch.stack(alone), 0.0).sum(dim=0) / here.sum(dim=0).clamp(
                min=1
            )
        return found

    @property
    def learns_after(self) -> bool:
        """Whether it learns from windows that no gradient saw."""
        return len(self.tempered) > 0

    def heads_of(self, target: str) -> list[Head]:
        return list(self.by_modality(target).values())

    def heads_for(self, name: str) -> list[Head]:
        """The heads of one modality."""
        return [self.heads[target][name] for target in self.heads]

    def by_modality(self, target: str) -> dict[str, Head]:
        """The head of each modality."""
        return dict(self.heads[target].items())


def last_join(
    make: MakeFusion | None,
    flows: Mapping[str, Flow],
    targets: Mapping[str, TargetSpec],
    heads: Mapping[str, MakeHead | None],
) -> FeatureJoin | OutputJoin:
    """The join around a fusion or late fusion of the features `flows`; concatenation by default.

    Raises ConfigError naming the key of a part that cannot be built.
    """
    make = make or Concat
    fusion = build("model.fusion", nn.Module, make, flows)
    if isinstance(fusion, Fusion):
        return FeatureJoin(fusion, targets, heads)
    if isinstance(fusion, LateFusion):
        return OutputJoin(make, flows, targets, heads)
    raise ConfigError(f"model.fusion: is a {type(fusion).__name__}, expected a Fusion or LateFusion")


def _late(make: MakeFusion, flows: Mapping[str, Flow], target: TargetSpec) -> LateFusion:
    fusion = build("model.fusion", LateFusion, make, flows)
    try:
        fusion.bind(target)
    except ConfigError as error:
        raise ConfigError(f"model.fusion: {error}") from error
    return fusion


def _head(name: str, flow: Flow, target: TargetSpec, makes: Mapping[str, MakeHead | None]) -> Head:
    return build(f"model.heads.{name}", Head, makes.get(name) or default_head, flow, target)


def prior_where_nothing(raw: Tensor, head: Head, present: Tensors) -> Tensor:
    """The head's prior in place of the raw output of samples of which no modality is present."""
    anything = torch.stack(list(present.values())).any(dim=0)
    shape = (-1,) + (1,) * (raw.ndim - 1)
    return torch.where(anything.view(shape), raw, head.prior(len(raw)).to(raw.dtype))
