"""What a CSV recording seems to hold: where its header ends, separator, numeric columns, time and rate."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

LINES = 400
SEPARATORS = (",", ";", "\t")
SECONDS = re.compile(
    r"^(time|t|zeit|elapsed|timestamp)?[\s_(\[]*(s|sec|seconds?)[\])]?$|^(time|t|zeit)$", re.IGNORECASE
)
MILLISECONDS = re.compile(r"^(time|t|zeit|elapsed)?[\s_(\[]*(ms|msec|milliseconds?)[\])]?$", re.IGNORECASE)
MICROSECONDS = re.compile(r"^(time|t|zeit|elapsed)?[\s_(\[]*(us|µs|microseconds?)[\])]?$", re.IGNORECASE)
CLOCK = re.compile(r"(?:.*[ T])?(\d{1,2}):(\d{2}):(\d{2}(?:[.,]\d+)?)")
UNITS = ((MILLISECONDS, "ms", 1e-3), (MICROSECONDS, "us", 1e-6), (SECONDS, "s", 1.0))


@dataclass(frozen=True)
class Sniffed:
    """`skip` lines come before the header line, the last of them is `before`; `columns` are the numeric
    ones without the time; `time_unit` is s, ms or us. `rate` without `time` comes from clock times."""

    skip: int
    before: str
    separator: str
    header: tuple[str, ...]
    columns: tuple[str, ...]
    time: str | None = None
    time_unit: str = "s"
    rate: Fraction | None = None
    rows: int = 0
    decimal: str = "."


def sniff(path: Path) -> Sniffed | None:
    """The form of a CSV file from its first 400 lines; None where no table with a header is found."""
    with path.open(encoding="utf-8-sig", errors="replace", newline=None) as file:
        lines = [line.rstrip("\n") for _, line in zip(range(LINES), file, strict=False)]
    candidates = [
        (start, separator, decimal)
        for separator in SEPARATORS
        for decimal in (".", ",")
        if decimal != separator and (start := _start(lines, separator, decimal))
    ]
    if not candidates:
        return None
    start, separator, decimal = min(candidates, key=lambda c: (c[0], -lines[c[0]].count(c[1])))
    header = tuple(name.strip().strip('"') for name in lines[start - 1].split(separator))
    cells = [line.split(separator) for line in lines[start:] if line.strip()]
    columns = {
        name: _numbers([_cell(row, i) for row in cells], decimal) for i, name in enumerate(header) if name
    }
    numeric = {name: column for name, column in columns.items() if column is not None}
    time, unit, rate = _time(numeric)
    if time is None:
        texts = ([_cell(row, i) for row in cells] for i in range(len(header)))
        rate = next((found for column in texts if (found := _clock_rate(column))), None)
    kept = tuple(name for name in numeric if name != time)
    before = lines[start - 2].strip() if start > 1 else ""
    if not kept:
        return None
    return Sniffed(start - 1, before, separator, header, kept, time, unit, rate, len(cells), decimal)


def _start(lines: Sequence[str], separator: str, decimal: str) -> int | None:
    """First line of the run of numeric lines of one width that reaches the end, below a header line."""
    filled = [i for i, line in enumerate(lines) if line.strip()]
    if len(filled) < 2:
        return None
    width = lines[filled[-1]].count(separator)
    start = None
    for i in reversed(filled):
        cells = [cell for cell in lines[i].split(separator) if cell.strip()]
        numeric = sum(_is_number(cell, decimal) for cell in cells)
        if lines[i].count(separator) != width or numeric == 0:
            break
        start = i
    if start is None or start == 0 or lines[start - 1].count(separator) < width:
        return None
    return start if width or len(filled) > 2 else None


def _is_number(text: str, decimal: str) -> bool:
    try:
        float(text.replace(decimal, "."))
    except ValueError:
        return False
    return True


def _numbers(texts: Sequence[str], decimal: str) -> np.ndarray | None:
    """The column as numbers (NaN where empty), None where it holds text or nothing."""
    filled = [text for text in texts if text.strip()]
    if not filled or not all(_is_number(text, decimal) for text in filled):
        return None
    return np.array([float(text.replace(decimal, ".")) if text.strip() else np.nan for text in texts])


def _time(columns: dict[str, np.ndarray]) -> tuple[str | None, str, Fraction | None]:
    """The first column whose name is a time and whose values rise, its unit and the rate in Hz."""
    for name, values in columns.items():
        unit, scale = next(((u, s) for pattern, u, s in UNITS if pattern.match(name)), ("", 0.0))
        steps = np.diff(values)
        if unit and len(steps) and (steps > 0).all():
            return name, unit, rate_of(float(np.median(steps)) * scale)
    return None, "s", None


def _cell(row: Sequence[str], i: int) -> str:
    return row[i] if i < len(row) else ""


def _clock_rate(texts: Sequence[str]) -> Fraction | None:
    """The mean rate of a column of times such as `11:49:01.059`; None where it holds something else."""
    found = [CLOCK.fullmatch(text.strip()) for text in texts]
    times = [int(m[1]) * 3600 + int(m[2]) * 60 + float(m[3].replace(",", ".")) for m in found if m]
    if len(times) < len(texts) or len(times) < 2 or times[-1] <= times[0]:
        return None
    return rate_of((times[-1] - times[0]) / (len(times) - 1))


def rate_of(step_s: float) -> Fraction:
    """The rate in Hz of a step in seconds: a whole number if one fits to 0.1 %, else a short fraction.

    >>> rate_of(0.001), rate_of(0.11)
    (Fraction(1000, 1), Fraction(100, 11))
    """
    rate = 1 / step_s
    whole = round(rate)
    if whole and abs(rate - whole) < 1e-3 * rate:
        return Fraction(whole)
    return Fraction(rate).limit_denominator(1000)
