"""Which welds of one data set are also in another, by what was recorded or, failing that, by id."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from weldfusion.data.address import file_of, split_address
from weldfusion.data.weld import Weld

EDGE_BYTES = 1 << 20


@dataclass(frozen=True)
class Overlap:
    """Ids of the welds that are the same, and of those that only have the id of one with other recordings."""

    same: tuple[str, ...]
    namesakes: tuple[str, ...]


def overlap(welds: Sequence[Weld], others: Sequence[Weld]) -> Overlap:
    """Which of `welds` are among `others`.

    A weld is the same where one of its files has the content of a file of any of the others, whatever its
    name. An id that both have counts alone where either weld has no file that can be read.
    """
    held = defaultdict(set)  # size → files
    for path in _files(others):
        held[_size(path)].add(path)
    suspects = [path for path in _files(welds) if _size(path) in held]
    theirs = [path for size in {_size(path) for path in suspects} for path in held[size]]
    bar = tqdm([*suspects, *theirs], "comparing recordings", delay=2, leave=False, disable=None)
    digests = {path: digest(path) for path in bar}
    known = {digests[path] for path in theirs}
    by_id = {weld.id: weld for weld in others}
    same: list[str] = []
    namesakes: list[str] = []
    for weld in welds:
        files = _files([weld])
        if any(digests.get(path) in known for path in files):
            same.append(weld.id)
        elif weld.id in by_id:
            (namesakes if files and _files([by_id[weld.id]]) else same).append(weld.id)
    return Overlap(tuple(same), tuple(namesakes))


def digest(path: Path) -> str:
    """Hash of a file's length, first and last mebibyte, and of the place in it that an address names."""
    name, inner = split_address(path)
    size = _size(path)
    found = hashlib.blake2b(f"{size}{inner}".encode(), digest_size=16)
    with open(name, "rb") as file:
        found.update(file.read(EDGE_BYTES))
        file.seek(max(EDGE_BYTES, size - EDGE_BYTES))
        found.update(file.read())
    return found.hexdigest()


def _size(path: Path) -> int:
    return file_of(path).stat().st_size


def _files(welds: Iterable[Weld]) -> list[Path]:
    return [
        path for weld in welds for files in weld.files.values() for path in files if file_of(path).is_file()
    ]
