"""The frozen process keeps its statistics; other numbers need a new version."""

import json
from pathlib import Path

import numpy as np

from tests.simulate.resistance_spot import frozen_statistics
from weldfusion.simulate.resistance_spot.process import ResistanceSpot

STANDARD_ERRORS = 4


def test_the_process_keeps_its_statistics() -> None:
    stored = json.loads(Path(__file__).with_name("frozen_resistance_spot.json").read_text("utf-8"))
    assert stored["version"] == ResistanceSpot.version
    welds = frozen_statistics.make()
    found = frozen_statistics.summary(welds)
    assert found.keys() == stored["mean and standard error"].keys()
    assert len(found) >= 40
    moved = {
        key: (value, mean)
        for key, (mean, error) in stored["mean and standard error"].items()
        if abs((value := found[key][0]) - mean) > STANDARD_ERRORS * error + 1e-5 * abs(mean) + 1e-12
    }
    assert moved == {}
    if np.__version__.startswith(stored["numpy"] + "."):
        assert frozen_statistics.fingerprint(welds) == stored["fingerprint"]
