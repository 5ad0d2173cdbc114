"""One sensor of a proposed card: kind, rate, channels and size, read from some of its files."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from weldfusion.data.init.sniff import Sniffed, rate_of, sniff
from weldfusion.data.modality import Modality
from weldfusion.data.readers.find import probe
from weldfusion.data.reading import Probe
from weldfusion.errors import ReadError

SAMPLES = 12
FILM = 20
COLOURS = {1: ("grey",), 3: ("red", "green", "blue"), 4: ("red", "green", "blue", "alpha")}
IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


@dataclass(frozen=True)
class Sensor:
    """A proposed modality; `notes` say field by field what is a guess, `durations` are seconds by weld."""

    modality: Modality
    notes: Mapping[str, str] = field(default_factory=dict)
    durations: Mapping[str, float] = field(default_factory=dict)


def look_at(name: str, files: Mapping[str, Sequence[Path]], durations: Mapping[str, float]) -> Sensor:
    """The sensor whose files by weld are given; `durations` (s) of other sensors help where no rate is told.

    At most 12 welds are opened. Raises ReadError where none of these files can be read.
    """
    welds = sorted(files)
    picked = [welds[i] for i in np.unique(np.linspace(0, len(welds) - 1, SAMPLES).astype(int))]
    first = files[picked[0]][0]
    options, form = _reader_options(files, picked) if first.suffix.lower() == ".csv" else ({}, None)
    if first.suffix.lower() in (".npy", ".npz"):
        options = _array_options(first)
    probes, broken = _probe_all({weld: files[weld][0] for weld in picked}, options)
    shape = Counter(p.shape for p in probes.values()).most_common(1)[0][0]
    if not shape:
        raise ReadError(f"{first}: holds a single number; a recording is an array over time or an image")
    if first.suffix.lower() in IMAGES or len(shape) > 2:
        sensor = _images(name, files, probes)
    elif form is not None and {p.shape[-1] for p in probes.values()} == {1}:
        sensor = Sensor(Modality(name, "table", False, channels=form.columns, column=name))
    else:
        sensor = _waveform(name, probes, durations, form)
    notes = {**sensor.notes, **({"column": broken} if broken else {})}
    return replace(sensor, modality=replace(sensor.modality, reader=options), notes=notes)


def _probe_all(files: Mapping[str, Path], options: Mapping[str, Any]) -> tuple[dict[str, Probe], str]:
    probes: dict[str, Probe] = {}
    broken: list[str] = []
    for weld, path in files.items():
        try:
            probes[weld] = probe(path, options)
        except ReadError as problem:
            broken.append(str(problem))
    if not probes:
        raise ReadError(broken[0])
    return probes, f"cannot be read: {broken[0]}" if broken else ""


def _reader_options(
    files: Mapping[str, Sequence[Path]], picked: Sequence[str]
) -> tuple[dict[str, Any], Sniffed]:
    """Options of the CSV reader from the first file whose form can be told."""
    for weld in picked:
        form = sniff(files[weld][0])
        if form is not None:
            break
    else:
        place = files[picked[0]][0]
        raise ReadError(f"{place}: no header line with numeric columns below it; see docs/your_own_data.md")
    options: dict[str, Any] = {}
    if set(form.columns) | ({form.time} if form.time else set()) != set(form.header):
        options["columns"] = list(form.columns)
    if form.time:
        options["time"] = form.time
    if form.time_unit != "s":
        options["time_unit"] = form.time_unit
    if form.separator != ",":
        options["sep"] = form.separator
    if form.decimal != ".":
        options["decimal"] = form.decimal
    if form.skip and re.match(r"\W", form.before):
        options["skip_until"] = form.before
    elif form.skip:
        options["header"] = form.skip + 1
    return options, form


def _array_options(path: Path) -> dict[str, Any]:
    """Options of the array reader: the biggest array of an NPZ, time along the longer axis."""
    options: dict[str, Any] = {}
    if path.suffix.lower() == ".npz":
        try:
            with np.load(path, allow_pickle=False) as content:
                sizes = {name: content[name].size for name in content.files}
        except (OSError, ValueError) as problem:
            raise ReadError(f"{path}: is no whole array file: {problem}") from None
        if len(sizes) > 1:
            options["key"] = max(sizes, key=lambda name: sizes[name])
    shape = probe(path, options).shape
    if len(shape) == 2 and shape[0] > shape[1]:
        options["time_axis"] = 0
    return options


def _images(name: str, files: Mapping[str, Sequence[Path]], probes: Mapping[str, Probe]) -> Sensor:
    sizes = Counter(p.shape[-3:-1] for p in probes.values())
    height, width = sizes.most_common(1)[0][0]
    bands = Counter(p.shape[-1] for p in probes.values()).most_common(1)[0][0]
    frames = any(len(p.shape) == 4 for p in probes.values())
    film = frames or float(np.median([len(found) for found in files.values()])) > FILM
    notes = {}
    if len(sizes) > 1:
        notes["size"] = f"{len(sizes)} different sizes; images are resized to this one"
    if film:
        notes["rate"] = "frames per second are not stated in the files"
        notes["kind"] = "frames over time (image_sequence) or photos of the finished weld (image)?"
    modality = Modality(
        name,
        "image_sequence" if film else "image",
        film,
        rate=Fraction(10) if film else None,
        channels=COLOURS.get(bands, tuple(f"band_{i + 1}" for i in range(bands))),
        column=name,
        size=(int(height), int(width)),
    )
    return Sensor(modality, notes)


def _waveform(
    name: str, probes: Mapping[str, Probe], durations: Mapping[str, float], form: Sniffed | None
) -> Sensor:
    rates = Counter(p.rate for p in probes.values() if p.rate)
    lengths = {weld: p.shape[-1] for weld, p in probes.items()}
    notes = {}
    if rates:
        rate = rate_of(float(np.median([1 / float(found) for found in rates.elements()])))
        if max(abs(found / rate - 1) for found in rates) > Fraction(1, 1000):
            low, high = float(min(rates)), float(max(rates))
            notes["rate"] = f"the files have {low:g} to {high:g} Hz"
    elif form is not None and form.rate:
        rate = form.rate
        notes["rate"] = "told from the clock times of one file"
    elif common := [weld for weld in lengths if weld in durations]:
        rate = rate_of(float(np.median([durations[weld] / lengths[weld] for weld in common])))
        notes["rate"] = "not stated in the files; told from the length of the other recordings"
    else:
        rate = Fraction(1000)
        notes["rate"] = "not stated in the files; 1000 Hz is only a placeholder"
    count = next(iter(probes.values())).shape[0]
    if len({p.shape[0] for p in probes.values()}) > 1:
        notes["channels"] = "the files have different numbers of channels"
    channels = (form.columns if form else ()) or (
        tuple(f"channel_{i + 1}" for i in range(count)) if count > 1 else ()
    )
    seconds = {weld: length / float(rate) for weld, length in lengths.items()}
    return Sensor(Modality(name, "waveform", True, rate=rate, channels=channels, column=name), notes, seconds)
