import numpy as np
import pytest
import torch

from weldfusion.data.batch import Batch, Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.heads.classes import ClassHead
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.training.temperature import outputs, temperatures

TARGETS = {
    "defect": TargetSpec("defect", "class", classes=("a", "b", "c")),
    "force": TargetSpec("force", "real"),
}


def batches(factor, count=4000):
    """Truths drawn from the softmax of a table's columns, which are then scaled by `factor`."""
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((count, 3)) * 2
    chance = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    label = (chance.cumsum(axis=1) < rng.random((count, 1))).sum(axis=1).clip(max=2)
    for rows in np.array_split(np.arange(count), 3):
        known = torch.ones(len(rows), dtype=torch.bool)
        yield Batch(
            inputs={"logits": torch.tensor(logits[rows] * factor, dtype=torch.float32)},
            present={"logits": known},
            valid={},
            targets={
                "defect": Truth(torch.from_numpy(label[rows]), known),
                "force": Truth(torch.zeros(len(rows)), ~known),
            },
        )


def fit_temperatures(model, batches):
    return temperatures({name: model.head(name) for name in model.targets}, outputs(model, batches))


class Through(FusionModel):
    """Gives its input as logits."""

    def forward(self, batch, hide=None):
        return {"defect": batch.inputs["logits"], "force": batch.inputs["logits"][:, 0]}


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_finds_the_factor_by_which_logits_are_too_sure(factor):
    found = fit_temperatures(Through({"logits": Flow("table", 3)}, TARGETS), batches(factor))
    assert found == {"defect": pytest.approx(factor, rel=0.08)}


def test_a_focal_head_is_calibrated_by_the_plain_log_loss():
    parts = Parts(heads={"defect": lambda flow, target: ClassHead(flow, target, "none", 0.2, 2.0)})
    model = Through({"logits": Flow("table", 3)}, TARGETS, parts)
    assert fit_temperatures(model, batches(3.0)) == {"defect": pytest.approx(3.0, rel=0.08)}
