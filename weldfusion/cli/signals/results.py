"""What a verb of `weldfusion signals` writes: numbers and a picture, each whole or not at all."""

import io
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from weldfusion.cli.parser import UsageError
from weldfusion.data.address import file_of
from weldfusion.errors import SignalError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from weldfusion.report.drawing import Drawing

NUMBERS = (".csv", ".npz", ".parquet")
PICTURES = (".png", ".svg")


def add_results(parser: ArgumentParser, what: str, table: str) -> None:
    """The arguments that say where results go; `what` is the end of their names by default."""
    written = parser.add_argument_group("what is written")
    written.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help=f"numbers: .npz (all arrays), .csv or .parquet ({table}) [NAME-{what}.npz]",
    )
    written.add_argument(
        "--picture", type=Path, metavar="FILE", help="picture: .png or .svg [as --out, but .png]"
    )
    parser.set_defaults(ending=what)


def check_results(arguments: Namespace, *inputs: Path, numbers: Sequence[str] = NUMBERS) -> None:
    """Raises UsageError, before any work, where results cannot be written as asked."""
    drawn = arguments.picture or (arguments.out and arguments.out.with_suffix(".png"))
    check_file("--out", arguments.out, numbers, inputs)
    check_file("--picture", drawn, PICTURES, inputs)


def check_file(option: str, path: Path | None, suffixes: Sequence[str], inputs: Sequence[Path]) -> None:
    """Raises UsageError where a file that is to be written has another suffix, is a folder or an input, or
    where its folder cannot be written into."""
    if path is None:
        return
    if path.suffix not in suffixes:
        raise UsageError(f"{option} {path}: the name must end in {' or '.join(suffixes)}")
    if path.is_dir():
        raise UsageError(f"{option} {path}: is a folder; give a file's name")
    if any(path.resolve() == file_of(given).resolve() for given in inputs):
        raise UsageError(f"{option} {path}: is the input; give another name")
    above = next(folder for folder in path.absolute().parents if folder.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise UsageError(f"{option} {path}: nothing can be written into {above}; give another folder")


@contextmanager
def of_recording(name: str) -> Iterator[None]:
    """Errors of signals begin with the name of the recording."""
    try:
        yield
    except SignalError as problem:
        raise SignalError(f"{name}: {problem}") from None


def default_files(name: str, ending: str) -> tuple[Path, Path]:
    """Where numbers and picture of a recording go unless the arguments say it."""
    numbers = Path(f"{_in_a_name(name)}-{ending}.npz")
    return numbers, numbers.with_suffix(".png")


def write_results(
    arguments: Namespace,
    name: str,
    arrays: "Mapping[str, np.ndarray | float]",
    table: "Callable[[], pd.DataFrame] | None",
    drawing: "Drawing",
) -> None:
    """Writes both and says where. `table` is made only where it is asked for; None has only .npz."""
    from weldfusion.data.files import write_bytes, write_frame
    from weldfusion.report.drawing import picture_bytes

    out = arguments.out or default_files(name, arguments.ending)[0]
    picture = arguments.picture or out.with_suffix(".png")
    drawn = picture_bytes(drawing, picture.suffix)
    if out.suffix == ".npz" or table is None:
        write_bytes(out, _npz(arrays))
    else:
        write_frame(out, table())
    write_bytes(picture, drawn)
    print(f"numbers: {out}\npicture: {picture}")


def _npz(arrays: "Mapping[str, np.ndarray | float]") -> memoryview:
    import numpy as np

    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getbuffer()


def _in_a_name(text: str) -> str:
    """The text with everything that a file's name should not have replaced."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in text)
