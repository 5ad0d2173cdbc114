"""A data set whose recordings are prepared slowly."""

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
    """A step that takes some time and changes nothing."""

    def __init__(self, wait_s: float) -> None:
        self.wait_s = wait_s

    def __call__(self, values: np.ndarray, rate: Fraction | None) -> tuple[np.ndarray, Fraction | None]:
        time.sleep(self.wait_s)
        return values, rate


def windows(data: Path, cache: Path, workers: int) -> "WeldWindows":
    """The windows of a data folder; every recording of `curve` takes 50 ms."""
    from weldfusion.data.dataset import WeldWindows  # brings torch, which the processes do not need

    inputs = {"curve": Input(rate=50.0, steps=[Slow(0.05)])}
    return WeldWindows(read_dataset(data), DataSettings(inputs=inputs, cache=str(cache), workers=workers))
