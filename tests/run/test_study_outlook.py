"""Networks that a study still has to train, by the files of its runs."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.training.tiny_data import write_tiny
from weldfusion.cli.study import costs_text
from weldfusion.config.study_file import read_study
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import Fold
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.settings import DataSettings, Input
from weldfusion.run import study_outlook
from weldfusion.run.study_outlook import Cost, Costs, _lacking, evaluation_of_a_window, rehearse_rows
from weldfusion.run.study_plan import Asked, Planned, plan_study
from weldfusion.run.studying import outlook_study
from weldfusion.studies.study import Cell, Row
from weldfusion.systems.graph import FusionModel
from weldfusion.training import memory
from weldfusion.training.folder import RunFolder
from weldfusion.training.settings import FitSettings
from weldfusion.training.stages import NETWORK


@pytest.mark.parametrize(("there", "expected"), [
    ([], 10),
    (["2-network.pt"], 9),
    (["2-network.pt", "calibration1/2-network.pt"], 8),
    (["2-network.pt", "3-fusion.pt"], 5),
    (["2-network.pt", "3-temperature.pt"], 5),
])  # fmt: skip
def test_networks_of_calibration_count_until_it_is_written(there, expected, tmp_path):
    """Two seeds of one network and four for its calibration each; the second seed has nothing."""
    fold, nothing = Fold("fold1", {}), Dataset(Path("d"), None, (), ())
    one = Planned(Cell(Row("a"), 1.0), FitSettings(), {"seeds": 2}, nothing, [fold], Path("s"), tmp_path)
    for file in there:
        (tmp_path / "fold1-seed0" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "fold1-seed0" / file).touch()
    assert _lacking(one, fold, inner=4) == expected


def test_evaluation_is_told_apart_from_training():
    of_row = [Cost(Cell(Row(name), 1.0), 9.0, 100, 1, 50, 120.0, 0, "32-true", 300.0) for name in "ab"]
    text = costs_text(Costs(of_row), 1)
    assert "2 cells, 2 networks, 100 steps: about 4 min of training" in text
    assert "evaluation: about 10 min for predictions and plain features" in text
    assert "evaluation: about 5 min" in costs_text(Costs(of_row), 2)


def test_with_a_trial_the_whole_is_told():
    """(120 + 300 + 60) s for each of two cells, 30 s before them."""
    of_row = [Cost(Cell(Row(name), 1.0), 9.0, 100, 1, 50, 120.0, 0, "32-true", 300.0, 60.0) for name in "ab"]
    known = Costs(of_row, tried=1, once_s=30.0)
    assert "\nin all about 16 min, with starting, evaluation, " in costs_text(known, 1)
    assert "on trial of 1 of 2 rows" in costs_text(known, 1)
    assert "\nin all about 8 min, " in costs_text(known, 2)


def test_a_window_of_evaluation_costs_what_network_and_features_take(tmp_path, monkeypatch):
    """By a clock that only these two move."""
    root = write_tiny(tmp_path / "tiny")
    data = DataSettings(str(root), {"curve": Input(samples=32)}, ["defect"])
    windows = WeldWindows(read_dataset(root), data)
    settings = FitSettings(data=data, trainer={"accelerator": "cpu"})
    model = FusionModel(windows.flows, windows.targets, settings.model)
    clock, seen, features = [0.0], [], FusionModel.features

    def of_network(self, batch, hide):
        clock[0] += 3.0
        seen.append(len(batch.where.weld))
        return features(self, batch, hide)

    def of_features(few):
        clock[0] += 8.0
        seen.append(len(few))

    monkeypatch.setattr(study_outlook, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    monkeypatch.setattr(FusionModel, "features", of_network)
    monkeypatch.setattr(study_outlook, "plain_windows", of_features)
    assert evaluation_of_a_window(settings, windows, model) == (3.0 / seen[0], 8.0 / seen[1])
    assert 0 < seen[0] <= seen[1] <= len(windows)


def test_no_time_is_told_where_nothing_is_left():
    text = costs_text(Costs([Cost(Cell(Row("a"), 1.0), 9.0, 100, 0, 0, 0.0, 2, "32-true")]), 1)
    assert text.endswith("\n\n1 cell: nothing is left to train")
    assert "about" not in text


PRETRAINED = """\
every:
  data: {root: tiny, targets: [defect], inputs: {settings: {}, curve: {samples: 32}}}
  trainer: {max_epochs: 3, accelerator: cpu}
  training.batch_size: 8
  split: {class_path: HoldOut, init_args: {test: 0.25, select: 0}}
rows:
  alone: {}
  pretrained:
    training.pretrain:
      class_path: Contrastive
      init_args: {modality: curve, views: [Noise], max_epochs: 5, batch_size: 6}
fractions: [0.5, 1]
"""


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Four cells, of which none is tried."""
    write_tiny(tmp_path / "tiny", welds=24, groups=12)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(study_outlook, "tried", lambda *_: None)
    monkeypatch.setattr(study_outlook, "start_s", lambda: 0.0)
    Path("s.yaml").write_text(PRETRAINED)
    return Path("s.yaml")


def test_steps_of_pretraining_count_with_its_own_time(study, monkeypatch):
    """It sees all 18 training welds at each fraction, in three batches of 6, five times."""
    of_step, taken = study_outlook.pretraining_outlook, []

    def slow(*words):
        taken.append(of_step(*words))
        return replace(taken[-1], step_s=100.0)

    monkeypatch.setattr(study_outlook, "pretraining_outlook", slow)
    _, found = outlook_study(study)
    assert [cost.steps for cost in found.cells] == [3 * 1, 3 * 3, 3 * 1 + 5 * 3, 3 * 3 + 5 * 3]
    assert [round(cost.seconds / 1500) for cost in found.cells] == [0, 0, 1, 1]
    (one,) = taken
    assert 0 < one.step_s < 10


def test_a_warning_names_its_row(study, monkeypatch, recwarn):
    monkeypatch.setattr(memory, "memory_of", lambda device: 500_000)
    rehearse_rows(plan_study(read_study(study), Path("studies/s"), Asked()))
    told = [str(one.message) for one in recwarn]
    assert [line.partition(": ")[0] for line in told] == ["row alone", "row pretrained"]
    assert all("training.batch_size: 8 windows a step take" in line for line in told)


def test_cells_that_are_trained_and_not_evaluated_are_told(study):
    asked = Asked(only=["alone"])
    for one in plan_study(read_study(study), Path("studies/s"), Asked()):
        if one.cell.row.name == "alone":
            place = RunFolder(one.run).fold(one.folds[0].name, 0)
            place.mkdir(parents=True)
            (place / NETWORK).touch()
    text = costs_text(outlook_study(study, asked=asked)[1], 1)
    assert text.endswith("2 cells: nothing is left to train; 2 trained cells still to be evaluated")
    assert "; 2 trained cells still to be evaluated\n" in costs_text(outlook_study(study)[1], 1)
