"""`weldfusion cache size`: how much the prepared recordings of a data folder take."""

from argparse import Namespace
from typing import Any

from weldfusion.cli.cache_folder import add_verb, cache_folder, tell


def add(verbs: Any) -> None:
    add_verb(verbs, "size", "tell how much the prepared recordings take", run)


def run(arguments: Namespace) -> int:
    from weldfusion.data.cache import cache_size

    folder = cache_folder(arguments.folder)
    tell(folder, "files", *cache_size(folder))
    return 0
