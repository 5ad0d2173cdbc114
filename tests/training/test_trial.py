"""What a step on trial is said to take."""

import time

import torch

from tests.training.fake import FakeWindows, fresh_model
from weldfusion.training.speed import Speed
from weldfusion.training.trial import trial

FIRST_READING_S = 1.0


class Unprepared(FakeWindows):
    """Windows whose recordings are prepared when one of them is read for the first time."""

    def __init__(self, count):
        super().__init__(count)
        self.prepared = set()

    def __getitems__(self, indices):
        if not self.prepared.issuperset(indices):
            time.sleep(FIRST_READING_S)
        self.prepared.update(indices)
        return super().__getitems__(indices)


def test_the_first_reading_of_recordings_is_no_part_of_a_step():
    windows, select = Unprepared(64), Unprepared(8)
    took = trial(fresh_model(), windows, select, 8, torch.device("cpu"), Speed()).step_s
    assert windows.prepared
    assert select.prepared
    assert took < FIRST_READING_S / 2
