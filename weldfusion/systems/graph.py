"""The fusion model: composes the parts of a config into one network."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor, nn

from weldfusion.data.batch import Batch, Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.encoders.encoder import Encoder
from weldfusion.errors import ConfigError
from weldfusion.fusion.fusion import Exchange
from weldfusion.heads.head import Head
from weldfusion.layers.by_name import ModulesByName
from weldfusion.systems.branch import pool, pooled_flow, run_encoder
from weldfusion.systems.build import build, check_names, check_usable
from weldfusion.systems.hints import hinted, tokens_for_exchange, tokens_for_trunk
from weldfusion.systems.join import OutputJoin, last_join, prior_where_nothing
from weldfusion.systems.named import check_named
from weldfusion.systems.parts import MakeEncoder, MakeExchange, Parts
from weldfusion.systems.penalties import penalties
from weldfusion.systems.stems import Stems
from weldfusion.systems.system import System


class FusionModel(Stems):
    """Standardise → select → stem encoders → exchanges → trunk encoders → fusion → heads.

    Everything goes by the sorted names of the modalities, so the order in a file changes nothing.
    Values of absent modalities and masked places never reach the result; a sample of which nothing
    is present gets the prior of the training part.

    Args:
        flows: what each modality gives (from the data set's card).
        targets: what is to be predicted.
        system: the `model:` section of the config.

    Raises ConfigError naming the key (`model.encoders.sound`) if a part cannot be built.
    """

    def __init__(
        self, flows: Mapping[str, Flow], targets: Mapping[str, TargetSpec], system: System | None = None
    ) -> None:
        system = system or Parts()
        parts = system.parts()
        if not flows or not targets:
            raise ConfigError(
                "a model needs at least one input and one target; see data.inputs and data.targets"
            )
        check_usable(flows, "modality")
        check_usable(targets, "target")
        check_named(system, parts, flows, targets)
        for section in ("encoders", "trunks"):
            check_names(f"model.{section}", getattr(parts, section) or {}, flows)
        check_names("model.heads", parts.heads or {}, targets)
        super().__init__(flows, parts)
        self.targets = {name: targets[name] for name in sorted(targets)}
        between = self.stem_flows
        self.exchanges = nn.ModuleList()
        self.exchange_keys: list[str] = []
        for key, make in _exchanges(parts.exchange):
            self.exchange_keys.append(key)
            with hinted(tokens_for_exchange(self.inner_flows, between)):
                exchange = build(key, Exchange, make, between)
            self.exchanges.append(exchange)
            between = {name: exchange.out[name] for name in sorted(between)}
        self.trunks = ModulesByName(
            {
                name: _trunk(name, between[name], make)
                for name, make in (parts.trunks or {}).items()
                if make is not None
            }
        )
        self.late = {
            name: self.trunks[name].out if name in self.trunks else between[name] for name in between
        }
        features = {name: pooled_flow(flow) for name, flow in self.late.items()}
        self.join = last_join(parts.fusion, features, self.targets, parts.heads or {})
        self.penalties = penalties(parts.penalties or (), features)

    def forward(self, batch: Batch, hide: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """Raw output of each target; `hide[name]` bool (B,) takes a present modality away."""
        return self.outputs(*self.features(batch, hide or {}))

    def features(
        self, batch: Batch, hide: Mapping[str, Tensor]
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Features (B, D) of each modality before the last join, and where it is present (B,)."""
        here = self.presence(batch, hide)
        x, valid = self.exchanged(*self.stems(batch, here), here)
        return {name: self.feature(name, x[name], valid.get(name), here[name]) for name in x}, here

    def outputs(self, features: Mapping[str, Tensor], here: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Raw output of each target from what `features` gives."""
        raw = self.join(features, here)
        return {name: prior_where_nothing(raw[name], self.head(name), here) for name in self.targets}

    def exchanged(
        self, x: dict[str, Tensor], valid: dict[str, Tensor], here: Mapping[str, Tensor]
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """What the trunks get: `stems` after the exchanges."""
        for exchange in self.exchanges:
            x = exchange(x, here, valid)
        return x, valid

    def feature(self, name: str, x: Tensor, valid: Tensor | None, here: Tensor) -> Tensor:
        """Features (B, D) of one modality from what its trunk gets."""
        if name in self.trunks:
            trunk = self.trunks[name]
            x = run_encoder(trunk, x, valid, here, trunk.out)
            valid = trunk.out_valid(valid)
        return pool(self.late[name], x, valid)

    @property
    def learns_after(self) -> bool:
        """Whether its late fusion learns from windows that no gradient saw."""
        return self.join.learns_after

    def branch(self, name: str) -> list[nn.Module]:
        """What serves one modality: encoder and trunk, and its own heads where each modality has some."""
        trunk = [self.trunks[name]] if name in self.trunks else []
        return [self.encoders[name], *trunk, *self.join.heads_for(name)]

    def head(self, target: str) -> Head:
        """The head that decodes a target (the first one if each modality has its own)."""
        return self.join.heads_of(target)[0]

    def loss(self, raw: Mapping[str, Tensor], truths: Mapping[str, Truth]) -> dict[str, Tensor]:
        """Loss (B,) of each target, 0 where its truth is not known; the task averages and weighs."""
        return {name: self.head(name).loss(raw[name], truths[name]) for name in self.targets}

    def training_loss(self, batch: Batch, hide: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """What training reduces, (B,) by target: `loss` of the result, but with a late fusion that
        trains each modality alone, the mean of the losses of the modalities that are present. Penalties,
        not yet weighted, are there as `penalty.Similarity`; no target's name has a dot."""
        features, here = self.features(batch, hide or {})
        if isinstance(self.join, OutputJoin) and self.join.each_alone:
            losses = self.join.losses(features, here, batch.targets)
        else:
            losses = self.loss(self.outputs(features, here), batch.targets)
        return losses | {f"penalty.{name}": part(features, here) for name, part in self.penalties.items()}

    def fit_truth(self, target: str, value: np.ndarray, known: np.ndarray) -> None:
        """Give the truths of the training part to all heads of a target."""
        for head in self.join.heads_of(target):
            head.fit_truth(value, known)


def _trunk(name: str, flow: Flow, make: MakeEncoder) -> Encoder:
    with hinted(tokens_for_trunk(name, flow), only_if=f"not {flow.kind}"):
        return build(f"model.trunks.{name}", Encoder, make, flow)


def _exchanges(
    given: MakeExchange | Sequence[MakeExchange] | None,
) -> list[tuple[str, MakeExchange]]:
    if given is None:
        return []
    if isinstance(given, Sequence):
        return [(f"model.exchange.{i}", make) for i, make in enumerate(given)]
    return [("model.exchange", given)]
