"""Real recordings against pandas and soundfile."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from weldfusion.data.readers.find import probe, read

pytestmark = pytest.mark.real_data


def test_ultrasonic_curves(real_data: Callable[[str], Path]) -> None:
    folder = real_data("ultrasonic_weld")
    options = {
        "sep": ";", "skip_until": "#CSV-START#", "time": "ms", "time_unit": "ms",
        "columns": ["Power[W]", "Force[N]", "Distance[mm]"],
    }  # fmt: skip
    files = sorted(folder.rglob("curves/*.csv"))[::60]
    assert len(files) > 5
    for file in files:
        body = file.read_text().split("#CSV-START#")[1].lstrip()
        table = pd.read_csv(StringIO(body), sep=";")
        reading = read(file, options)
        assert reading.rate == 1000
        np.testing.assert_array_equal(
            reading.values, table[options["columns"]].to_numpy().T.astype(np.float32)
        )


def test_robotic_sound_and_photos(real_data: Callable[[str], Path]) -> None:
    folder = real_data("robotic_weld_runs")
    file = sorted(folder.rglob("*.flac"))[0]
    samples, rate = soundfile.read(file, dtype="float32")
    reading = read(file)
    assert reading.rate == rate
    np.testing.assert_array_equal(reading.values[0], samples)
    photo = sorted(folder.rglob("*.jpg"))[0]
    assert read(photo).values.shape == probe(photo).shape
