"""A data set as a folder: card, manifest, welds."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from weldfusion.data.card import Card, read_card
from weldfusion.data.manifest import Weld, read_manifest
from weldfusion.errors import CardError, ManifestError

CARD_FILE = "dataset.yaml"
MANIFEST_FILES = ("manifest.csv", "manifest.parquet")


@dataclass(frozen=True)
class Dataset:
    """Card and welds of one data folder; `excluded` are the welds with a reason in `exclude`."""

    root: Path
    card: Card
    welds: tuple[Weld, ...]
    excluded: tuple[Weld, ...] = ()


def read_dataset(root: Path | str) -> Dataset:
    """The data set of a folder with `dataset.yaml` and `manifest.csv` or `manifest.parquet`.

    No recording is opened.

    Raises:
        CardError, ManifestError: one line that says what is wrong where.
    """
    folder = Path(root)
    card = read_card(card_file(folder))
    manifest = manifest_file(folder)
    welds = read_manifest(manifest, card)
    used = tuple(weld for weld in welds if not weld.exclude)
    if not used:
        raise ManifestError(f"{manifest}: every weld is excluded; at least one must stay")
    return Dataset(folder, card, used, tuple(weld for weld in welds if weld.exclude))


def card_file(folder: Path) -> Path:
    """The card of a data folder; raises CardError where there is none."""
    if not folder.is_dir():
        here = "" if folder.is_absolute() else f" in {Path.cwd()}"
        raise CardError(f"{folder}: no such folder{here}; give the folder of a data set")
    if not (folder / CARD_FILE).is_file():
        raise CardError(f"{folder}: has no {CARD_FILE}; `weldfusion data init {folder}` proposes one")
    return folder / CARD_FILE


def manifest_file(folder: Path) -> Path:
    """The manifest of a data folder; raises ManifestError where there is none or more than one."""
    found = [folder / name for name in MANIFEST_FILES if (folder / name).is_file()]
    if len(found) == 1:
        return found[0]
    if found:
        raise ManifestError(f"{folder}: has {' and '.join(MANIFEST_FILES)}; keep one")
    raise ManifestError(f"{folder}: has no manifest.csv or manifest.parquet with one row per weld")


def fingerprint(folder: Path) -> str:
    """A hash (32 hexadecimal digits) over card and manifest: what is said of the welds, not the recordings.

    Raises CardError, ManifestError where one of them is not there.
    """
    digests = (hashlib.blake2b(f(folder).read_bytes()).digest() for f in (card_file, manifest_file))
    return hashlib.blake2b(b"".join(digests), digest_size=16).hexdigest()
