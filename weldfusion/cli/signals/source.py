"""The recording that a verb of `weldfusion signals` works on: of a weld of a data folder, or one file."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weldfusion.cli.parser import UsageError
from weldfusion.errors import did_you_mean

if TYPE_CHECKING:
    import numpy as np

    from weldfusion.data.folder import Dataset
    from weldfusion.data.modality import Modality
    from weldfusion.data.weld import Weld

INPUT_HELP = "a data folder (with dataset.yaml), or one file of a format that weldfusion reads"


@dataclass(frozen=True)
class Recorded:
    """One recording: `values` (channels, time) in `unit` at `rate` Hz; sample 0 lies at `start_s` seconds.

    `sensor` is its modality, "" for a bare file; `rate` is what its clock gives with the `clock_ppm` known so
    far.
    """

    name: str
    values: "np.ndarray"
    rate: float
    start_s: float
    unit: str
    channels: tuple[str, ...]
    sensor: str = ""
    clock_ppm: float = 0.0

    def times_s(self) -> "np.ndarray":
        """Seconds (time,) on the weld's clock; in a bare file from its first sample."""
        import numpy as np

        return self.start_s + np.arange(self.values.shape[1]) / self.rate


def add_source(parser: ArgumentParser) -> None:
    """The arguments that choose recordings."""
    parser.add_argument("input", metavar="INPUT", type=Path, nargs="+", help=INPUT_HELP)
    chosen = parser.add_argument_group("which recording")
    add_weld(chosen)
    chosen.add_argument(
        "--modality", metavar="NAME", help="sensor of the data folder [the only one that fits]"
    )
    chosen.add_argument("--channel", metavar="C", help="one channel by name or number from 1 [all]")
    chosen.add_argument("--from", dest="begin", type=float, metavar="S", help="use it from this second on")
    chosen.add_argument("--to", dest="end", type=float, metavar="S", help="and up to this one")
    add_repair(chosen)
    add_reader(chosen)


def add_weld(parser: Any) -> None:
    """The argument that chooses welds."""
    parser.add_argument(
        "--weld",
        metavar="ID",
        help="weld of the data folder, several as A,B,… or all that are not excluded as all [the first that "
        "has it]",
    )


def add_repair(parser: Any) -> None:
    """The argument that fills gaps."""
    parser.add_argument(
        "--repair",
        type=int,
        metavar="N",
        help="bridge missing samples (NaN), and replace those far from the median of N (odd) around them",
    )


def repaired_recording(recorded: Recorded, window: int | None) -> Recorded:
    """Without outliers and gaps, as `signals.repair.repaired`; how many there were is told.

    Raises SignalError where there are gaps and no window.
    """
    import numpy as np

    from weldfusion.cli.signals.results import of_recording
    from weldfusion.errors import SignalError
    from weldfusion.signals.repair import repaired

    if window is None:
        missing, samples = np.isnan(recorded.values).sum(), recorded.values.size
        if missing:
            raise SignalError(
                f"{recorded.name}: {missing} of {samples} samples are missing; bridge them with --repair 5"
            )
        return recorded
    with of_recording(recorded.name):
        found = repaired(recorded.values, window)
    print(f"{recorded.name}: {found.missing.mean():.2%} of the samples were missing, "
          f"{found.outlier.mean():.2%} outliers")  # fmt: skip
    return replace(recorded, values=found.values)


def add_reader(parser: Any) -> None:
    """The arguments that say how a bare file is read."""
    parser.add_argument(
        "--rate", metavar="HZ", help="samples per second of a bare file that does not state them"
    )
    parser.add_argument(
        "--reader",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="option of a bare file's reader, as in dataset.yaml: columns=[force], sep=;, skip_until=#CSV#",
    )


def read_source(arguments: Namespace) -> Recorded:
    """The stretch and channels of the recording that the arguments choose.

    Raises WeldfusionError, one line: nothing of that name (with the nearest), no rate, no sample there.
    """
    whole = read_recording(arguments.input, arguments.weld, arguments.modality, arguments)
    part = _stretch(picked_channel(whole, arguments.channel), arguments.begin, arguments.end)
    return repaired_recording(part, arguments.repair)


def read_recording(path: Path, weld: str | None, modality: str | None, arguments: Namespace) -> Recorded:
    """All of one recording, as `read_source`."""
    if not path.is_dir():
        for option, value in (("--weld", weld), ("--modality", modality)):
            if value is not None:
                raise UsageError(f"{option} {value}: only a data folder has it; {path} is a file")
        return _of_file(path, arguments)
    from weldfusion.data.clock import clock_of
    from weldfusion.data.recording import read_signal

    dataset = open_folder(path, arguments)
    sensor = chosen_modality(dataset, modality, ("waveform",))
    record = chosen_weld(dataset, weld, sensor)
    reading = read_signal(sensor, record.files[sensor.name][0])
    clock = clock_of(sensor, record, reading.rate or Fraction(1))
    return Recorded(
        f"{record.id}-{sensor.name}", reading.values, float(clock.hertz), clock.offset_s, sensor.unit,
        _named(reading.channels, len(reading.values)), sensor.name, clock.ppm,
    )  # fmt: skip


def is_data_folder(path: Path) -> bool:
    return (path / "dataset.yaml").is_file()


def open_folder(path: Path, arguments: Namespace) -> "Dataset":
    """The data set of a folder. Raises UsageError where the arguments describe a bare file."""
    from weldfusion.data.folder import read_dataset

    dataset = read_dataset(path)
    if arguments.rate is not None or arguments.reader:
        raise UsageError("--rate and --reader are for a bare file; in a data folder dataset.yaml tells them")
    return dataset


