"""Welds that are parts of one picture (two seams in a photo) but not of one group."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from weldfusion.data.address import file_of
from weldfusion.data.card import Card
from weldfusion.data.finding import Finding
from weldfusion.data.readers.picture import SUFFIXES
from weldfusion.data.weld import Weld


def check_shared_pictures(card: Card, welds: Sequence[Weld]) -> Iterator[Finding]:
    """A warning for every picture of which several welds are parts, where a split might part them."""
    sharers: dict[tuple[str, Path], list[Weld]] = defaultdict(list)
    for weld in welds:
        for name, paths in weld.files.items():
            if card.modalities[name].kind == "image":
                for file in {file_of(path) for path in paths if file_of(path).suffix.lower() in SUFFIXES}:
                    sharers[name, file].append(weld)
    for (name, file), sharing in sharers.items():
        groups = {weld.groups.get(card.group, weld.id) if card.group else weld.id for weld in sharing}
        if len(groups) > 1:
            right = f"give them one {card.group}" if card.group else "declare a group such as workpiece"
            message = (
                f"{file.name} is shared by welds {sharing[0].id!r} and {sharing[1].id!r}, which a split may "
                f"part; {right}"
            )
            yield Finding("warning", "shared-picture", message, "", sharing[1].row, name)
