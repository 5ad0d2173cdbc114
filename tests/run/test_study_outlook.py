"""Networks that a study still has to train, by the files of its runs."""

from pathlib import Path

import pytest

from weldfusion.cli.study import costs_text
from weldfusion.data.dealing import Fold
from weldfusion.data.folder import Dataset
from weldfusion.run.study_outlook import Cost, _lacking
from weldfusion.run.study_plan import Planned
from weldfusion.studies.study import Cell, Row
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


def test_no_time_is_told_where_nothing_is_left():
    text = costs_text([Cost(Cell(Row("a"), 1.0), 9.0, 100, 0, 0, 0.0, 2, "32-true")], 1)
    assert text.endswith("1 cells: nothing is left to train")
    assert "about" not in text
