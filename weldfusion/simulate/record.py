"""One simulated weld, ready to be written: recordings, pictures, labels and truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from weldfusion.simulate.groups import Place
from weldfusion.simulate.sensors.clock import Clock


@dataclass(frozen=True)
class Recording:
    """What one timed device recorded of one weld.

    Args:
        values: (channels, time) float32, or frames (time, height, width[, 3]) uint8 or float16.
        setup: a dataclass of the device's gains and the like, with the effects of its groups in.
        calibrated: the clock that the data set tells.
        true: the clock with the weld's own trigger jitter.
        dropouts: (n, 2) intervals in seconds of weld time.
        full_scale: value of 1.0 in a FLAC file of 16 bit; without it the values go into a NumPy file.
    """

    values: np.ndarray
    setup: Any
    calibrated: Clock
    true: Clock
    dropouts: np.ndarray
    full_scale: float | None = None


@dataclass(frozen=True)
class SharedPicture:
    """A part of a picture that several welds share, each of which gives the whole of it.

    Args:
        name: of the picture among those of its sensor; same name, same pixels.
        pixels: the whole picture (height, width[, 3]) uint8.
        part: the weld's own, as in an address of the manifest: `/0:128,0:512,mirrored` (`data.crop`).
    """

    name: str
    pixels: np.ndarray
    part: str


@dataclass(frozen=True)
class Labels:
    """What is to be predicted, by the manifest column of its target.

    Args:
        values: class names or numbers of the whole weld.
        intervals: rows (start s, end s, class name).
        curves: values (time,) at the target's rate from weld time 0, float32.
        masks: pictures (height, width) uint8, 0 for background.
    """

    values: Mapping[str, str | float] = field(default_factory=dict)
    intervals: Mapping[str, Sequence[tuple[float, float, str]]] = field(default_factory=dict)
    curves: Mapping[str, np.ndarray] = field(default_factory=dict)
    masks: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class WeldRecord:
    """Everything about one weld.

    Args:
        id: name of the weld.
        place: its machine, session and workpiece.
        duration_s: length of the weld; recordings may start before and end after it.
        recordings: by timed sensor.
        pictures: by sensor that is not timed: pictures (height, width[, 3]) uint8 of the whole weld, or the
            weld's part of a picture of several welds.
        settings: columns of the manifest that a table of parameters reads.
        labels: see there.
        truth: named arrays that labels and signals were computed from; no model is given them.
    """

    id: str
    place: Place
    duration_s: float
    recordings: Mapping[str, Recording]
    pictures: Mapping[str, Sequence[np.ndarray | SharedPicture]]
    settings: Mapping[str, float | str]
    labels: Labels
    truth: Mapping[str, Any]
