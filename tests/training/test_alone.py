"""The temperature of a late fusion that learned: of windows by a fusion that did not learn from them."""

import copy

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from weldfusion.data.batch import Truth
from weldfusion.data.card import TargetSpec
from weldfusion.data.flow import Flow
from weldfusion.fusion.stacking import Stacking
from weldfusion.systems.graph import FusionModel
from weldfusion.systems.parts import Parts
from weldfusion.training.alone import Alone, chosen, cross_fitted, fit_fusion, joined, lots_of
from weldfusion.training.temperature import temperatures

SKILLS = {"arc": 1.5, "photo": 0.7, "sound": 0.2}
VERDICT = {"verdict": TargetSpec("verdict", "class", classes=("good", "poor", "bad"))}


def stacked():
    flows = {name: Flow("table", 1) for name in SKILLS}
    return FusionModel(flows, VERDICT, Parts(fusion=Stacking)).eval()


def said(count, seed, groups=10):
    """Logits that know the truth more or less, a window a weld."""
    draw = torch.Generator().manual_seed(seed)
    truth = torch.randint(3, (count,), generator=draw)
    outputs = {
        name: torch.randn(count, 3, generator=draw) + skill * F.one_hot(truth, 3)
        for name, skill in SKILLS.items()
    }
    every = torch.ones(count, dtype=torch.bool)
    names = np.array([f"g{number % groups}" for number in range(count)])
    return Alone({"verdict": outputs}, dict.fromkeys(SKILLS, every), {"verdict": Truth(truth, every)}, names)


def test_lots_are_of_whole_groups_and_hold_every_window_once():
    groups = np.array([f"g{number % 7}" for number in range(50)])
    lots = lots_of(groups)
    assert len(lots) == 4
    assert torch.equal(torch.stack(lots).sum(dim=0), torch.ones(50, dtype=torch.long))
    assert all(len({bool(lot[i]) for i in np.flatnonzero(groups == g)}) == 1 for lot in lots for g in groups)


def test_truth_of_a_lot_does_not_change_what_is_said_of_it():
    model, found = stacked(), said(40, 0)
    before = cross_fitted(model, found)["verdict"]
    lot = lots_of(found.groups)[1]
    wrong = torch.where(lot, (found.truths["verdict"].value + 1) % 3, found.truths["verdict"].value)
    other = copy.deepcopy(found)
    other.truths["verdict"] = Truth(wrong, found.truths["verdict"].known)
    after = cross_fitted(model, other)["verdict"]
    same = (before[0] == after[0]).all(dim=1).tolist()
    count = int(lot.sum())
    first = int(lots_of(found.groups)[0].sum())
    assert all(same[first : first + count])
    assert not any(same[:first])


def test_the_model_stays_and_one_group_is_joined_by_its_own_fusion():
    model, found = stacked(), said(20, 1, groups=1)
    fit_fusion(model, "verdict", found)
    kept = copy.deepcopy(model.state_dict())
    torch.testing.assert_close(cross_fitted(model, found)["verdict"][0], joined(model, found)["verdict"][0])
    cross_fitted(model, said(20, 2))
    assert all(torch.equal(value, kept[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_its_temperature_serves_new_windows_better_than_that_of_windows_learned_from(seed):
    model, found, new = stacked(), said(40, seed), said(4000, 100 + seed)
    fit_fusion(model, "verdict", found)
    raw, truth = joined(model, new)["verdict"]
    loss = {}
    for name, given in (("cross", cross_fitted(model, found)), ("own", joined(model, found))):
        t = temperatures({"verdict": model.head("verdict")}, given)["verdict"]
        loss[name] = F.cross_entropy(raw / t, truth.value).item()
    assert loss["cross"] < loss["own"]


def test_chosen_windows():
    found = said(6, 3)
    rows = torch.tensor([True, False, True, False, False, False])
    part = chosen(found, rows)
    assert part.groups.tolist() == ["g0", "g2"]
    assert torch.equal(part.outputs["verdict"]["arc"], found.outputs["verdict"]["arc"][[0, 2]])
    assert len(part.truths["verdict"].known) == len(part.present["arc"]) == 2
