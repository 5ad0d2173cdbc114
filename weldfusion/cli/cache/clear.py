"""`weldfusion cache clear`: deletes the prepared recordings of a data folder."""

from argparse import Namespace
from typing import Any

from weldfusion.cli.cache_folder import add_verb, cache_folder, tell


def add(verbs: Any) -> None:
    add_verb(verbs, "clear", "delete prepared recordings; they are made again when needed", run)


def run(arguments: Namespace) -> int:
    from weldfusion.data.cache import clear_cache

    folder = cache_folder(arguments.folder)
    tell(folder, "files deleted", *clear_cache(folder))
    return 0
