"""Networks that a study still has to train, by the files of its runs."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.training.tiny_data import write_tiny
from weldfusion.cli.study import costs_text
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.dealing import Fold
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.settings import DataSettings, Input
from weldfusion.run import study_outlook
from weldfusion.run.study_outlook import Cost, Costs, _lacking, evaluation_of_a_window
from weldfusion.run.study_plan import Planned
from weldfusion.studies.study import Cell, Row
from weldfusion.systems.graph import FusionModel
from weldfusion.training.settings import FitSettings


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
    assert text.endswith("1 cells: nothing is left to train")
    assert "about" not in text
