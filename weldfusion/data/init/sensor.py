"""One sensor of a proposed card: kind, rate, channels and size, read from some of its files."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from weldfusion.data.address import file_of
from weldfusion.data.init.inside import HOLDING
from weldfusion.data.init.layout import VIDEOS
from weldfusion.data.init.pictures import axes_of_images, images, is_grey
from weldfusion.data.init.sensor_record import Sensor
from weldfusion.data.init.sniff import Sniffed, rate_of, sniff
from weldfusion.data.init.spectra import Axis, axis_of_array, axis_of_table
from weldfusion.data.modality import Modality
from weldfusion.data.readers.find import probe
from weldfusion.data.reading import Probe
from weldfusion.data.wavelengths import channels_of
from weldfusion.errors import ReadError

SAMPLES = 12
IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
ARRAYS = (".npy", ".npz", *HOLDING)

Found = TypeVar("Found")


def look_at(name: str, files: Mapping[str, Sequence[Path]], durations: Mapping[str, float]) -> Sensor:
    """The sensor whose files by weld are given; `durations` (s) of other sensors help where no rate is told.

    At most 12 welds are opened. Raises ReadError where none of these files can be read.
    """
    welds = sorted(files)
    picked = [welds[i] for i in np.unique(np.linspace(0, len(welds) - 1, SAMPLES).astype(int))]
    first = files[picked[0]][0]
    suffix = file_of(first).suffix.lower()
    form: Sniffed | None = None
    axis: Axis | None = None
    options: dict[str, Any] = {}
    if suffix == ".csv":
        axis = axis_of_table(first)
        options, form = ({}, None) if axis else _reader_options(files, picked)
    elif suffix in ARRAYS:
        options, axis = _array_options(name, [files[weld][0] for weld in picked])
    elif suffix in VIDEOS:
        options = {"colour": "grey"} if _readable(is_grey, [files[weld][0] for weld in picked]) else {}
    options = options | dict(axis.options if axis else {})
    probes, broken = _probe_all({weld: files[weld][0] for weld in picked}, options)
    shape = Counter(p.shape for p in probes.values()).most_common(1)[0][0]
    if suffix in IMAGES or len(shape) > 2:
        sensor = images(name, files, probes, durations)
    elif form is not None and {p.shape[-1] for p in probes.values()} == {1}:
        sensor = Sensor(Modality(name, "table", False, channels=form.columns, column=name))
    else:
        sensor = _waveform(name, probes, durations, form)
    if axis is not None:
        sensor = _spectra(sensor, axis)
    notes = {**sensor.notes, **({"column": broken} if broken else {})}
    return replace(sensor, modality=replace(sensor.modality, reader=options), notes=notes)


def _spectra(sensor: Sensor, axis: Axis) -> Sensor:
    """The sensor as a spectrum sequence."""
    modality = replace(
        sensor.modality,
        kind="spectrum_sequence",
        channels=channels_of(axis.wavelengths),
        wavelengths_nm=axis.wavelengths,
    )
    return replace(sensor, modality=modality, notes={**sensor.notes, **axis.notes})


def _readable(look: Callable[[Path], Found], paths: Sequence[Path]) -> Found:
    """What is seen in the first file that can be read; raises ReadError where none can."""
    problems = []
    for path in paths:
        try:
            return look(path)
        except ReadError as problem:
            problems.append(problem)
    raise problems[0]


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


def _array_options(name: str, paths: Sequence[Path]) -> tuple[dict[str, Any], Axis | None]:
    """Options of the array readers, from the first file that can be read: the biggest array of an NPZ, the
    axes of images, time along the longer axis; and the wavelengths of a spectrum."""
    options: dict[str, Any] = {}
    if paths[0].suffix.lower() == ".npz":
        sizes = _readable(_sizes, paths)
        if len(sizes) > 1:
            options["key"] = max(sizes, key=lambda key: sizes[key])
    shape = _readable(lambda path: probe(path, options).shape, paths)
    if len(shape) > 2:
        return options | axes_of_images(paths[0], shape), None
    axis = None if options else _readable(lambda path: axis_of_array(name, path), paths)
    if axis is None and len(shape) == 2 and shape[0] > shape[1]:
        options["time_axis"] = 0
    return options, axis


def _sizes(path: Path) -> dict[str, int]:
    try:
        with np.load(path, allow_pickle=False) as content:
            return {name: content[name].size for name in content.files}
    except (OSError, ValueError) as problem:
        raise ReadError(f"{path}: is no whole array file: {problem}") from None


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
