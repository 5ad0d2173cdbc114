"""Columns of a Parquet file. Options: `columns`, `time`, `time_unit` (see `data.columns`)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from weldfusion.data.columns import Chosen
from weldfusion.data.reading import Probe, Reading, options_of
from weldfusion.errors import ReadError

SUFFIXES = (".parquet",)


def read(path: Path, options: Mapping[str, Any]) -> Reading:
    """float32 (columns, rows); null is NaN."""
    chosen = _options(path, options)
    try:
        file = pa.parquet.ParquetFile(path)
        names = chosen.names(path, file.schema_arrow.names)
        table = file.read(columns=list(names))
    except (OSError, pa.ArrowException) as problem:
        raise ReadError(f"{path}: is no whole Parquet file: {problem}") from None
    return chosen.reading(path, {name: _numbers(path, name, table.column(name)) for name in names})


def probe(path: Path, options: Mapping[str, Any]) -> Probe:
    """(columns, rows) from the file's footer; with a time column the file is read for its rate."""
    chosen = _options(path, options)
    if chosen.time:
        reading = read(path, options)
        return Probe(reading.rate, reading.values.shape)
    try:
        file = pa.parquet.ParquetFile(path)
    except (OSError, pa.ArrowException) as problem:
        raise ReadError(f"{path}: is no whole Parquet file: {problem}") from None
    return Probe(None, (len(chosen.names(path, file.schema_arrow.names)), file.metadata.num_rows))


def _options(path: Path, options: Mapping[str, Any]) -> Chosen:
    fields = options_of(path, options)
    chosen = Chosen.options(fields)
    fields.close()
    return chosen


def _numbers(path: Path, name: str, column: pa.ChunkedArray) -> np.ndarray:
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        raise ReadError(
            f"{path}: column {name!r} holds {kind}; expected numbers (choose others by reader.columns)"
        )
    return column.cast(pa.float64()).to_numpy()
