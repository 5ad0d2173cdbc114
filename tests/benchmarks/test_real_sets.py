"""Rows of the benchmarks on real recordings: a row that does not beat the best simple baseline is marked."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from weldfusion.evaluation.frame import WINDOW_COLUMNS
from weldfusion.evaluation.join import join_windows

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from real_sets import converted, headline, told_beside


def frames(right: int):
    """60 welds of two classes, the first `right` of which are told rightly."""
    rows = []
    for weld in range(60):
        truth = weld % 2
        called = truth if weld < right else 1 - truth
        for number, name in enumerate(("good", "bad")):
            row = dict.fromkeys(WINDOW_COLUMNS, float("nan"))
            row |= {
                "weld": f"w{weld}",
                "group": f"w{weld}",
                "window": 0,
                "target": "verdict",
                "kind": "class",
            }
            row |= {"class": name, "truth": float(truth == number), "value": 0.9 if called == number else 0.1}
            rows.append(row | {"present": "sound", "fold": "fold1", "seed": 0})
    windows = pd.DataFrame(rows)
    return windows, join_windows(windows)


class Told:
    """What `told_beside` asks of a run."""

    def __init__(self, right: int) -> None:
        self.right = right
        self.folder = type("Folder", (), {"path": Path("runs/set-system")})
        self.settings = type("Settings", (), {"seed": 0})

    def predictions(self):
        return frames(self.right)


@pytest.mark.parametrize(
    ("ours", "theirs", "met", "words"),
    [
        (58, 30, True, "beats it, better by 0.467 ["),
        (30, 58, False, "is beaten by it, worse by 0.467 [0."),
        (50, 49, False, "does not beat it, better by 0.017 ["),
    ],
)
def test_a_row_is_met_only_where_the_baseline_is_surely_beaten(ours, theirs, met, words):
    (row,) = told_beside(Told(ours), {"trees": frames(theirs)})
    assert row.name == "set-system: verdict"
    assert row.value == pytest.approx(ours / 60)
    assert (row.goal, row.met) == ("beats trees", met)
    assert f"trees: {theirs / 60:.3f} [" in row.note
    assert words in row.note


def test_without_a_baseline_there_is_no_goal():
    figure = {"value": 0.5, "lower": None, "upper": None, "reason": "not estimable"}
    entry = {"weld": {"figures": {"accuracy": figure}}, "headline": "accuracy"}
    row = headline("title", entry)
    assert (row.value, row.goal, row.met) == (0.5, None, None)


def test_recordings_that_are_not_there_are_told_in_one_line(tmp_path):
    with pytest.raises(SystemExit, match="not there; set WELDFUSION_REAL_DATA"):
        converted(tmp_path, "neu_det", tmp_path)
