"""What is wrong with a mask: no picture to it, another size, nothing outlined, more than two levels."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from weldfusion.data.finding import Finding, Level
from weldfusion.data.masks import mask_of, read_levels
from weldfusion.data.modality import Modality
from weldfusion.data.readers.find import probe
from weldfusion.data.target import TargetSpec
from weldfusion.data.weld import Weld
from weldfusion.errors import ReadError

MOST_LEVELS = 2


def check_mask(target: TargetSpec, modality: Modality | None, weld: Weld) -> Iterator[Finding]:
    """Findings about the mask of one weld; `modality` is that of its pictures, None: not judged."""
    path = weld.targets[target.name]
    assert isinstance(path, Path)
    try:
        levels = read_levels(path)
    except ReadError as problem:
        yield _finding("error", "unreadable", weld, target, str(problem))
        return
    mask, name = mask_of(levels), target.classes[0] if target.classes else target.name
    if mask.all() or not mask.any():
        what = "all of the picture" if mask.all() else "nothing"
        yield _finding("warning", "constant", weld, target, f"{path.name}: outlines {what} as {name!r}")
    if (count := len(np.unique(levels))) > MOST_LEVELS:
        message = f"{path.name}: holds {count} levels; all above 0 count as {name!r}: save it as PNG without"
        yield _finding("warning", "mask-levels", weld, target, f"{message} loss, in black and white")
    if modality is not None:
        yield from _check_picture(target, modality, weld, path, mask.shape[:2])


def _check_picture(
    target: TargetSpec, modality: Modality, weld: Weld, path: Path, found: tuple[int, ...]
) -> Iterator[Finding]:
    pictures = weld.files.get(modality.name, ())
    if len(pictures) != 1:
        message = f"has a mask and {len(pictures)} pictures of {modality.name}; it outlines one"
        level: Level = "error" if pictures else "warning"
        yield _finding(level, "mask-without-picture", weld, target, message)
        return
    try:
        height, width = probe(pictures[0], modality.reader).shape[-3:-1]
    except (ReadError, ValueError):
        return  # told with the recordings
    if found != (height, width):
        hint = "is it turned?" if found == (width, height) else "give both the same size and the same part"
        message = f"{path.name}: is {found[0]}x{found[1]} pixels, its picture {height}x{width}; {hint}"
        yield _finding("error", "wrong-shape", weld, target, message)


def _finding(level: Level, code: str, weld: Weld, target: TargetSpec, message: str) -> Finding:
    return Finding(level, code, f"weld {weld.id!r}: {message}", "", weld.row, target.name)
