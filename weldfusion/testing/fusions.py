"""The executable contracts of exchanges, fusions and late fusions."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.errors import ConfigError
from weldfusion.fusion.fusion import Exchange, Fusion, LateFusion
from weldfusion.heads.default import default_head
from weldfusion.testing.probe import (
    SAMPLES,
    check_behaviour,
    check_gradients,
    check_state,
    finite,
    require,
    run,
    same,
    tensors,
)
from weldfusion.testing.samples import (
    everything,
    presences,
    random_mask,
    random_truth,
    random_values,
    some,
)

Flows = Mapping[str, Flow]
TARGETS = (
    TargetSpec("quality", "class", classes=("good", "poor", "bad")),
    TargetSpec("pores", "multilabel", classes=("pore", "crack", "spatter")),
    TargetSpec("force", "real"),
    TargetSpec("pores_along", "intervals", "interval", classes=("pore", "crack", "gap"), steps=2),
    TargetSpec("depth", "curve", "sample", steps=2),
)


def check_exchange(make: Callable[[Flows], Exchange], flows: Flows) -> None:
    """Checks an exchange on random samples of `flows`: the contract of an encoder, and that values of
    absent modalities or tokens that are not valid change nothing, and neither does the order of names.

    Raises ContractError.
    """
    exchange = make(flows)
    require(isinstance(exchange, Exchange), f"{type(exchange).__name__} is not derived from Exchange")
    require(set(exchange.out) == set(flows), f"self.out names {sorted(exchange.out)}, not {sorted(flows)}")
    masks = {name: random_mask(flow, 0) for name, flow in flows.items() if flow.kind == "tokens"}
    valid = {name: mask for name, mask in masks.items() if mask is not None}
    for present in presences(flows).values():
        for given in ((_values(flows, 0), present, {}), (_values(flows, 0), present, valid)):
            found = check_behaviour(lambda: make(flows), given)
            for name in flows:
                promised = (SAMPLES, *exchange.out[name].shape)
                shape = tuple(found[name].shape)
                require(shape == promised, f"{name}: gives {shape}, self.out promises {promised}")
    _check_absent(exchange, lambda x, present: (x, present, valid), flows)
    _check_names(lambda order: make(order), lambda x, present: (x, present, {}), flows)
    check_gradients(lambda: make(flows), [(_values(flows, 10 * s), some(flows, s), {}) for s in range(3)])


def check_fusion(make: Callable[[Flows], Fusion | LateFusion], flows: Flows) -> None:
    """Checks a fusion or late fusion on random features: the contract of an encoder, and that values
    of absent modalities change nothing, and neither does the order of names.

    A late fusion is checked for every kind of target that its `bind` takes, and also after `fit_outputs`
    where it has one.

    Raises ContractError.
    """
    fusion = make(flows)
    if isinstance(fusion, LateFusion):
        _check_late(make, flows)
        return
    require(isinstance(fusion, Fusion), f"{type(fusion).__name__} is not derived from Fusion or LateFusion")
    for present in presences(flows).values():
        found = check_behaviour(lambda: make(flows), (_values(flows, 0), present))
        promised = (SAMPLES, *fusion.out.shape)
        require(found.shape == promised, f"gives {tuple(found.shape)}, self.out promises {promised}")
    _check_absent(fusion, lambda x, present: (x, present), flows)
    _check_names(lambda order: make(order), lambda x, present: (x, present), flows)
    check_gradients(lambda: make(flows), [(_values(flows, 10 * s), some(flows, s)) for s in range(3)])


class _WithHead(nn.Module):
    """A late fusion of a target with one head for all modalities, so that it can be called like a fusion."""

    def __init__(self, fusion: Fusion | LateFusion, target: TargetSpec) -> None:
        super().__init__()
        assert isinstance(fusion, LateFusion)
        fusion.bind(target)
        self.fusion = fusion
        self.head = default_head(Flow.features(1), target).requires_grad_(False)

    def forward(self, outputs: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> Tensor:
        found = self.fusion(self.head, outputs, present)
        assert isinstance(found, Tensor)
        return found


def _check_late(make: Callable[[Flows], Fusion | LateFusion], flows: Flows) -> None:
    accepted = [target for target in TARGETS if _takes(make(flows), target)]
    require(bool(accepted), "refuses every kind of target")
    for target in accepted:
        build = lambda order, target=target: _WithHead(make(order), target)  # noqa: E731
        _check_target(build, flows, target)


def _takes(fusion: Fusion | LateFusion, target: TargetSpec) -> bool:
    try:
        _WithHead(fusion, target)
    except ConfigError:
        return False
    return True


def _check_target(build: Callable[[Flows], _WithHead], flows: Flows, target: TargetSpec) -> None:
    size = ((3,) if target.classes else ()) + ((target.steps,) if target.dense else ())
    outputs = _outputs(flows, size, 0)
    for present in presences(flows).values():
        found = check_behaviour(lambda: build(flows), (outputs, present))
        require(tuple(found.shape) == (SAMPLES, *size), f"{target.kind}: gives {tuple(found.shape)}")
    check_gradients(lambda: build(flows), [(_outputs(flows, size, 10 * s), some(flows, s)) for s in range(3)])
    part = build(flows)
    _check_late_part(build, part, flows, outputs)
    if part.fusion.fitted_after:
        twin, present = build(flows), some(flows, 0)
        hidden = {name: torch.where(_beside(present[name], x), x, 50.0) for name, x in outputs.items()}
        part.fusion.fit_outputs(part.head, outputs, present, random_truth(target, 0))
        twin.fusion.fit_outputs(part.head, hidden, present, random_truth(target, 0))
        learned = list(tensors(part.fusion.state_dict()))
        same(list(tensors(twin.fusion.state_dict())), learned, "fit_outputs learns from what is absent")
        check_state(lambda: build(flows), part, (outputs, present), run(part, (outputs, present)))
        _check_late_part(build, part, flows, outputs)


def _check_late_part(
    build: Callable[[Flows], _WithHead], part: _WithHead, flows: Flows, outputs: Mapping[str, Tensor]
) -> None:
    """Outputs of absent modalities do not count, neither does the order of names, and conflict is a share."""
    for case, present in presences(flows).items():
        other = {
            name: torch.where(_beside(present[name], values), values, 50.0)
            for name, values in outputs.items()
        }
        something = torch.stack(list(present.values())).any(dim=0)
        found, expected = run(part, (other, present)), run(part, (outputs, present))
        finite(found, case)
        same(found[something], expected[something], f"{case}: the output of an absent modality counts")
        conflict = part.fusion.conflict(part.head, outputs, present)
        if conflict is not None:
            share, total = conflict
            right = share.shape == (SAMPLES,) and bool(((share >= 0) & (share <= 1)).all())
            require(right, f"{case}: conflict is {share}, expected {SAMPLES} numbers from 0 to 1")
            flags = total.shape == (SAMPLES,) and total.dtype == torch.bool
            require(flags, f"{case}: total conflict is {total}, expected {SAMPLES} flags")
    backward = dict(sorted(flows.items(), reverse=True))
    twin = build(backward)
    twin.load_state_dict(part.state_dict())
    mirrored = {name: outputs[name] for name in backward}
    same(
        run(twin, (mirrored, everything(backward))),
        run(part, (outputs, everything(flows))),
        "the order of the names changes the result",
    )


def _beside(present: Tensor, values: Tensor) -> Tensor:
    """Presence (B,) in the shape that goes with values (B, …)."""
    return present.view(-1, *[1] * (values.ndim - 1))


def _outputs(flows: Flows, size: tuple[int, ...], seed: int) -> dict[str, Tensor]:
    return {
        name: torch.randn((SAMPLES, *size), generator=torch.Generator().manual_seed(seed + i))
        for i, name in enumerate(sorted(flows))
    }


def _values(flows: Flows, seed: int) -> dict[str, Tensor]:
    return {name: random_values(flow, seed + i) for i, (name, flow) in enumerate(sorted(flows.items()))}


def _check_absent(part: nn.Module, given: Callable[..., tuple[object, ...]], flows: Flows) -> None:
    """Values of an absent modality must not count, however large."""
    x = _values(flows, 0)
    for case, present in presences(flows).items():
        other = {
            name: torch.where(
                present[name].view(-1, *[1] * (x[name].ndim - 1)), x[name], 1000.0 * x[name] + 7
            )
            for name in x
        }
        found = run(part, given(other, present))
        finite(found, case)
        same(found, run(part, given(x, present)), f"{case}: values of an absent modality change the result")


def _check_names(
    make: Callable[[Flows], nn.Module], given: Callable[..., tuple[object, ...]], flows: Flows
) -> None:
    """The order in which names stand in a file must not count."""
    backward = dict(sorted(flows.items(), reverse=True))
    torch.manual_seed(0)
    part = make(dict(sorted(flows.items())))
    torch.manual_seed(0)
    twin = make(backward)
    message = "the order of the names changes the weights"
    require(list(part.state_dict()) == list(twin.state_dict()), message)
    same(list(tensors(twin.state_dict())), list(tensors(part.state_dict())), message)
    x, present = _values(flows, 0), everything(flows)
    mirrored = {name: x[name] for name in backward}
    shown = {name: present[name] for name in backward}
    message = "the order of the names changes the result"
    same(run(twin, given(mirrored, shown)), run(part, given(x, present)), message)
