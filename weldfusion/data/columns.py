"""Columns of a table as a signal: which ones, and the rate that a time column implies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from weldfusion.data.fields import Fields
from weldfusion.data.reading import Reading
from weldfusion.errors import ReadError, did_you_mean

TIME_UNITS = {"s": Fraction(1), "ms": Fraction(1, 1000), "us": Fraction(1, 10**6), "min": Fraction(60)}


@dataclass(frozen=True)
class Chosen:
    """Options shared by CSV and Parquet: `columns` (all by default), `time`, `time_unit` (s by default)."""

    columns: tuple[str, ...]
    time: str
    time_unit: str

    @classmethod
    def options(cls, fields: Fields) -> "Chosen":
        return cls(fields.texts("columns"), fields.text("time"), fields.choice("time_unit", TIME_UNITS, "s"))

    def names(self, path: Path, header: Sequence[str]) -> tuple[str, ...]:
        """The columns to read, the time column last; raises ReadError where the file lacks one."""
        for key, wanted in (("columns", self.columns), ("time", (self.time,) if self.time else ())):
            for name in wanted:
                if name not in header:
                    near = did_you_mean(name, header)
                    raise ReadError(f"{path}: reader.{key}: has no column {name!r}; {near}")
                if header.count(name) > 1:
                    raise ReadError(f"{path}: reader.{key}: the file has column {name!r} twice")
        columns = self.columns or tuple(name for name in header if name != self.time)
        return (*columns, self.time) if self.time else columns

    def reading(self, path: Path, values: Mapping[str, np.ndarray]) -> Reading:
        """float32 (columns, rows); the rate in Hz from the time column, where there is one."""
        names = [name for name in values if name != self.time]
        rate = self._rate(path, values[self.time]) if self.time else None
        return Reading(np.stack([values[name] for name in names]).astype(np.float32), rate, tuple(names))

    def _rate(self, path: Path, time: np.ndarray) -> Fraction | None:
        """Mean rate; the time must rise from row to row."""
        if len(time) < 2:
            return None
        steps = np.diff(time)
        if not np.all(steps > 0):
            row = int(np.argmax(~(steps > 0))) + 1
            raise ReadError(
                f"{path}: column {self.time!r} does not rise between data rows {row} and {row + 1}"
            )
        span = Fraction(float(time[-1] - time[0])) * TIME_UNITS[self.time_unit]
        return (Fraction(len(time) - 1) / span).limit_denominator(10**6)
