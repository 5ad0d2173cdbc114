"""A data set of one weld from files and values named by modality, for a prediction without a folder."""

from collections.abc import Mapping, Sequence
from glob import glob
from pathlib import Path

from weldfusion.data.address import MARK, with_inner
from weldfusion.data.card import Card
from weldfusion.data.folder import Dataset
from weldfusion.data.modality import Modality
from weldfusion.data.weld import Weld
from weldfusion.errors import ReadError, did_you_mean

NAME = "new weld"


def one_weld(card: Card, given: Mapping[str, Sequence[str]], root: Path) -> Dataset:
    """The data set that holds one weld of unknown truth.

    `given` maps a modality of the card to its files (a glob is several), or an inline table to its numbers,
    each text `200, 15` in the order of the card's columns. Modalities that are not given are absent.

    Raises ReadError: no such modality, no such file, not as many numbers as columns.
    """
    files: dict[str, tuple[Path, ...]] = {}
    values: dict[str, tuple[float, ...]] = {}
    if not given:
        raise ReadError(f"nothing to predict from; give a data folder or --{' or --'.join(card.modalities)}")
    for name, texts in given.items():
        if name not in card.modalities:
            raise ReadError(f"--{name}: no modality of the card; {did_you_mean(name, card.modalities)}")
        modality = card.modalities[name]
        if modality.columns:
            values[name] = _numbers(modality, texts)
        else:
            files[name] = tuple(path for text in texts for path in _files(name, text))
    weld = Weld(id=NAME, row=2, groups=dict.fromkeys(card.groups, NAME), files=files, values=values)
    return Dataset(root, card, (weld,))


def _files(name: str, text: str) -> list[Path]:
    """The file, which may be followed by a place in it (`a.h5::/force`), or the files of a glob."""
    file, _, inner = text.partition(MARK)
    path = Path(file).absolute()
    if path.is_file():
        return [with_inner(path, inner)]
    matches = [Path(match) for match in sorted(glob(str(path))) if Path(match).is_file()]
    if not matches:
        raise ReadError(f"--{name}: {text}: no such file")
    return [with_inner(match, inner) for match in matches]


def _numbers(modality: Modality, texts: Sequence[str]) -> tuple[float, ...]:
    words = [word for text in texts for word in text.replace(",", " ").split()]
    columns = ", ".join(modality.columns)
    if len(words) != len(modality.columns):
        raise ReadError(
            f"--{modality.name}: {len(words)} numbers, expected {len(modality.columns)}: {columns}"
        )
    try:
        return tuple(float(word) for word in words)
    except ValueError:
        raise ReadError(f"--{modality.name}: expected numbers ({columns}), got {' '.join(words)!r}") from None
