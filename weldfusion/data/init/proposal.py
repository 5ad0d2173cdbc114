"""From a folder of recordings to a proposed card, manifest and starter config."""

import glob
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from weldfusion.data.address import MARK, file_of, with_inner
from weldfusion.data.card import Card
from weldfusion.data.init.advice import notes_of, things_to_check
from weldfusion.data.init.inside import opened_up
from weldfusion.data.init.layout import SUFFIXES, VIDEOS, Place, arrange, clean_name, find_recordings
from weldfusion.data.init.sensor import look_at
from weldfusion.data.init.sensor_record import Sensor
from weldfusion.data.init.table import IndexTable, find_table
from weldfusion.data.init.targets import Columns, columns_of_folders, columns_of_table
from weldfusion.data.modality import Modality
from weldfusion.errors import ManifestError

LONG_S = 2.0
MANY = 3
IMAGE_EDGE = 128
STATING = (".wav", ".flac", *VIDEOS)
BATCH = 16
STEPS = 400


@dataclass(frozen=True)
class Proposal:
    """A proposed data set.

    `notes` hold, by full key of the card (`modalities.sound.rate`), what is a guess; `todo` says in whole
    sentences what the user must look at; `window_s` is None for one window per weld; `epochs` are as many
    as give a small model some 400 steps.
    """

    card: Card
    rows: Sequence[Mapping[str, str]]
    window_s: float | None
    epochs: int
    sizes: Mapping[str, tuple[int, int]]
    notes: Mapping[str, str] = field(default_factory=dict)
    todo: Sequence[str] = ()


def propose(folder: Path | str) -> Proposal:
    """Card, manifest and settings that the names and headers in a folder suggest; nothing is written.

    Understood are sub-folders of classes, sub-folders of sensors or files whose names share an id, a
    folder for each weld, and a CSV or Parquet table with ids or paths beside the recordings.

    Raises:
        ManifestError: the folder does not exist or holds no recording that a reader knows.
        ReadError: none of a sensor's files can be read.
    """
    root = Path(folder)
    if not root.is_dir():
        raise ManifestError(f"{root}: no such folder; give the folder that holds the recordings")
    recordings = find_recordings(root)
    table = find_table(root, recordings)
    if table is None:
        places, columns = _from_folders(arrange(recordings))
    else:
        rest = [recording for recording in recordings if recording.path != table.file]
        places = _listed(root, table) if table.paths else arrange(rest, list(table.frame[table.id]))
        columns = columns_of_table(table, list(_welds_of(table, root)))
    if not places:
        raise ManifestError(f"{root}: holds no recordings; readers know {', '.join(sorted(SUFFIXES))}")
    files = _by_sensor(opened_up(places), taken=set(columns.names))
    sensors = _look(files)
    return _assemble(root, files, sensors, columns, table)


def _from_folders(places: Sequence[Place]) -> tuple[Sequence[Place], Columns]:
    labels = {place.weld: place.label for place in places if place.label}
    groups = {place.weld: place.group for place in places if place.group}
    return places, columns_of_folders([place.weld for place in places], labels, groups)


def _welds_of(table: IndexTable, root: Path) -> list[str]:
    """The id of each row: its id column, else the name of its first file, else its number."""
    if table.id:
        return list(table.frame[table.id])
    stems = [Path(value).stem for value in table.frame[table.paths[0]]]
    unique = len(set(stems)) == len(stems) and all(stems)
    return stems if unique else [f"w{number:04}" for number in range(1, len(stems) + 1)]


def _listed(root: Path, table: IndexTable) -> list[Place]:
    """The files that the path columns of a table name."""
    places = []
    for column in table.paths:
        name = re.sub(r"[_ ]?(file|path)?[_ ]?(name|path|file)s?$", "", column, flags=re.IGNORECASE)
        for weld, value in zip(_welds_of(table, root), table.frame[column], strict=True):
            for whole in filter(None, (piece.strip() for piece in value.split(";"))):
                piece, _, inner = whole.partition(MARK)
                kind = SUFFIXES.get(Path(piece).suffix.lower(), "signals")
                path = with_inner(_inside(root, table.file, piece), inner)
                places.append(Place(path, weld, clean_name(name or kind)))
    return [place for place in places if file_of(place.path).suffix.lower() in SUFFIXES]


def _inside(root: Path, table: Path, piece: str) -> Path:
    """A path of a table below the data folder, also where the table has it in full."""
    path = Path(piece.replace("\\", "/"))
    if path.is_absolute() and path.is_relative_to(root.absolute()):
        path = path.relative_to(root.absolute())
    if path.is_absolute() or ".." in path.parts:
        raise ManifestError(
            f"{table}: {piece!r} is not below {root}; move the file there or correct the path"
        )
    return root / path


