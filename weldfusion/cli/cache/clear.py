"""`weldfusion cache clear`: deletes the prepared recordings of a data folder."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from weldfusion.cli.cache_folder import cache_folder, megabytes


def add(verbs: Any) -> None:
    about = "delete prepared recordings; they are made again when needed"
    parser = verbs.add_parser("clear", help=about, description=about)
    parser.add_argument("folder", metavar="DIR", type=Path, help="data folder or cache folder")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    from weldfusion.data.cache import clear_cache

    folder = cache_folder(arguments.folder)
    files, size = clear_cache(folder)
    print(f"{folder}: {files} files deleted, {megabytes(size)}")
    return 0
