"""Which files of a folder belong to which weld, sensor and class, told from names and folders only."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

FileKind = Literal["sound", "photos", "video", "signals"]
VIDEOS = (".avi", ".mp4", ".m4v", ".mov", ".mkv", ".webm")
SUFFIXES: dict[str, FileKind] = {
    **dict.fromkeys((".wav", ".flac"), "sound"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff"), "photos"),
    **dict.fromkeys(VIDEOS, "video"),
    **dict.fromkeys((".npy", ".npz", ".csv", ".parquet", ".h5", ".hdf5", ".hdf", ".mat"), "signals"),
}
OWN = frozenset({"dataset.yaml", "manifest.csv", "manifest.parquet", "config.yaml"})
SENSORS = re.compile(
    r"sound|audio|micro|mic\d*$|photo|image|img|cam|video|current|voltage|power|force|distance|curve|signal|"
    r"sensor|pressure|optical|diode|spectr|thermal|acoustic|temperature|accel|thermo|infrared|depth",
    re.IGNORECASE,
)
Role = Literal["constant", "weld", "class", "group", "modality"]


@dataclass(frozen=True)
class Recording:
    """One file: `parts` are the folders between the data folder and the file."""

    path: Path
    parts: tuple[str, ...]

    @property
    def stem(self) -> str:
        return self.path.stem

    @property
    def kind(self) -> FileKind:
        return SUFFIXES[self.path.suffix.lower()]


@dataclass(frozen=True)
class Place:
    """Where a file belongs, as far as names tell; `label` and `group` are folder names."""

    path: Path
    weld: str
    modality: str
    label: str | None = None
    group: str | None = None


def find_recordings(folder: Path) -> list[Recording]:
    """Every file below `folder` that a reader knows, in order of its path; hidden ones left out."""
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts)
        if path.suffix.lower() in SUFFIXES and not hidden and path.is_file() and parts[0] not in OWN:
            found.append(Recording(path, parts[:-1]))
    return found


def clean_name(text: str) -> str:
    """A name that a card allows.

    >>> clean_name("Feed [m/min]"), clean_name("2nd camera")
    ('feed_m_min', 'm_2nd_camera')
    """
    name = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").lower() or "signal"
    return name if name[0].isalpha() else f"m_{name}"


def arrange(recordings: Sequence[Recording], ids: Collection[str] = ()) -> list[Place]:
    """The place of every file; with `ids` (of a table), files that name none of them are left out."""
    known = set(ids)
    roles = _roles(recordings, known)
    tokens = set() if known or "weld" in roles else _tokens(recordings)
    recurring = _recurring_stems(recordings, roles)
    base_stems = {r.stem for r in recordings if r.kind != "photos"}
    places = []
    for recording in recordings:
        named: dict[Role, str] = {}
        for role, part in zip(roles, recording.parts, strict=False):
            named.setdefault(role, part)
        weld, rest = _weld(recording, named.get("weld"), known, tokens, base_stems)
        if known and weld not in known:
            continue
        sensor = named.get("modality") or rest or (recording.stem if recording.stem in recurring else None)
        places.append(
            Place(
                recording.path,
                weld,
                clean_name(sensor or recording.kind),
                named.get("class"),
                named.get("group"),
            )
        )
    return _one_kind_each(_unique_over_classes(places))


def _roles(recordings: Sequence[Recording], ids: set[str]) -> list[Role]:
    """What the folders of each depth stand for."""
    roles: list[Role] = []
    for depth in range(max((len(r.parts) for r in recordings), default=0)):
        inside = [r for r in recordings if len(r.parts) > depth]
        names = {r.parts[depth] for r in inside}
        if ids:
            role: Role = "weld" if len(names & ids) >= len(names) / 2 else _role(inside, depth, ids)
            role = "group" if role == "weld" and not names & ids else role
        elif len(names) == 1:
            role = "constant" if len(inside) == len(recordings) else "modality"
        else:
            role = "weld" if "weld" not in roles and _are_welds(inside, depth) else _role(inside, depth, ids)
        roles.append("group" if role == "class" and "class" in roles else role)
    return roles


def _role(inside: Sequence[Recording], depth: int, ids: set[str]) -> Role:
    """Folders of one sensor each hold their own kind of file, have a sensor's name or share a weld of the
    table (`ids`); else classes."""
    kinds: dict[str, set[str]] = defaultdict(set)
    homes: dict[str, set[str]] = defaultdict(set)
    for recording in inside:
        name = recording.parts[depth]
        kinds[name].add(recording.path.suffix.lower() if recording.kind == "signals" else recording.kind)
        if recording.stem in ids:
            homes[recording.stem].add(name)
    if len(kinds) == 1:
        return "modality" if SENSORS.search(next(iter(kinds))) else "constant"
    own_kind = sum(len(found) for found in kinds.values()) == len(set().union(*kinds.values()))
    shared = any(len(names) > 1 for names in homes.values())
    return "modality" if own_kind or shared or all(SENSORS.search(name) for name in kinds) else "class"


def _are_welds(inside: Sequence[Recording], depth: int) -> bool:
    """Whether each folder of this depth is one weld."""
    folders: dict[str, list[Recording]] = defaultdict(list)
    for recording in inside:
        folders[recording.parts[depth]].append(recording)
    if all(SENSORS.search(name) for name in folders):
        return False
    if all(r.kind == "photos" for r in inside):
        numbered = sum(any(c.isdigit() for c in name) for name in folders)
        return len(folders) >= 6 and numbered >= 0.9 * len(folders)
    others = [(r.parts[depth], (*r.parts[depth + 1 :], r.stem)) for r in inside if r.kind != "photos"]
    rests = {rest for _, rest in others}
    if all(any(c.isalpha() for c in rest[-1]) for rest in rests) and len(rests) < len(folders):
        return len(others) > len(rests)
    single = 0
    for found in folders.values():
        counts = Counter(r.kind for r in found if r.kind != "photos")
        single += bool(counts) and max(counts.values()) == 1
    return single >= 0.9 * len(folders) and (
        len(folders) > 3 or all(len(found) > 1 for found in folders.values())
    )


def _tokens(recordings: Sequence[Recording]) -> set[str]:
    """Endings such as `sound` of `001_sound` that tell the sensor, if the files are named so."""
    split = [re.fullmatch(r"(.+)[_-]([A-Za-z]+)", r.stem) for r in recordings]
    found = [match for match in split if match]
    tokens = {match[2] for match in found}
    bases = {match[1] for match in found}
    many = len(found) >= 0.9 * len(recordings)
    return tokens if many and len(tokens) <= 8 and len(bases) < len(found) else set()


def _recurring_stems(recordings: Sequence[Recording], roles: Sequence[Role]) -> set[str]:
    """File names such as `voltage` that come again in the folder of every weld."""
    if "weld" not in roles:
        return set()
    depth = list(roles).index("weld")
    seen: dict[str, set[str]] = defaultdict(set)
    for recording in recordings:
        if len(recording.parts) > depth:
            seen[recording.stem].add(recording.parts[depth])
    return {stem for stem, welds in seen.items() if len(welds) > 1 and any(c.isalpha() for c in stem)}


def _weld(
    recording: Recording, folder: str | None, ids: set[str], tokens: set[str], base_stems: set[str]
) -> tuple[str, str | None]:
    """The weld's id and what the file's name says beside it (the sensor)."""
    stem = recording.stem
    if folder is not None:
        return folder, None
    base, _, ending = stem.replace("-", "_").rpartition("_")
    base = stem[: len(base)]
    if stem in ids or not base:
        return stem, None
    if ids:
        return base, None if ending.isdigit() else ending
    if ending in tokens:
        return base, ending
    if recording.kind == "photos" and ending.isdigit() and base in base_stems:
        return base, None
    return stem, None


def _unique_over_classes(places: Sequence[Place]) -> list[Place]:
    """Where numbering starts again in every class or group, their names go in front of the id."""
    for part in ("label", "group"):
        owners: dict[str, set[str | None]] = defaultdict(set)
        for place in places:
            owners[place.weld].add(getattr(place, part))
        if any(len(names) > 1 for names in owners.values()):
            places = [
                replace(p, weld=f"{getattr(p, part)}-{p.weld}") if getattr(p, part) else p for p in places
            ]
    return list(places)


def _one_kind_each(places: Sequence[Place]) -> list[Place]:
    """A sensor whose files are of several kinds (a folder of sounds and photos) becomes one for each."""
    kinds: dict[str, set[FileKind]] = defaultdict(set)
    for place in places:
        kinds[place.modality].add(SUFFIXES[place.path.suffix.lower()])
    return [
        replace(p, modality=SUFFIXES[p.path.suffix.lower()]) if len(kinds[p.modality]) > 1 else p
        for p in places
    ]