def _by_sensor(places: Sequence[Place], taken: set[str]) -> dict[str, dict[str, list[Path]]]:
    """Sensor → weld → files; a sensor whose name is a column already gets another one."""
    files: dict[str, dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))
    for place in places:
        name = f"{place.modality}_file" if place.modality in taken else place.modality
        files[name][place.weld].append(place.path)
    return files


def _look(files: Mapping[str, Mapping[str, Sequence[Path]]]) -> dict[str, Sensor]:
    """Every sensor, those that state a rate first: they help where none is stated."""
    found: dict[str, Sensor] = {}
    durations: dict[str, float] = {}
    order = sorted(files, key=lambda name: next(iter(files[name].values()))[0].suffix.lower() not in STATING)
    for name in tqdm(order, desc="looking at the sensors", unit="sensor", delay=2, leave=False, disable=None):
        found[name] = look_at(name, files[name], durations)
        if "rate" not in found[name].notes:
            durations |= found[name].durations
    for name in [name for name in order if durations and "rate" in found[name].notes]:
        found[name] = look_at(name, files[name], durations)
    return {name: found[name] for name in files}


def _assemble(
    root: Path,
    files: Mapping[str, Mapping[str, Sequence[Path]]],
    sensors: Mapping[str, Sensor],
    columns: Columns,
    table: IndexTable | None,
) -> Proposal:
    modalities = {name: sensor.modality for name, sensor in sensors.items()}
    if columns.settings:
        modalities["settings"] = Modality(
            "settings", "table", False, channels=columns.settings, columns=columns.settings
        )
    groups = columns.groups
    card = Card(
        name=clean_name(root.resolve().name),
        process=0,
        material="",
        modalities=modalities,
        targets={target.name: target for target in columns.targets},
        groups=groups,
        group=groups[0] if groups else None,
        about={"license": "not stated"},
    )
    rows = [
        {
            "weld": weld,
            **columns.cells(weld),
            **{name: _cell(root, found.get(weld, ())) for name, found in files.items()},
        }
        for weld in columns.welds
    ]
    notes = notes_of(card, sensors, columns)
    window_s = _window(sensors)
    return Proposal(
        card,
        rows,
        window_s,
        _epochs(len(rows), sensors, window_s),
        _sizes(card),
        notes,
        things_to_check(card, rows, files, notes, table),
    )


def _cell(root: Path, paths: Sequence[Path]) -> str:
    """The manifest's cell for some files: a glob where they are all of their kind in one folder."""
    if len(paths) > MANY and len({(path.parent, path.suffix) for path in paths}) == 1:
        folder, suffix = paths[0].parent, paths[0].suffix
        if sorted(folder.glob(f"*{suffix}")) == sorted(paths):
            return glob.escape(folder.relative_to(root).as_posix()) + f"/*{suffix}"
    names = [path.relative_to(root).as_posix() for path in paths]
    for name in names:
        if ";" in name:
            raise ManifestError(f"{root / name}: a file name must not hold `;`; rename it")
    return ";".join(
        glob.escape(file) + mark + inner for file, mark, inner in (n.partition(MARK) for n in names)
    )


def _window(sensors: Mapping[str, Sensor]) -> float | None:
    """One second where welds are long, the whole weld where they are short."""
    seconds = [s for sensor in sensors.values() for s in sensor.durations.values()]
    return 1.0 if seconds and float(np.median(seconds)) > LONG_S else None


def _epochs(welds: int, sensors: Mapping[str, Sensor], window_s: float | None) -> int:
    """From 10 to 200, so that 60 % of the windows in batches of 16 give about 400 steps."""
    seconds = [s for sensor in sensors.values() for s in sensor.durations.values()]
    windows = welds if window_s is None else welds * max(1.0, float(np.median(seconds)) / window_s)
    return int(np.clip(STEPS * BATCH / (0.6 * max(1.0, windows)), 10, 200))


def _sizes(card: Card) -> dict[str, tuple[int, int]]:
    """Sizes at which big images are used: the longer edge 128 pixels, the shape kept."""
    sizes = {}
    for name, modality in card.modalities.items():
        if modality.size and max(modality.size) > IMAGE_EDGE:
            scale = IMAGE_EDGE / max(modality.size)
            sizes[name] = (max(1, round(modality.size[0] * scale)), max(1, round(modality.size[1] * scale)))
    return sizes
