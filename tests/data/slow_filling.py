"""A data set whose recordings are prepared slowly."""

import os
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from weldfusion.data.folder import read_dataset
from weldfusion.data.settings import DataSettings, Input

if TYPE_CHECKING:
    from weldfusion.data.dataset import WeldWindows


class Slow:
    """A step that takes as many seconds as SLOW_STEP_S says and changes nothing."""

    def __call__(self, values: np.ndarray, rate: Fraction | None) -> tuple[np.ndarray, Fraction | None]:
        time.sleep(float(os.environ.get("SLOW_STEP_S", "0")))
        return values, rate


def windows(data: Path, cache: Path, workers: int) -> "WeldWindows":
    """The windows of a data folder; recordings of `curve` may be slow."""
    from weldfusion.data.dataset import WeldWindows  # brings torch, which the processes do not need

    inputs = {"curve": Input(rate=50.0, steps=[Slow()])}
    return WeldWindows(read_dataset(data), DataSettings(inputs=inputs, cache=str(cache), workers=workers))