def bare_name(path: Path) -> str:
    """The name of the recording in a file, a place in a file, or a folder of pictures."""
    from weldfusion.data.address import split_address

    if path.is_dir():
        return path.resolve().name
    file, inner = split_address(path)
    return f"{file.stem}-{inner.strip('/').replace('/', '-')}" if inner else file.stem


def chosen_modality(dataset: "Dataset", name: str | None, kinds: Sequence[str]) -> "Modality":
    """The modality of that name, or the only one of these kinds."""
    from weldfusion.data.inputs import kind_of

    fitting = {n: m for n, m in dataset.card.modalities.items() if m.column and kind_of(m) in kinds}
    if name is None:
        if len(fitting) != 1:
            those = (
                f"--modality is needed: {', '.join(fitting)}" if fitting else f"no {' or '.join(kinds)} here"
            )
            raise UsageError(f"{dataset.root}: {those}")
        return next(iter(fitting.values()))
    if name not in dataset.card.modalities:
        raise UsageError(f"--modality {name}: not in the card; {did_you_mean(name, dataset.card.modalities)}")
    if name not in fitting:
        kind = dataset.card.modalities[name].kind
        raise UsageError(f"--modality {name}: is of kind {kind}, needed is {' or '.join(kinds)}; "
                         f"{did_you_mean(name, fitting)}")  # fmt: skip
    return fitting[name]


def chosen_weld(dataset: "Dataset", weld: str | None, modality: "Modality") -> "Weld":
    """The weld of that id (an excluded one too), or the first that has the modality."""
    having = {w.id: w for w in (*dataset.welds, *dataset.excluded) if w.files.get(modality.name)}
    if not having:
        raise UsageError(f"{dataset.root}: no weld has {modality.name}")
    if weld is None:
        return next(iter(having.values()))
    if weld not in having:
        known = weld in {w.id for w in (*dataset.welds, *dataset.excluded)}
        what = f"has no {modality.name}" if known else "no such weld"
        raise UsageError(f"--weld {weld}: {what}; {did_you_mean(weld, having)}")
    return having[weld]


def reader_options(words: Sequence[str]) -> Mapping[str, Any]:
    """`KEY=VALUE` words as options of a reader; a value is YAML where it is valid, else text.

    >>> reader_options(["columns=[force, way]", "sep=;", "header=2"])
    {'columns': ['force', 'way'], 'sep': ';', 'header': 2}
    """
    import yaml

    found: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise UsageError(f"--reader {word}: write KEY=VALUE, such as columns=[force]")
        try:
            parsed = yaml.safe_load(value)
        except yaml.YAMLError:
            parsed = value
        found[key] = value if parsed is None else parsed
    return found


def rate_of(path: Path, stated: Fraction | None, given: str | None, needed: bool = True) -> float | None:
    """Rate in Hz of a bare file: what it states, else what --rate gives; None where it need not be known."""
    if given is None:
        if stated is None and needed:
            raise UsageError(f"{path}: states no sampling rate; give --rate HZ")
        return None if stated is None else float(stated)
    try:
        rate = float(Fraction(given))
    except (ValueError, ZeroDivisionError):
        rate = 0.0
    if not 0 < rate < float("inf"):
        raise UsageError(f"--rate {given}: must be a number of Hz above 0")
    if stated is not None and abs(rate / float(stated) - 1) > 1e-6:
        raise UsageError(f"--rate {given}: {path} states {float(stated):g} Hz; leave --rate out")
    return rate


def _of_file(path: Path, arguments: Namespace) -> Recorded:
    import numpy as np

    from weldfusion.data.address import split_address
    from weldfusion.data.readers.find import read
    from weldfusion.errors import ReadError

    file, _ = split_address(path)
    if not file.exists():
        raise ReadError(f"{file}: no such file or folder")
    reading = read(path, reader_options(arguments.reader))
    if reading.values.ndim != 2 or not reading.values.size:
        raise ReadError(f"{path}: has shape {reading.values.shape}; needed is a signal (channels, time)")
    rate = rate_of(path, reading.rate, arguments.rate) or 0.0
    values = reading.values.astype(np.float32, copy=False)
    return Recorded(bare_name(path), values, rate, 0.0, "", _named(reading.channels, len(values)))


def _named(channels: tuple[str, ...], count: int) -> tuple[str, ...]:
    return channels if len(channels) == count else tuple(str(number + 1) for number in range(count))


def picked_channel(recorded: Recorded, wanted: str | None) -> Recorded:
    """Only the channel of this name or number from 1; all where None."""
    if wanted is None:
        return recorded
    names = recorded.channels
    if wanted in names:
        place = names.index(wanted)
    elif wanted.isdigit() and 1 <= int(wanted) <= len(names):
        place = int(wanted) - 1
    else:
        raise UsageError(f"--channel {wanted}: {recorded.name} has none; {did_you_mean(wanted, names)}")
    return replace(recorded, values=recorded.values[place : place + 1], channels=(names[place],))


def _stretch(recorded: Recorded, begin: float | None, end: float | None) -> Recorded:
    import numpy as np

    time = recorded.values.shape[1]
    last = recorded.start_s + time / recorded.rate
    edges = (recorded.start_s if begin is None else begin, last if end is None else end)
    first, after = (
        int(np.clip(round((edge - recorded.start_s) * recorded.rate), 0, time)) if np.isfinite(edge) else 0
        for edge in edges
    )
    if first >= after:
        raise UsageError(
            f"--from {edges[0]:g} --to {edges[1]:g}: holds no sample; {recorded.name} lasts from "
            f"{recorded.start_s:g} to {last:g} s"
        )
    start = recorded.start_s + first / recorded.rate
    return replace(recorded, values=recorded.values[:, first:after], start_s=start)
