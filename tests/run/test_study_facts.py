"""What the line above a study's tables says of a planned cell, from its settings, card and folds."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.tiny_data import write_tiny
from weldfusion.data.dealing import Fold
from weldfusion.data.folder import read_dataset
from weldfusion.data.settings import DataSettings
from weldfusion.data.splits import FromFile, HoldOut, KFold
from weldfusion.run.study_facts import divided, facts_of
from weldfusion.run.study_plan import Planned
from weldfusion.studies.study import Cell, Row
from weldfusion.training.settings import FitSettings, GradientStage, TrainingSettings


@pytest.fixture
def planned(tmp_path):
    """Two of the three training welds of a fold."""
    dataset = read_dataset(write_tiny(tmp_path / "tiny"))
    whole = Fold("f", {"a": "fit", "b": "fit", "c": "select", "d": "test", "e": "unused"})
    part = replace(whole, parts={**whole.parts, "b": "unused"})
    settings = FitSettings(data=DataSettings(str(tmp_path / "tiny")), trainer={"max_epochs": 7})
    cell, places = Cell(Row("a"), 0.5), (Path("s"), Path("r"))
    return Planned(cell, settings, {"seeds": 3}, dataset, [part], *places, whole=[whole])


def test_a_planned_cell(planned):
    facts = facts_of(planned)
    assert (facts.folds, facts.divided, facts.seeds) == (1, "whole groups (day)", 3)
    assert (facts.epochs, facts.stops_early) == ([7], False)
    assert facts.data == "tiny"  # no path of the machine stands in a table
    assert facts.share == pytest.approx(2 / 3)


def test_epochs_of_stages_and_an_early_stop(planned):
    stages = [GradientStage(["curve"]), GradientStage(["settings"], max_epochs=2, patience=3)]
    staged = replace(planned.settings, training=TrainingSettings(stages=stages))
    facts = facts_of(replace(planned, settings=staged))
    assert (facts.epochs, facts.stops_early) == ([7, 2], True)
    by_steps = replace(planned.settings, trainer={"max_epochs": -1, "max_steps": 40})
    assert facts_of(replace(planned, settings=by_steps)).epochs == ()


@pytest.mark.parametrize(("split", "group", "expected"), [
    (HoldOut(), "day", "whole groups (day)"),
    (HoldOut(), None, "single welds"),
    (KFold(by="weld"), "day", "single welds"),
    (FromFile("split.csv"), "day", ""),
])  # fmt: skip
def test_what_is_kept_together(planned, split, group, expected):
    assert divided(split, replace(planned.dataset.card, group=group)) == expected
