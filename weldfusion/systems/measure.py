"""A model taken apart: class, shapes, parameters and multiply-adds of every part."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch import Tensor, nn

from weldfusion.data.flow import Flow
from weldfusion.data.target import TargetSpec
from weldfusion.encoders.encoder import Encoder
from weldfusion.fusion.fusion import Exchange, LateFusion
from weldfusion.heads.head import Head
from weldfusion.systems.branch import pooled_flow
from weldfusion.systems.counting import Given, multiply_adds, parameter_ids
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.join import FeatureJoin, OutputJoin
from weldfusion.systems.parts import Parts, Share
from weldfusion.systems.sizes import check_sizes, present
from weldfusion.systems.structure import Piece, Role, Structure, shape_words
from weldfusion.systems.system import System

Shapes = Mapping[str, str]


def measured(
    flows: Mapping[str, Flow], targets: Mapping[str, TargetSpec], system: System | None = None, name: str = ""
) -> Structure:
    """The structure of the model of a system for these inputs and targets; `name` is a title.

    Raises ConfigError naming the key of a part that cannot be built, or fails on zeros.

    >>> flows = {"sound": Flow("waveform", 1, length=64)}
    >>> found = measured(flows, {"depth": TargetSpec("depth", "real")})
    >>> [piece.role for piece in found.pieces]
    ['encoder', 'fusion', 'head']
    """
    system = system or Parts()
    parts = system.parts()
    model = FusionModel(flows, targets, system)
    check_sizes(model)
    ledger = _Ledger()
    pieces = [
        *_selections(model),
        *_encoders(model, parts, ledger),
        *_exchanges(model, ledger),
        *_trunks(model, ledger),
        *_means(model),
        *_join(model, ledger),
        *_penalties(model, ledger),
    ]
    everything = parameter_ids([model])
    return Structure(
        name or type(system).__name__,
        _words(model.flows),
        {n: target_words(target) for n, target in model.targets.items()},
        pieces,
        sum(everything.values()),
        sum(everything[p] for p, times in ledger.uses.items() if times > 1),
        parts.modality_dropout if len(flows) > 1 else 0.0,
    )


@dataclass
class _Ledger:
    """How many pieces use each parameter."""

    uses: dict[int, int] = field(default_factory=dict)

    def enter(self, *modules: nn.Module) -> tuple[int, int]:
        """All parameters of a piece, and those that no earlier piece has."""
        found = parameter_ids(modules)
        own = sum(size for p, size in found.items() if p not in self.uses)
        for p in found:
            self.uses[p] = self.uses.get(p, 0) + 1
        return sum(found.values()), own


def _selections(model: FusionModel) -> Iterator[Piece]:
    for name, selection in model.selections.items():
        takes, gives = model.flows[name], model.inner_flows[name]
        note = "fitted on the training part"
        if model.selections[name].count is None:
            note += "; what it drops is 0"
        yield Piece(
            "selection", f"model.select.{name}", type(selection).__name__,
            {name: shape_words(takes)}, {name: shape_words(gives)}, 0, 0, 0, note=note,
        )  # fmt: skip


def _encoders(model: FusionModel, parts: Parts, ledger: _Ledger) -> Iterator[Piece]:
    share = {
        n: one if isinstance(one, Share) else Share(one, norms="shared")
        for n, one in (parts.share or {}).items()
    }
    for name in sorted(model.flows, key=lambda n: (n in share, n)):
        encoder, flow = model.encoders[name], model.inner_flows[name]
        notes = [_how_many(encoder, flow)] if (flow.count or 1) > 1 else []
        shares = ""
        if name in share:
            shares = share[name].of
            notes.append(_shared_words(share[name]))
        out = model.stem_flows[name]
        yield _piece(ledger, "encoder", f"model.encoders.{name}", encoder, {name: flow}, {name: out},
                     _of_flow(flow), note="; ".join(notes), shares=shares)  # fmt: skip


def _how_many(encoder: Encoder, flow: Flow) -> str:
    return f"all {flow.count} images at once" if encoder.whole_sets else f"each of {flow.count} images alone"


def _shared_words(share: Share) -> str:
    several = "first stage" if share.stages == 1 else f"first {share.stages} stages"
    what = "all" if share.stages is None else several
    if share.skip:
        what = f"{what} after stage {share.skip}"
    return f"shares {what} of {share.of}" + ("; own batch statistics" if share.norms == "own" else "")


def _exchanges(model: FusionModel, ledger: _Ledger) -> Iterator[Piece]:
    between = dict(model.stem_flows)
    for key, exchange in zip(model.exchange_keys, model.exchanges, strict=True):
        out = dict(cast(Exchange, exchange).out)

        def given(device: torch.device, flows: Mapping[str, Flow] = between) -> tuple[Any, ...]:
            return _of_flows(flows, device), _present(flows, device), {}

        yield _piece(ledger, "exchange", key, exchange, between, out, given)
        between = out


def _trunks(model: FusionModel, ledger: _Ledger) -> Iterator[Piece]:
    for name, trunk in model.trunks.items():
        flow = model.stem_flows[name]
        if len(model.exchanges):
            flow = cast(Exchange, model.exchanges[-1]).out[name]
        yield _piece(ledger, "trunk", f"model.trunks.{name}", trunk, {name: flow}, {name: model.late[name]},
                     _of_flow(flow))  # fmt: skip


def _means(model: FusionModel) -> Iterator[Piece]:
    """Tokens or maps that the last join gets as features."""
    for name, flow in model.late.items():
        if several := averaged_words(flow):
            gives = {name: shape_words(pooled_flow(flow))}
            key = f"model.trunks.{name}"
            yield Piece("mean", key, f"mean over {several}", {name: shape_words(flow)}, gives, 0, 0, 0)


def averaged_words(flow: Flow) -> str:
    """What the last join takes the mean over; nothing for features or a single token.

    >>> averaged_words(Flow.tokens(4, 1280)), averaged_words(Flow("maps", 64, size=(7, 9)))
    ('4 tokens', '7 × 9 places')
    """
    if flow.kind == "maps":
        return " × ".join(map(str, flow.size or ())) + " places"
    return f"{flow.length} tokens" if flow.kind == "tokens" and (flow.length or 1) > 1 else ""


def _join(model: FusionModel, ledger: _Ledger) -> Iterator[Piece]:
    features = {name: pooled_flow(flow) for name, flow in model.late.items()}
    if isinstance(model.join, FeatureJoin):
        yield from _feature_join(model.join, features, ledger)
    else:
        yield from _output_join(model.join, features, ledger)


def _feature_join(join: FeatureJoin, features: Mapping[str, Flow], ledger: _Ledger) -> Iterator[Piece]:
    joined = {"": join.fusion.out}

    def given(device: torch.device) -> tuple[Any, ...]:
        return _of_flows(features, device), _present(features, device)

    yield _piece(ledger, "fusion", "model.fusion", join.fusion, features, joined, given)
    for target, head in join.heads.items():
        yield _head(ledger, target, head, "", join.fusion.out)


def _output_join(join: OutputJoin, features: Mapping[str, Flow], ledger: _Ledger) -> Iterator[Piece]:
    for target in join.heads:
        heads = join.by_modality(target)
        outputs: dict[str, Tensor] = {}
        for name, head in heads.items():
            yield _head(ledger, target, head, name, features[name])
            outputs[name] = _raw(head, features[name])
        fusion, first = join.fusions[target], join.heads_of(target)[0]
        names = features

        def given(device: torch.device, first: Head = first, outputs: Mapping[str, Tensor] = outputs
                  ) -> tuple[Any, ...]:  # fmt: skip
            here = {name: raw.to(device) for name, raw in outputs.items()}
            return first, here, _present(here, device)

        macs, _ = multiply_adds(fusion, given)
        words = target_words(join.heads_of(target)[0].target)
        total, own = ledger.enter(fusion)
        yield Piece(
            "late fusion", "model.fusion", type(fusion).__name__, dict.fromkeys(names, words), {"": words},
            total, own, macs, target, _when_learned(fusion),
        )  # fmt: skip


def _when_learned(fusion: LateFusion) -> str:
    if fusion.fitted_after:
        return "learns after training, on windows that no gradient saw"
    return "" if fusion.each_alone else "trained by the loss of the joined output"


def _head(ledger: _Ledger, target: str, head: Head, modality: str, flow: Flow) -> Piece:
    macs, raw = multiply_adds(head, _of_flow(flow))
    total, own = ledger.enter(head)
    return Piece(
        "head", f"model.heads.{target}", type(head).__name__, {modality: shape_words(flow)},
        {modality: " × ".join(map(str, tuple(raw.shape)[1:])) or "1"}, total, own, macs, target,
    )  # fmt: skip


def _raw(head: Head, flow: Flow) -> Tensor:
    with torch.no_grad():
        found: Tensor = head(torch.zeros(1, *flow.shape))
    return found


def _penalties(model: FusionModel, ledger: _Ledger) -> Iterator[Piece]:
    features = _words({name: pooled_flow(flow) for name, flow in model.late.items()})
    for number, (_, penalty) in enumerate(model.penalties.items()):
        total, own = ledger.enter(penalty)
        yield Piece(
            "penalty", f"model.penalties.{number}", type(penalty).__name__, features, {}, total, own, 0,
            note="in training only",
        )  # fmt: skip


def _piece(
    ledger: _Ledger,
    role: Role,
    key: str,
    module: nn.Module,
    takes: Mapping[str, Flow],
    gives: Mapping[str, Flow],
    given: Given,
    note: str = "",
    shares: str = "",
) -> Piece:
    macs, _ = multiply_adds(module, given)
    total, own = ledger.enter(module)
    return Piece(
        role,
        key,
        class_words(module),
        _words(takes),
        _words(gives),
        total,
        own,
        macs,
        note=note,
        shares=shares,
    )


def _words(flows: Mapping[str, Flow]) -> Shapes:
    return {name: shape_words(flow) for name, flow in flows.items()}


def class_words(module: nn.Module) -> str:
    """The class of a part, with the encoders inside it; of a published backbone its name.

    >>> class_words(nn.Identity())
    'Identity'
    """
    found: list[str] = []
    for child in module.children():
        members = child if isinstance(child, nn.ModuleList) else [child]
        found += [class_words(member) for member in members if isinstance(member, Encoder)]
    backbone = getattr(module, "name", None)
    inside = [backbone] if isinstance(backbone, str) else list(dict.fromkeys(found))
    return type(module).__name__ + (f"({', '.join(inside)})" if inside else "")


def target_words(target: TargetSpec) -> str:
    """What a target is, in words.

    >>> target_words(TargetSpec("depth", "real", unit="mm"))
    'real, mm'
    """
    more = f"{len(target.classes)} classes" if len(target.classes) > 1 else target.unit
    steps = f"{target.steps} step{'s' * (target.steps != 1)}" if target.steps else ""
    return ", ".join(word for word in (target.kind, more, steps) if word)


def _of_flow(flow: Flow) -> Callable[[torch.device], tuple[Tensor]]:
    return lambda device: (torch.zeros(1, *flow.shape, device=device),)


def _of_flows(flows: Mapping[str, Flow], device: torch.device) -> dict[str, Tensor]:
    return {name: torch.zeros(1, *flow.shape, device=device) for name, flow in flows.items()}


def _present(names: Mapping[str, Any], device: torch.device) -> dict[str, Tensor]:
    return {name: here[:1] for name, here in present(names, device).items()}
