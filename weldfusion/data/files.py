"""Files that are either whole or absent (temporary name in the same folder, fsync, rename); their size."""

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import pandas as pd


def write_bytes(path: Path, content: bytes | memoryview) -> None:
    """Writes a file so that a reader sees the old content or the new, never a part.

    Its folder is made if need be; others may read the file. Raises OSError, which names the folder where
    nothing can be written into it.
    """
    write_pieces(path, [content])


def write_pieces(path: Path, pieces: Iterable[bytes | memoryview]) -> None:
    """`write_bytes` of pieces, one after the other; where one cannot be made, nothing is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _temporary(path) as file:
        try:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            os.unlink(file.name)
            raise
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def _temporary(path: Path) -> IO[bytes]:
    try:
        return NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path.parent)) from None


def write_text(path: Path, content: str) -> None:
    """`write_bytes` of UTF-8 text; line ends stay as they are."""
    write_bytes(path, content.encode())


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """`write_bytes` of a table without its index: Parquet, or CSV where the name ends so."""
    if path.suffix == ".csv":
        write_text(path, frame.to_csv(index=False, lineterminator="\n"))
    else:
        write_bytes(path, frame.to_parquet(index=False))


def bytes_in_words(count: float) -> str:
    """
    >>> bytes_in_words(2_500_000), bytes_in_words(3.2e9)
    ('2.5 MB', '3.2 GB')
    """
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
