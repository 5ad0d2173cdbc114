"""The executable contract of a whole model."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from weldfusion.data.batch import Batch
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.sizes import check_sizes
from weldfusion.testing.probe import SAMPLES, check_behaviour, check_gradients, finite, require, run, same
from weldfusion.testing.samples import everything, presences, random_batch, some

MakeModel = Callable[[Mapping[str, Flow], Mapping[str, TargetSpec]], FusionModel]
Given = tuple[Mapping[str, Tensor], Mapping[str, Tensor], Mapping[str, Tensor]]


class _Plain(nn.Module):
    """The model with inputs, presence and masks as plain mappings."""

    def __init__(self, model: FusionModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, inputs: Mapping[str, Tensor], present: Mapping[str, Tensor], valid: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        found = self.model(Batch(inputs, present, valid, {}))
        assert isinstance(found, dict)
        return found


def check_model(make: MakeModel, flows: Mapping[str, Flow], targets: Mapping[str, TargetSpec]) -> None:
    """Checks a model on random batches: sizes, the contract of an encoder, each modality missing in
    turn, all missing (the prior), hiding like absence, order of names, gradients.

    Raises ContractError.
    """
    build = lambda: _Plain(make(flows, targets))  # noqa: E731
    model = make(flows, targets)
    check_sizes(model)
    for case, present in presences(flows).items():
        found = check_behaviour(build, _given(random_batch(flows, targets, present, 0)))
        require(sorted(found) == sorted(targets), f"{case}: gives {sorted(found)}, not {sorted(targets)}")
    _check_absence(model, flows, targets)
    _check_names(make, flows, targets)
    check_gradients(build, [_given(random_batch(flows, targets, some(flows, s), 10 * s)) for s in range(3)])


def _given(batch: Batch) -> Given:
    return batch.inputs, batch.present, batch.valid


def _check_absence(model: FusionModel, flows: Mapping[str, Flow], targets: Mapping[str, TargetSpec]) -> None:
    plain = _Plain(model)
    whole = random_batch(flows, targets, everything(flows), 0)
    for case, present in presences(flows).items():
        absent = Batch(whole.inputs, present, whole.valid, whole.targets)
        emptied = {
            name: torch.where(present[name].view(-1, *[1] * (x.ndim - 1)), x, torch.zeros_like(x))
            for name, x in whole.inputs.items()
        }
        found = run(plain, _given(absent))
        same(run(plain, (emptied, present, whole.valid)), found, f"{case}: an absent modality counts")
        with torch.no_grad():
            hidden = model(whole, hide={name: ~mask for name, mask in present.items()})
        same(hidden, found, f"{case}: hidden and absent differ")
        finite(model.loss(found, whole.targets), f"{case}: loss")
    nothing = {name: torch.zeros(SAMPLES, dtype=torch.bool) for name in flows}
    found = run(plain, (whole.inputs, nothing, whole.valid))
    expected = {name: model.head(name).prior(SAMPLES) for name in targets}
    same(found, expected, "all missing: the result is not the prior")


def _check_names(make: MakeModel, flows: Mapping[str, Flow], targets: Mapping[str, TargetSpec]) -> None:
    torch.manual_seed(0)
    model = make(dict(sorted(flows.items())), dict(sorted(targets.items())))
    torch.manual_seed(0)
    twin = make(dict(sorted(flows.items(), reverse=True)), dict(sorted(targets.items(), reverse=True)))
    given = _given(random_batch(flows, targets, everything(flows), 0))
    mirrored = tuple(dict(reversed(list(part.items()))) for part in given)
    same(run(_Plain(twin), mirrored), run(_Plain(model), given), "the order of the names changes the result")
