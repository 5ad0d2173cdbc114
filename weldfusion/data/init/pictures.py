"""A proposed image or image sequence: size, colours, rate and how its arrays are stored."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from weldfusion.data.address import file_of
from weldfusion.data.init.sensor_record import Sensor
from weldfusion.data.init.sniff import rate_of
from weldfusion.data.inputs import frames_in
from weldfusion.data.modality import Modality
from weldfusion.data.readers.find import frames
from weldfusion.data.reading import Probe

FILM = 20
COLOURS = {1: ("grey",), 3: ("red", "green", "blue"), 4: ("red", "green", "blue", "alpha")}


def axes_of_images(path: Path, shape: tuple[int, ...]) -> dict[str, Any]:
    """Options for an array of three or four axes: colours are few; MATLAB puts frames last, others first.

    >>> axes_of_images(Path("x.h5"), (90, 48, 64)), axes_of_images(Path("x.mat"), (48, 64, 90))
    ({'axes': 'tyx'}, {'axes': 'yxt'})
    """
    matlab = file_of(path).suffix.lower() == ".mat"
    if len(shape) == 3 and shape[-1] not in COLOURS:
        return {"axes": "yxt" if matlab else "tyx"}
    if len(shape) == 4 and matlab and shape[2] in COLOURS:
        return {"axes": "yxct"}
    return {}


def is_grey(path: Path) -> bool:
    """Whether the first frames of a video have no colour."""
    first = next(iter(frames(path)))
    return bool((first[..., :1] == first).all())


def images(
    name: str,
    files: Mapping[str, Sequence[Path]],
    probes: Mapping[str, Probe],
    durations: Mapping[str, float],
) -> Sensor:
    """The sensor; `durations` (s, by weld) of other sensors give the rate where the files state none."""
    sizes = Counter(p.shape[-3:-1] for p in probes.values())
    height, width = sizes.most_common(1)[0][0]
    bands = Counter(p.shape[-1] for p in probes.values()).most_common(1)[0][0]
    stacked = any(len(p.shape) == 4 for p in probes.values())
    film = stacked or float(np.median([len(found) for found in files.values()])) > FILM
    notes = {}
    if len(sizes) > 1:
        notes["size"] = f"{len(sizes)} different sizes; images are resized to this one"
    counts = {weld: frames_in(p.shape) if stacked else len(files[weld]) for weld, p in probes.items()}
    rate = _rate(probes, counts, durations, notes) if film else None
    modality = Modality(
        name,
        "image_sequence" if film else "image",
        film,
        rate=rate,
        channels=COLOURS.get(bands, tuple(f"band_{i + 1}" for i in range(bands))),
        column=name,
        size=(int(height), int(width)),
    )
    seconds = {weld: float(count / rate) for weld, count in counts.items()} if rate else {}
    return Sensor(modality, notes, seconds if "rate" not in notes else {})


def _rate(
    probes: Mapping[str, Probe],
    counts: Mapping[str, int],
    durations: Mapping[str, float],
    notes: dict[str, str],
) -> Fraction:
    """Frames per second; what is a guess is noted."""
    rates = [p.rate for p in probes.values() if p.rate]
    if rates:
        rate = sorted(rates)[len(rates) // 2]
        if max(abs(found / rate - 1) for found in rates) > Fraction(1, 1000):
            notes["rate"] = f"the files have {float(min(rates)):g} to {float(max(rates)):g} Hz"
        return rate
    if not any(len(p.shape) == 4 for p in probes.values()):
        notes["kind"] = "frames over time (image_sequence) or photos of the finished weld (image)?"
    if common := [weld for weld in counts if weld in durations]:
        notes["rate"] = "not stated in the files; told from the length of the other recordings"
        return rate_of(float(np.median([durations[weld] / counts[weld] for weld in common])))
    notes["rate"] = "frames per second are not stated in the files"
    return Fraction(10)
