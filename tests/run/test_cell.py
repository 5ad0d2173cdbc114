"""Seconds of a run's training over all calls, whatever was killed in between."""

import pytest

from weldfusion.run.cell import noted_s
from weldfusion.run.studying import training_times
from weldfusion.training.folder import open_run


@pytest.mark.parametrize(("calls", "expected"), [
    ([(100.0, True), (40.0, True)], [100.0, 140.0]),
    ([(100.0, True), (3.0, False), (40.0, True)], [100.0, 100.0, 140.0]),  # one that only evaluated anew
    ([(3.0, False)], [3.0]),  # of a run that an older version trained
])  # fmt: skip
def test_seconds_of_all_calls_add_up_after_a_first_one_that_was_killed(calls, expected, tmp_path):
    run = open_run(tmp_path / "r", {}, [("fold1", 0)])
    (run.path / "fold1-seed0").mkdir()
    (run.path / "fold1-seed0" / "begun.ckpt").touch()  # what the killed call left
    assert run.has_states()
    assert [noted_s(run, seconds, trained) for seconds, trained in calls] == expected


def test_times_csv_has_the_sum_and_keeps_more_that_was_known():
    told = {"a": {"training_s": 140.0, "resumed": True}, "b": {"training_s": 3.0, "resumed": True}}
    table = training_times(told, {"a": 100.0, "b": 50.0})
    assert list(table["training_s"]) == [140.0, 50.0]
