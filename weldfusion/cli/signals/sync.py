"""`weldfusion signals sync`: offset and clock drift between two recordings of one weld."""

from argparse import Namespace
from dataclasses import replace
from math import floor, log10
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weldfusion.cli.parser import UsageError
from weldfusion.cli.signals.results import add_results, check_results, of_recording, write_results
from weldfusion.cli.signals.source import (
    Recorded,
    add_reader,
    add_repair,
    picked_channel,
    read_recording,
    repaired_recording,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from weldfusion.signals.synchronise import Drift, Offset

ABOUT = """\
Find how much later the same event is in the second recording than in the first, from events that both saw
(arc on and off, power steps), by generalised cross-correlation refined between samples; with a standard
deviation, and a refusal where no common event stands out of chance.

  weldfusion signals sync my_welds --weld w012 --modality photodiode,oct
  weldfusion signals sync current.npy sound.wav --rate 5000,48000 --level second --most-s 3
  weldfusion signals sync power.npy depth.npy --rate 20000 --drift

Recordings should show an event in like form: of a sound take its level in dB (--level). An offset is good to
a fraction of a sample of the slower recording where several steps are seen. A drift of 5 ppm (0.15 ms in
30 s) needs tens of clear steps and rates of some kHz.
"""
LEVELS_PER_S = 200.0
NAMES = ("first", "second")


def add(verbs: Any) -> None:
    about = "offset and clock drift between two recordings of one weld"
    parser = verbs.add_parser("sync", help=about, description=ABOUT)
    parser.add_argument(
        "input", metavar="INPUT", type=Path, nargs="+", help="a data folder, or two files of one weld"
    )
    chosen = parser.add_argument_group("which recordings")
    chosen.add_argument("--weld", metavar="ID", help="weld of the data folder [the first that has both]")
    chosen.add_argument("--modality", metavar="A,B", help="the two sensors of the data folder")
    chosen.add_argument(
        "--channel", metavar="A,B", help="a channel of each by name or number from 1 [the first]"
    )
    add_repair(chosen)
    add_reader(chosen)
    how = parser.add_argument_group("how")
    how.add_argument(
        "--level", choices=(*NAMES, "both"), help="compare the sound level of this one [neither]"
    )
    how.add_argument("--most-s", type=float, default=1.0, metavar="S", help="largest offset looked for [1]")
    how.add_argument("--drift", action="store_true", help="find the drift of the second clock too")
    how.add_argument(
        "--most-ppm", type=float, default=200.0, metavar="P", help="largest drift looked for [200]"
    )
    add_results(parser, "sync", "one row: offset_s, offset_sd_s, …")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    check_results(arguments, *arguments.input)
    given = _pair(arguments)
    pair = [_levelled(recorded, name, arguments) for recorded, name in zip(given, NAMES, strict=True)]
    from weldfusion.report.sync_picture import sync_plot
    from weldfusion.signals.correlation_curve import correlation_curve

    signals = [(recorded.values[0], recorded.rate) for recorded in pair]
    name = f"{pair[0].name}-{pair[1].name}"
    with of_recording(name):
        found = _found(signals, arguments)
        lags, curve = correlation_curve(*signals[0], *signals[1], arguments.most_s)
    figures = _figures(found)
    print(_told(pair, given[1].start_s, figures))
    drawing = sync_plot(
        [(recorded.name, recorded.values[0], recorded.rate) for recorded in pair],
        (lags, curve), figures["offset_s"], figures["offset_sd_s"],
    )  # fmt: skip
    arrays: dict[str, np.ndarray | float] = {"lag_s": lags, "correlation": curve, **figures}
    write_results(arguments, name, arrays, lambda: _table(figures), drawing)
    return 0


def _pair(arguments: Namespace) -> list[Recorded]:
    inputs = arguments.input
    folder = len(inputs) == 1 and inputs[0].is_dir()
    if len(inputs) != (1 if folder else 2):
        raise UsageError(
            f"INPUT: {len(inputs)} are named; give two files, or one data folder and --modality A,B"
        )
    channels = _two("--channel", arguments.channel)
    if not folder:
        rates = _two("--rate", arguments.rate)
        of_each = [Namespace(**{**vars(arguments), "rate": rate}) for rate in rates]
        read = [
            read_recording(path, arguments.weld, arguments.modality, own)
            for path, own in zip(inputs, of_each, strict=True)
        ]
    else:
        modalities = _two("--modality", arguments.modality)
        if None in modalities or (modalities[0] == modalities[1] and channels[0] == channels[1]):
            raise UsageError(f"{inputs[0]}: name two sensors with --modality A,B")
        weld = arguments.weld or _weld_with(inputs[0], modalities)
        read = [read_recording(inputs[0], weld, modality, arguments) for modality in modalities]
    picked = [
        picked_channel(recorded, channel or "1") for recorded, channel in zip(read, channels, strict=True)
    ]
    return [repaired_recording(recorded, arguments.repair) for recorded in picked]


def _weld_with(folder: Path, modalities: tuple[str | None, str | None]) -> str | None:
    """The first weld that has both; None where the names are wrong, which is told on reading."""
    from weldfusion.data.folder import read_dataset

    welds = read_dataset(folder).welds
    return next((weld.id for weld in welds if all(weld.files.get(name or "") for name in modalities)), None)


def _two(option: str, text: str | None) -> tuple[str | None, str | None]:
    if text is None:
        return None, None
    words = [word.strip() or None for word in text.split(",")]
    if len(words) == 1 and option == "--rate":
        return words[0], words[0]
    if len(words) != 2:
        raise UsageError(f"{option} {text}: write two, A,B")
    return words[0], words[1]


def _levelled(recorded: Recorded, name: str, arguments: Namespace) -> Recorded:
    from weldfusion.signals.arc import sound_level

    if arguments.level not in (name, "both"):
        return recorded
    with of_recording(recorded.name):
        level, rate = sound_level(recorded.values, recorded.rate, min(LEVELS_PER_S, recorded.rate))
    # A level belongs to the middle of its piece of sound.
    late = (recorded.rate / rate - 1) / 2 / recorded.rate
    return replace(recorded, values=level, rate=rate, start_s=recorded.start_s + late)


def _found(signals: "list[tuple[np.ndarray, float]]", arguments: Namespace) -> "Offset | Drift":
    from weldfusion.signals.synchronise import find_drift, find_offset

    (first, first_hz), (second, second_hz) = signals
    if arguments.drift:
        return find_drift(first, first_hz, second, second_hz, arguments.most_s, arguments.most_ppm)
    return find_offset(first, first_hz, second, second_hz, arguments.most_s)


def _figures(found: "Offset | Drift") -> dict[str, float]:
    from weldfusion.signals.synchronise import Offset

    if isinstance(found, Offset):
        return {"offset_s": found.offset_s, "offset_sd_s": found.sd_s, "chance": found.chance}
    return {
        "offset_s": found.offset_s,
        "offset_sd_s": found.offset_sd_s,
        "rate_ppm": found.rate_ppm,
        "rate_sd_ppm": found.rate_sd_ppm,
        "pieces": found.pieces,
    }


def _told(pair: list[Recorded], begins_s: float, figures: dict[str, float]) -> str:
    """Offset and drift, and what to write into the manifest.

    Args:
        begins_s: so far, of the second recording's first sample (its level begins later).
    """
    first, second = pair
    offset, deviation = figures["offset_s"], figures["offset_sd_s"]
    lines = [
        f"an event is {_digits(abs(offset), deviation)} s {'later' if offset >= 0 else 'earlier'} in "
        f"{second.name} than in {first.name}, each counted from its own first sample"
    ]
    faster = 1 + 1e-6 * figures.get("rate_ppm", 0.0)
    start = first.start_s + (begins_s - second.start_s - offset) / faster
    lines.append(
        f"with {first.name} at {first.start_s:.6g} s, the first value of {second.name} lies at "
        f"{_rounded(start, deviation)} s; so far: {begins_s:.6g} s"
    )
    named = f"{second.sensor}." if second.sensor else ""
    write = [f"{named}offset_s {_rounded(start, deviation)}"]
    if "rate_ppm" in figures:
        ppm, spread = figures["rate_ppm"], figures["rate_sd_ppm"]
        lines.append(
            f"the clock of {second.name} runs {_digits(abs(ppm), spread)} ppm "
            f"{'fast' if ppm >= 0 else 'slow'} against that of {first.name} "
            f"({figures['pieces']:.0f} pieces with common events)"
        )
        total = 1e6 * ((1 + 1e-6 * second.clock_ppm) * faster - 1)
        write.append(f"{named}clock_ppm {_rounded(total, spread)} (so far: {second.clock_ppm:g})")
    lines.append(f"to write into the manifest for this weld: {', '.join(write)}")
    return "\n".join(lines)


def _rounded(value: float, deviation: float) -> str:
    """To two digits of its deviation, at most nine decimals.

    >>> _rounded(0.1200345, 0.00015), _rounded(-1234.5, 25.0)
    ('0.12003', '-1234')
    """
    decimals = 9 if deviation <= 0 else min(max(1 - floor(log10(deviation)), 0), 9)
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def _digits(value: float, deviation: float) -> str:
    return f"{_rounded(value, deviation)} ± {deviation:.2g}"


def _table(figures: dict[str, float]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame([figures])
