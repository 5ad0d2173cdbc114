"""A frozen preset keeps its statistics; other numbers need a new version of the preset."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.simulate.busbar import frozen_statistics
from weldfusion.simulate.busbar.preset import PRESETS

STANDARD_ERRORS = 4


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_the_preset_keeps_its_statistics(name: str) -> None:
    stored = json.loads(Path(__file__).with_name(f"frozen_{name}.json").read_text("utf-8"))
    assert stored["version"] == PRESETS[name].version
    welds = frozen_statistics.make(name)
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
