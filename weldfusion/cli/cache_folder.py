"""What the verbs of the cache share: their folder, and how they tell what it holds."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from weldfusion.errors import ReadError


def add_verb(verbs: Any, name: str, about: str, run: Callable[[Namespace], int]) -> None:
    """A verb that takes a data folder or cache folder."""
    parser = verbs.add_parser(name, help=about, description=about)
    parser.add_argument("folder", metavar="DIR", type=Path, help="data folder or cache folder")
    parser.set_defaults(run=run)


def cache_folder(folder: Path) -> Path:
    """The cache in a data folder, or the folder itself. Raises ReadError where it does not exist."""
    from weldfusion.data.cache import FOLDER

    if not folder.is_dir():
        raise ReadError(f"{folder}: no such folder; give a data folder or a cache folder")
    inside = folder / FOLDER
    return inside if inside.is_dir() or (folder / "dataset.yaml").is_file() else folder


def tell(folder: Path, what: str, files: int, size: int) -> None:
    """Prints one line: folder, number of files, their size."""
    from weldfusion.data.files import bytes_in_words

    print(f"{folder}: {files} {what}, {bytes_in_words(size)}")
