"""A progress bar for anything that may take longer than two seconds."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")


def bar(items: Iterable[Item], title: str, total: int | None = None) -> Iterator[Item]:
    """The items one by one; a bar appears on a terminal after two seconds."""
    yield from tqdm(items, desc=title, total=total, delay=2.0, mininterval=0.5, leave=False, disable=None)
