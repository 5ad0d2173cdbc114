"""`weldfusion cache size`: how much the prepared recordings of a data folder take."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from weldfusion.cli.cache_folder import cache_folder, megabytes


def add(verbs: Any) -> None:
    about = "tell how much the prepared recordings take"
    parser = verbs.add_parser("size", help=about, description=about)
    parser.add_argument("folder", metavar="DIR", type=Path, help="data folder or cache folder")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    from weldfusion.data.cache import cache_size

    folder = cache_folder(arguments.folder)
    files, size = cache_size(folder)
    print(f"{folder}: {files} files, {megabytes(size)}")
    return 0
